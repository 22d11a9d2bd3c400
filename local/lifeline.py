"""End a child process when its parent is gone, also when the parent was killed.

The parent holds the only write end of the child's standard input; the kernel closes it
however the parent ends. Works on every system, without signals or polling.
"""

import os
import signal
import sys
import threading


def follow_parent() -> None:
    """Ask this process to end (SIGTERM, after 5 s for good) once standard input closes."""
    threading.Thread(target=_wait_for_end_of_input, name="lifeline", daemon=True).start()


def _wait_for_end_of_input() -> None:
    while sys.stdin.buffer.read(1024):
        pass
    threading.Timer(5.0, os._exit, args=(1,)).start()
    os.kill(os.getpid(), signal.SIGTERM)

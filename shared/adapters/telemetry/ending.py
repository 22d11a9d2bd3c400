"""What is done when the process ends, without keeping it from ending."""

import atexit
import threading
from collections.abc import Callable

AT_EXIT = "telemetry-at-exit"
"""The name of the thread that waits for the end."""
LONGEST_SECONDS = 3.0
"""For all of it: a collector that does not answer loses what is left."""


def at_exit(work: Callable[[], None]) -> None:
    """Have `work` done at the end of the process, which waits `LONGEST_SECONDS` for it at most.

    The thread is started now: when a process ends, Python 3.12 starts none.
    """
    asked, done = threading.Event(), threading.Event()

    def when_asked() -> None:
        asked.wait()
        work()
        done.set()

    def ask() -> None:
        asked.set()
        done.wait(LONGEST_SECONDS)

    threading.Thread(target=when_asked, name=AT_EXIT, daemon=True).start()
    atexit.register(ask)

"""How much a list may be, and for how long anything of it is kept. docs/limits.md has the same."""

from datetime import timedelta

MOST_LINES = 1_000_000
MOST_BYTES = 256 * 1024 * 1024
LONGEST_LINE = 4096
"""Bytes, without the end of the line."""
WINDOW = 64 * 1024
"""Bytes of a list that are read at a time, at least one line of the longest."""
SLICE = 100
"""Lines that are saved together."""
AT_ONCE = 16
"""Lines of a slice that are worked on side by side."""
MOST_OPEN = 16
"""Batches that are open at a time; a sweep looks at each."""
MOST_KEPT = 500
"""Batches that there are at a time, ended ones included."""
MOST_WAITING = 2_000
"""Messages in the queue of requests, those for later included, above which no further line is accepted.

At the five deletions a second that Graph allows, 1,500 wait for their second look, `REPLICATION_WINDOW`
later. What waits for a worker for long is looked at by sweeps, and gets one message more each time.
"""
BUSY = timedelta(minutes=1)
"""After so long without a save, another worker takes a batch up; a slice that took longer is not written."""
FULL = timedelta(seconds=10)
"""Until the queue is looked at again, once it was too long."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=15)
"""Between two passes over the requests of a batch: doubles while nothing changes."""
UPLOAD_LIVES = timedelta(hours=1)
"""How long an upload address works."""
RESULT_LIVES = timedelta(minutes=15)
"""How long a link to a result works."""
AWAITED = timedelta(days=1)
"""How long a batch waits for its list."""
STOPPED_KEPT = timedelta(days=7)
"""How long a stopped batch can go on; its list is kept until then."""
FOLLOWED = timedelta(days=31)
"""How long a batch may take in all; a day less than storage keeps what nobody has removed."""
KEPT = timedelta(days=30)
"""How long an ended batch and its result are kept."""

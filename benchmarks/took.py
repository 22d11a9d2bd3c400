"""What some work takes of the process that does it."""

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_UNIT = 1 if sys.platform == "darwin" else 1024
"""Of `ru_maxrss`, in bytes (getrusage(2))."""


@dataclass(frozen=True)
class Took:
    """CPU of all threads and wall time in seconds; the most memory the process ever had, before and after."""

    cpu: float
    seconds: float
    memory_before: int
    memory_peak: int


def measured(work: Callable[[], Awaitable[object]]) -> Took:
    """Do the work on a loop of its own."""

    async def done() -> None:
        await work()

    memory, cpu, seconds = peak_memory(), time.process_time(), time.perf_counter()
    asyncio.run(done())
    return Took(time.process_time() - cpu, time.perf_counter() - seconds, memory, peak_memory())


def peak_memory() -> int:
    """The largest resident set so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT

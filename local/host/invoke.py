"""Call the app's functions as the worker does: async ones on the loop, others in a pool of threads."""

import asyncio
import inspect
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from local.host.load import Handler


class Invoker:
    """Calls functions, none for longer than `timeout` seconds; without one, for as long as they take."""

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        # Not the loop's own pool: on its way out asyncio waits minutes for that, and we end within seconds.
        self._pool = ThreadPoolExecutor(_threads(), "function")

    async def call(self, handler: Handler, **arguments: object) -> object:
        """What the function returns. Raises what it raises, and `TimeoutError`."""
        if inspect.iscoroutinefunction(handler):
            return await asyncio.wait_for(handler(**arguments), self._timeout)
        waiting = asyncio.get_running_loop().run_in_executor(self._pool, partial(handler, **arguments))
        return await asyncio.wait_for(waiting, self._timeout)


def _threads() -> int | None:
    """The worker's own setting; None leaves the number to Python."""
    count = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return int(count) if count.isdecimal() and int(count) > 0 else None

"""Work that would hold up the event loop, done in a thread of our own.

Each thread of the loop's own pool would keep some memory that the others cannot use; and one is enough, since
most of this work holds the interpreter.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple, Unpack

_pool = ThreadPoolExecutor(1, thread_name_prefix="export")
Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


async def aside(work: Callable[[Unpack[Arguments]], Result], *arguments: *Arguments) -> Result:
    """What `work` gives."""
    return await asyncio.get_running_loop().run_in_executor(_pool, work, *arguments)

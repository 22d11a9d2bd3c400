"""Several calls side by side, a bounded number at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


async def together(call: Callable[[Given], Awaitable[Made]], given: Sequence[Given], most: int) -> list[Made]:
    """What `call` makes of each, in their order. Where some fail, the first fault once none is under way."""
    made: list[Made] = []
    for start in range(0, len(given), most):
        some = await asyncio.gather(*map(call, given[start : start + most]), return_exceptions=True)
        for one in some:
            if isinstance(one, BaseException):
                raise one
            made.append(one)
    return made

"""Token buckets that hold across instances and restarts.

Of a bucket only one moment is kept: when it is full again. Before that moment lies what was drawn, each token
`every` long; a draw that would move it further away than a whole bucket is refused.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from shared.domain.errors import AlreadyRecorded, Overtaken, StorageUnavailable, TooManyRequests
from shared.domain.ports import Clock, Entry, Register

TRIES = 5
"""Against others who draw from the same bucket at the same time."""
MOST_CALLERS = 1000
"""Remembered by a process; who is forgotten draws a share anew."""


@dataclass(frozen=True)
class Allowance:
    """`most` tokens at once; a spent one comes back after `every`."""

    name: str
    most: int
    every: timedelta


@dataclass(frozen=True)
class Buckets:
    """Every bucket, one entry each; `register` forgets entries after their `until`."""

    register: Register
    clock: Clock

    async def draw(self, owner: str, allowance: Allowance, count: int = 1) -> None:
        """Take `count` tokens. Raises `TooManyRequests`, `StorageUnavailable`."""
        for _ in range(TRIES):
            entry = await self.register.read(owner, allowance.name)
            value = {"until": self._full_again(entry, allowance, count).isoformat()}
            try:
                if entry is None:
                    await self.register.insert(owner, allowance.name, value)
                else:
                    await self.register.replace(replace(entry, value=value))
            except (AlreadyRecorded, Overtaken):
                continue
            return
        raise StorageUnavailable

    def _full_again(self, entry: Entry | None, allowance: Allowance, count: int) -> datetime:
        now = self.clock.now()
        full = max(now, datetime.fromisoformat(entry.value["until"])) if entry else now
        drawn = full + count * allowance.every
        missing = drawn - now - allowance.most * allowance.every
        if missing > timedelta():
            raise TooManyRequests(missing)
        return drawn


@dataclass
class SharedAllowance:
    """An allowance of which this process draws a share at a time, so that few calls cost a write.

    What of a share was not spent is lost with the process: fewer calls are let through, never more.
    An owner's calls at the same time draw one after the other, else they would stand in each other's way.
    """

    buckets: Buckets
    allowance: Allowance
    share: int
    _left: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def draw(self, owner: str) -> None:
        """Take a token. Raises `TooManyRequests`, `StorageUnavailable`."""
        async with self._turns.setdefault(owner, asyncio.Lock()):
            if not self._left.get(owner):
                await self.buckets.draw(owner, self.allowance, self.share)
                self._left[owner] = self.share
            self._left[owner] -= 1
            self._left.move_to_end(owner)
            if len(self._left) > MOST_CALLERS:
                self._left.popitem(last=False)

"""Calls keep to Graph's pace; after a 429, all calls of that kind to that tenant wait.

Who calls waits in place if it is not long.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.adapters.graph.calls import Call, Quota
from shared.adapters.graph.pace import RATES, Pace
from shared.adapters.graph.send import Answer, MakeRequest, Read, Sender
from shared.domain.errors import DirectoryFault, DirectoryUnavailable, Throttled
from shared.domain.ports import Clock

LONGEST_WAIT = timedelta(seconds=15)
"""A reader with a longer wait before it gives up, so that the work is put off instead."""
MOST_WAITS = 5
"""So that one fault among many pages does not lose those read."""
FIRST_BACK_OFF = timedelta(seconds=2)
LONGEST_BACK_OFF = timedelta(minutes=2)

Jitter = Callable[[], float]
"""A number from 0 to 1, evenly spread."""


def back_off(failures: int, jitter: Jitter) -> timedelta:
    """Exponential back-off with full jitter after `failures` in a row (from 1)."""
    return min(FIRST_BACK_OFF * (1 << min(failures - 1, 10)), LONGEST_BACK_OFF) * jitter()


class Gate:
    """Shut from a 429 until Graph is to be asked again."""

    def __init__(self, clock: Clock, jitter: Jitter) -> None:
        self._clock = clock
        self._jitter = jitter
        self._opens_at: datetime | None = None
        self._refusals = 0

    def wait(self) -> timedelta:
        """How long it stays shut; zero if it is open."""
        if self._opens_at is None:
            return timedelta()
        return max(self._opens_at - self._clock.now(), timedelta())

    def shut(self, retry_after: timedelta | None) -> None:
        """Shut after a 429; zero is no answer to *when*, so it backs off like None."""
        self._refusals += 1
        wait = retry_after or back_off(self._refusals, self._jitter)
        self._opens_at = self._clock.now() + max(wait, self.wait())

    def passed(self) -> None:
        """A call was answered: the next refusal is the first again."""
        self._refusals = 0


class ThrottledSender:
    """All calls of this process to one tenant."""

    def __init__(
        self, sender: Sender, clock: Clock, jitter: Jitter = random.random, share: float = 1.0
    ) -> None:
        self._sender = sender
        self._clock = clock
        self._jitter = jitter
        self._gates = {quota: Gate(clock, jitter) for quota in Quota}
        self._paces = {quota: Pace(clock, RATES[quota].part(share)) for quota in Quota}

    async def once(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        """Send when the pace allows it, and never again; for what must not be done twice.

        Raises `Throttled` where that is too long to sit out. See `Sender.send`.
        """
        return await self._in_turn(call, make, read)

    async def patiently(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        """Send, sitting out short throttles and passing faults; for what may be done twice.

        See `Sender.send`.
        """
        for failures in range(1, MOST_WAITS + 1):
            try:
                return await self._in_turn(call, make, read)
            except (Throttled, DirectoryUnavailable) as fault:
                wait = self._wait_after(call, fault, failures)
                if wait > LONGEST_WAIT:
                    raise
            await self._clock.sleep(wait)
        return await self._in_turn(call, make, read)

    async def _in_turn(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        """Send when the pace allows it; raise `Throttled` where that is too long to sit out."""
        pace = self._paces[call.quota]
        if pace.wait() > LONGEST_WAIT:
            raise Throttled(call.name, pace.wait())
        wait = pace.book()
        self._sender.watch.used(call.quota, pace.used)
        if wait:
            await self._clock.sleep(wait)
        return await self._attempt(call, make, read)

    async def _attempt(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        gate = self._gates[call.quota]
        if gate.wait():
            raise Throttled(call.name, gate.wait())
        try:
            answer = await self._sender.send(call, make, read)
        except Throttled as fault:
            gate.shut(fault.retry_after)
            raise
        gate.passed()
        return answer

    def _wait_after(self, call: Call, fault: DirectoryFault, failures: int) -> timedelta:
        if isinstance(fault, Throttled):
            return max(self._gates[call.quota].wait(), self._paces[call.quota].wait())
        return min(back_off(failures, self._jitter), LONGEST_WAIT)

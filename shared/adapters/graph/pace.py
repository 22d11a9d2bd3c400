"""Keep within Graph's documented limits before Graph has to say so: a refused call counts like any other.

Source: Microsoft Graph service-specific throttling limits (identity and access; reports). Each process takes
its share of what an application may do in a tenant.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.adapters.graph.calls import Quota
from shared.domain.ports import Clock


@dataclass(frozen=True)
class Rate:
    """So many calls in so long, in any span of that length."""

    calls: int
    span: timedelta

    def part(self, share: float) -> "Rate":
        """A part of it, or a multiple: other calls in the span, or one in a longer span."""
        calls = max(1, int(self.calls * share))
        return Rate(calls, self.span * calls / (self.calls * share))


RATES: Mapping[Quota, Rate] = {
    Quota.DIRECTORY: Rate(1650, timedelta(seconds=10)),
    Quota.WRITES: Rate(200, timedelta(seconds=10)),
    Quota.REPORTS: Rate(5, timedelta(seconds=10)),
    Quota.IDENTITY_PROTECTION: Rate(1, timedelta(seconds=1)),
}
"""Of the smallest tenants: 3,500 resource units in 10 s, of which a read costs two at most and a write one.

Graph counts 3,000 writes in 150 s; as 200 in 10 s they are as many, and leave the units for reads alone.
"""


class Pace:
    """When the calls of one kind may start."""

    def __init__(self, clock: Clock, rate: Rate) -> None:
        self._clock = clock
        self._span = rate.span.total_seconds()
        self._starts: deque[float] = deque(maxlen=rate.calls)

    def wait(self) -> timedelta:
        """How long until another call may start."""
        return timedelta(seconds=max(0.0, self._next() - self._clock.monotonic()))

    def book(self) -> timedelta:
        """Take the next place; how long until then."""
        now = self._clock.monotonic()
        start = max(self._next(), now)
        while self._starts and self._starts[0] + self._span <= now:  # these hold up nobody any more
            self._starts.popleft()
        self._starts.append(start)
        return timedelta(seconds=start - self._clock.monotonic())

    @property
    def used(self) -> float:
        """Which part of the calls in a span was taken by the last booking, 0 to 1; those that wait count."""
        return len(self._starts) / (self._starts.maxlen or 1)

    def _next(self) -> float:
        full = len(self._starts) == self._starts.maxlen
        return self._starts[0] + self._span if full else self._clock.monotonic()

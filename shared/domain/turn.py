"""How long one run may go on.

      claim ─────────── work ───────────┐ stop here, save, come again
        |<---------- turn ------------->|<-- margin -->| the host ends the function
        |<------------------- timeout ---------------->|<-- margin -->| the lease ends
        |<--------------------------- lease ------------------------->|<-- margin -->| another may claim

A run is never longer than the host lets a function run, so the lease is not renewed while it lasts.
"""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.errors import Overtaken
from shared.domain.ports import Clock


@dataclass(frozen=True)
class Timing:
    """The times of a run, all from the host's function timeout."""

    timeout: timedelta = timedelta(minutes=10)

    @property
    def margin(self) -> timedelta:
        """For clocks that differ, and for a call that is under way."""
        return min(timedelta(seconds=30), self.timeout / 2)

    @property
    def turn(self) -> timedelta:
        """After this long a run stops by itself at the next step or part of a step."""
        return self.timeout - self.margin

    @property
    def lease(self) -> timedelta:
        """For so long nobody else works at the request."""
        return self.timeout + self.margin

    def begin(self, clock: Clock) -> "Turn":
        """A run that starts now."""
        started = clock.monotonic()
        return Turn(clock, started + self.turn.total_seconds(), started + self.timeout.total_seconds())


@dataclass(frozen=True)
class Turn:
    """A run under way; moments are of the monotonic clock."""

    clock: Clock
    stops_at: float
    nothing_starts_after: float

    @property
    def over(self) -> bool:
        """Whether it is time to save and to go on in another run."""
        return self.clock.monotonic() >= self.stops_at

    def check_lease(self) -> None:
        """Raise `Overtaken` where a call that starts now might end when another worker is at it.

        From the last start to another's claim there are two margins, each as long as a call may take.
        """
        if self.clock.monotonic() >= self.nothing_starts_after:
            raise Overtaken

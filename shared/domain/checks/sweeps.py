"""Whether the timer runs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.checks.common_reasons import NEVER_SWEPT, NOT_SWEPT, SWEEPS_UNTOLD, SWEPT
from shared.domain.checks.reason import Found, found
from shared.domain.errors import PrivacyError
from shared.domain.ports import Clock

LATE = timedelta(minutes=5)
"""The timer runs every minute."""


@dataclass(frozen=True)
class SweepCheck:
    """Asks when the timer last went through."""

    last_sweep: Callable[[], Awaitable[datetime | None]]
    clock: Clock

    async def ask(self) -> Sequence[Found]:
        """See `Check.ask`."""
        try:
            last = await self.last_sweep()
        except PrivacyError:
            return (found(SWEEPS_UNTOLD),)
        if last is None:
            return (found(NEVER_SWEPT),)
        since = self.clock.now() - last
        if since >= LATE:
            return (found(NOT_SWEPT, minutes=int(since / timedelta(minutes=1))),)
        return (found(SWEPT, seconds=max(0, int(since.total_seconds()))),)

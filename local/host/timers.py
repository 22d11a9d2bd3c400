"""Timer triggers: one call at a time, at the times the schedule names, in UTC."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from azure.functions.timer import TimerRequest
from cronsim import CronSim, CronSimError

from local.host.invoke import Invoker
from local.host.load import AppRefused, TimerFunction

LATE = timedelta(seconds=1)
log = logging.getLogger("host.timers")


class Timer:
    """Calls one function at its times, until cancelled."""

    def __init__(self, function: TimerFunction, invoker: Invoker) -> None:
        """Raises `AppRefused` for a schedule that is not NCRONTAB."""
        self._function = function
        self._invoker = invoker
        self._next_after(datetime.now(UTC))

    async def run(self) -> None:
        """Wait and call, for ever; a time that passed while the function ran is made up for once."""
        due = self._next_after(datetime.now(UTC))
        while True:
            await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
            await self.call(past_due=datetime.now(UTC) - due > LATE)
            due = self._next_after(due)
            if (behind := datetime.now(UTC)) > due + LATE:
                due = behind

    async def call(self, *, past_due: bool = False) -> None:
        """Call the function now; what it raises is logged, and the next time comes all the same."""
        request = TimerRequest(past_due=past_due)
        try:
            await self._invoker.call(self._function.handler, **{self._function.parameter: request})
        except Exception:
            log.exception("%s failed", self._function.name)

    def _next_after(self, moment: datetime) -> datetime:
        fields = self._function.schedule.split()
        try:
            # The host takes five fields too, and then means second 0.
            return next(CronSim(" ".join(("0", *fields) if len(fields) == 5 else fields), moment))
        except (CronSimError, StopIteration) as error:
            raise AppRefused(f"{self._function.name}: its schedule is not NCRONTAB") from error

"""Time as it is."""

import asyncio
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(duration.total_seconds())

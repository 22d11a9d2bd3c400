"""Time as it is."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    async def sleep(self, duration: timedelta) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(duration.total_seconds())

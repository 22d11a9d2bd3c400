"""Which deletions cannot be finished within the term, since accounts leave the recycle bin by themselves.

GDPR Art. 12(3): within one month. CCPA regulations § 7021(b): within 45 days.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from shared.domain.deadlines import Regulation, due_at
from shared.domain.identify import RECYCLE_BIN_KEEPS
from shared.settings import Settings

A_YEAR = tuple(datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(365))
"""One without a 29 February, whose terms are the shorter."""


def purges_too_late(settings: Settings) -> Iterator[dict[str, str | int]]:
    """By regulation, how long from receipt to purge at least, and the months in which that is too long.

    Nothing where accounts are purged by the app: whether it may is seen at the first deletion.
    """
    if settings.purge == "try":
        return
    takes = settings.deletion_cooling_off + RECYCLE_BIN_KEEPS
    for regulation in Regulation:
        months = sorted({day.month for day in A_YEAR if _is_late(regulation, day, takes, settings)})
        if months:
            yield {"regulation": regulation, "days": takes.days, "months": ",".join(map(str, months))}


def _is_late(regulation: Regulation, received: datetime, takes: timedelta, settings: Settings) -> bool:
    return received + takes > due_at(regulation, received, settings.legal_time_zone)

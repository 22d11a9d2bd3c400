"""Whether our clock is that of a service: HTTP's header Date against ours."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from shared.domain.checks.common_reasons import CLOCK_OFF, CLOCK_RIGHT, CLOCK_UNTOLD, CLOCK_WRONG
from shared.domain.checks.reason import Found, found

OFF, WRONG = timedelta(seconds=60), timedelta(minutes=5)
"""From here on it is told; from here on tokens are refused (the usual tolerance of their `nbf`)."""


def clock_found(date: str | None, now: datetime) -> Found:
    """What the header of an answer that came `now` says. Source: RFC 9110, section 6.6.1."""
    told = _moment(date)
    if told is None:
        return found(CLOCK_UNTOLD)
    away = abs(now - told)
    seconds = int(away.total_seconds())
    if away >= WRONG:
        return found(CLOCK_WRONG, seconds=seconds)
    return found(CLOCK_OFF, seconds=seconds) if away >= OFF else found(CLOCK_RIGHT)


def _moment(date: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

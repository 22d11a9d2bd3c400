"""When the law wants an answer.

GDPR Art. 12(3): within one month of receipt, by two further months where necessary. CCPA regulations
§ 7021(b): 45 calendar days, and 45 more with notice. Doubts about who asks stop the clock under the GDPR
(Art. 12(6)); the CCPA counts from receipt whatever verification takes.
Regulation 1182/71 Art. 3: the day of receipt does not count; a period in months ends with the day
of the same number, or the month's last day where there is none. An end on a weekend or holiday
would move to the next working day; the earlier day is kept, which is never late.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Regulation(StrEnum):
    """The law a request is made under; names as in OpenDSR."""

    GDPR = "gdpr"
    CCPA = "ccpa"


def due_at(
    regulation: Regulation, received_at: datetime, zone: ZoneInfo, paused: timedelta = timedelta()
) -> datetime:
    """Last second of the last day for an answer, in UTC; days are counted in `zone`.

    `paused` is for how long the clock stood still (whole days are added for each day begun).
    """
    received = received_at.astimezone(zone).date()
    last = months_later(received, 1) if regulation is Regulation.GDPR else received + timedelta(days=45)
    return _end_of(last, paused, zone)


def extended_due_at(
    regulation: Regulation, received_at: datetime, zone: ZoneInfo, paused: timedelta = timedelta()
) -> datetime:
    """The same where the term was extended: by two further months, or by 45 further days."""
    received = received_at.astimezone(zone).date()
    last = months_later(received, 3) if regulation is Regulation.GDPR else received + timedelta(days=90)
    return _end_of(last, paused, zone)


def _end_of(day: date, paused: timedelta, zone: ZoneInfo) -> datetime:
    later = day + timedelta(days=-(-paused // timedelta(days=1)))
    return datetime.combine(later, time(23, 59, 59), zone).astimezone(UTC)


def months_later(day: date, months: int) -> date:
    """The day of the same number `months` later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))

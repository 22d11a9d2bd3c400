"""The header `Retry-After`.

Source: RFC 9110, section 10.2.3.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def retry_after(value: str | None, now: datetime, most: timedelta) -> timedelta | None:
    """How long it asks to wait, `most` at most: seconds or an HTTP date, None for anything else."""
    if value is None:
        return None
    if value.isascii() and value.isdecimal():
        return min(timedelta(seconds=int(value[:9])), most)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(max(aware - now, timedelta()), most)

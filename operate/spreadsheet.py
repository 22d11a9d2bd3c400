"""The report as CSV: one line for each request."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from operate.answers import Summary
from operate.figures import days, due_group, has_ended, took_of

COLUMNS = (
    "id",
    "kind",
    "status",
    "reason",
    "regulation",
    "proof",
    "receivedAt",
    "dueAt",
    "timeLeft",
    "endedAt",
    "daysToEnd",
    "late",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula."""


def spreadsheet(requests: Iterable[Summary], now: datetime) -> str:
    """RFC 4180."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(value) for value in _row(one, now)] for one in requests)
    return text.getvalue()


def _row(one: Summary, now: datetime) -> tuple[object, ...]:
    ended = has_ended(one)
    return (
        one.id,
        one.kind,
        one.status,
        one.reason or "",
        one.regulation,
        one.proof,
        one.received_at.isoformat(),
        one.due_at.isoformat(),
        "" if ended else due_group(one, now),
        one.updated_at.isoformat() if ended else "",
        days(took_of(one)) if ended else "",
        "yes" if (one.updated_at if ended else now) > one.due_at and not one.paused_at else "no",
    )


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value

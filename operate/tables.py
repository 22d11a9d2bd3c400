"""Requests and people as tables: one line each."""

from collections.abc import Iterable
from datetime import datetime

from rich.table import Table
from rich.text import Text

from operate.answers import Found, Person, Summary
from operate.cells import cell, due_text, status_text, table, when


def requests_table(requests: Iterable[Summary], now: datetime) -> Table:
    """One line each."""
    rows = [
        (
            cell(one.id),
            cell(one.kind),
            due_text(one, now),
            status_text(one.status, one.reason),
        )
        for one in requests
    ]
    return table(("id", "kind", "due", "status"), rows)


def people_table(found: Found) -> Table:
    """One line for each account."""
    rows = [_person(one) for one in found.people]
    return table(("tenant", "object id", "signs in as", "since", "export", "deletion", "held"), rows)


def _person(one: Person) -> tuple[Text, ...]:
    hold = f"{one.hold.basis}, {one.hold.article}, review {one.hold.review_at:%Y-%m-%d}" if one.hold else None
    return (
        cell(one.tenant),
        cell(one.object_id),
        cell(", ".join(one.sign_in_names)),
        when(one.created_at),
        cell(one.export_id),
        cell(one.deletion_id),
        cell(hold),
    )

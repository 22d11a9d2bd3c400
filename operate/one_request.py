"""One request for people: whole, as it is followed, on one line."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group
from rich.table import Table
from rich.text import Text

from operate.answers import Event, Note, Notice, TenantOutcome, View
from operate.cells import cell, due_text, status_text, table, titled, when
from operate.plain import plain

NEXT_STEPS = 8


def view_parts(view: View, now: datetime) -> Group:
    """Everything of one request."""
    parts = (
        head(view, now),
        titled("Tenants", _tenants(view.tenants)),
        titled("Steps", steps_text(view)),
        titled("Journal", _journal(view.journal, view.notes)),
        titled("Notices", _notices(view.notices)),
    )
    return Group(*(part for part in parts if part is not None))


def followed(view: View, now: datetime) -> Group:
    """What is watched: where it stands and what comes next, in less than the lines of a terminal."""
    ahead = [plain(step.name) for step in view.steps if not step.done]
    shown = [f"· {name}" for name in ahead[:NEXT_STEPS]]
    more = [f"  and {len(ahead) - NEXT_STEPS} more"] if len(ahead) > NEXT_STEPS else []
    done = f"✓ {len(view.steps) - len(ahead)} of {len(view.steps)} steps done"
    known = [one for one in view.tenants if one.outcome]
    tenants = titled("Tenants", _tenants(known))
    steps = Text("\n".join((done, *shown, *more)))
    return Group(head(view, now), Text(), steps, *((tenants,) if tenants else ()))


def line_of(view: View) -> str:
    """Where a request stands, on one line."""
    done = sum(step.done for step in view.steps)
    reason = f" ({view.reason})" if view.reason else ""
    due = f"{view.due_at:%Y-%m-%d}"
    return f"{view.kind} {view.id}: {view.status}{reason}, {done} of {len(view.steps)} steps done, due {due}"


def head(view: View, now: datetime) -> Table:
    """What is said of it as a whole."""
    lines: tuple[tuple[str, Text | None], ...] = (
        ("request", cell(view.id)),
        ("kind", cell(f"{view.kind}, {view.regulation}, asked by {view.proof}")),
        ("status", status_text(view.status)),
        ("reason", _some(view.reason)),
        ("until", when(view.until) if view.until else None),
        ("due", due_text(view, now)),
        ("received", when(view.received_at)),
        ("updated", when(view.updated_at)),
        ("clock stands still since", when(view.paused_at) if view.paused_at else None),
        ("extended for", _some(view.extended_for)),
        ("cannot be taken back since", when(view.irreversible_at) if view.irreversible_at else None),
        ("failed tries", cell(str(view.tries)) if view.tries else None),
    )
    grid = Table.grid(padding=(0, 2))
    for name, value in lines:
        if value is not None:
            grid.add_row(Text(name, style="dim"), value)
    return grid


def steps_text(view: View) -> Text | None:
    """Steps done and to do, by name."""
    if not view.steps:
        return None
    marks = [("✓ " if step.done else "· ") + plain(step.name) for step in view.steps]
    return Text("\n".join(marks))


def _some(text: str | None) -> Text | None:
    return cell(text) if text else None


def _tenants(tenants: Sequence[TenantOutcome]) -> Table | None:
    rows = [
        (cell(one.tenant), cell(one.outcome), cell(one.reason), when(one.restorable_until)) for one in tenants
    ]
    return table(("tenant", "outcome", "reason", "restorable until"), rows) if rows else None


def _journal(events: Sequence[Event], notes: Sequence[Note]) -> Table:
    by_number = {note.event: note.text for note in notes}
    rows = [
        (
            cell(str(one.number)),
            Text(f"{one.at:%Y-%m-%d %H:%M:%SZ}"),
            cell(one.what),
            cell(one.detail),
            cell(one.by),
            cell(by_number.get(one.number)),
        )
        for one in events
    ]
    return table(("no.", "at", "what", "detail", "by", "note"), rows)


def _notices(notices: Sequence[Notice]) -> Table | None:
    rows = [(cell(one.channel), cell(one.state), cell(str(one.tries))) for one in notices]
    return table(("channel", "state", "tries"), rows) if rows else None

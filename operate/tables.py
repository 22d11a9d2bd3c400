"""Requests and people as tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from operate.answers import Event, Found, Note, Notice, Person, Summary, TenantOutcome, View
from operate.plain import plain
from operate.words import Status

STYLES: Mapping[str, str] = {
    Status.COMPLETED: "green",
    Status.FAILED: "bold red",
    Status.AWAITING_APPROVAL: "bold yellow",
    Status.REFUSED: "magenta",
    Status.CANCELLED: "dim",
}
NOTHING = "–"
NEXT_STEPS = 8
WHOLE = frozenset({"id", "object id", "kind", "tenant"})
"""Columns that stay on one line, however narrow the terminal."""


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


def followed(view: View, now: datetime) -> Group:
    """What is watched: where it stands and what comes next, in less than the lines of a terminal."""
    ahead = [plain(step.name) for step in view.steps if not step.done]
    shown = [f"· {name}" for name in ahead[:NEXT_STEPS]]
    more = [f"  and {len(ahead) - NEXT_STEPS} more"] if len(ahead) > NEXT_STEPS else []
    done = f"✓ {len(view.steps) - len(ahead)} of {len(view.steps)} steps done"
    return Group(head(view, now), Text(), Text("\n".join((done, *shown, *more))))


def line_of(view: View) -> str:
    """Where a request stands, on one line."""
    done = sum(step.done for step in view.steps)
    reason = f" ({view.reason})" if view.reason else ""
    due = f"{view.due_at:%Y-%m-%d}"
    return f"{view.kind} {view.id}: {view.status}{reason}, {done} of {len(view.steps)} steps done, due {due}"


def people_table(found: Found) -> Table:
    """One line for each account."""
    rows = [_person(one) for one in found.people]
    return table(("tenant", "object id", "signs in as", "since", "export", "deletion", "held"), rows)


def table(names: Sequence[str], rows: Iterable[Sequence[Text]]) -> Table:
    """No cell is cut: ids are there to be copied."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        made.add_column(name, overflow="fold", no_wrap=name in WHOLE)
    for row in rows:
        made.add_row(*row)
    return made


def cell(text: str | None) -> Text:
    """A text as it is, never as markup."""
    return Text(plain(text)) if text else Text(NOTHING, style="dim")


def when(moment: datetime | None) -> Text:
    """UTC, to the minute."""
    return Text(f"{moment:%Y-%m-%d %H:%MZ}") if moment else Text(NOTHING, style="dim")


def status_text(status: str, reason: str | None = None) -> Text:
    """Words carry it; colour helps."""
    text = plain(f"{status} {reason}" if reason else status)
    return Text(text, style=STYLES.get(status, ""))


def due_text(one: Summary, now: datetime) -> Text:
    """The due date, and whether it is near or past for what is still open."""
    day = f"{one.due_at:%Y-%m-%d}"
    if one.status in {Status.COMPLETED, Status.REFUSED, Status.CANCELLED}:
        return Text(day)
    if one.paused_at:
        return Text(f"{day} stands still", style="dim")
    days = (one.due_at - now).days
    if days < 0:
        return Text(f"{day} overdue", style="bold red")
    return Text(f"{day} {days} d", style="yellow" if days < 5 else "")


def titled(title: str, part: RenderableType | None) -> Group | None:
    """A part under its title; None where there is nothing."""
    return Group(Text(), Text(title, style="bold"), part) if part is not None else None


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

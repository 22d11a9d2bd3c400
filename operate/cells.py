"""Cells of tables: no text is taken for markup, no id is cut."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from operate.answers import Summary
from operate.plain import plain
from operate.words import ENDED, Status

STYLES: Mapping[str, str] = {
    Status.COMPLETED: "green",
    Status.FAILED: "bold red",
    Status.AWAITING_APPROVAL: "bold yellow",
    Status.REFUSED: "magenta",
    Status.CANCELLED: "dim",
}
NOTHING = "–"
WHOLE = frozenset({"id", "object id", "kind", "tenant"})
"""Columns that stay on one line, however narrow the terminal."""


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
    if one.status in ENDED:
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

"""What the template shows: frozen, cut to what a person reads, of the size of a few pages."""

from dataclasses import dataclass

from export_function.report.events import EventSummary
from export_function.report.fields import Field, Record
from export_function.report.shown import Shown
from export_function.report.timeline import Timeline
from shared.domain.progress import SectionState


@dataclass(frozen=True)
class Events:
    """A summary with its picture; `columns` are the titles of the newest events' table."""

    summary: EventSummary
    columns: tuple[str, ...]
    timeline: Timeline | None


@dataclass(frozen=True)
class SectionView:
    """A section; `files` lead to its data. `more` records are not shown; `unreadable` ones cannot be."""

    anchor: str
    title: str
    about: str
    state: SectionState
    reason: str
    count: int
    collected_at: str
    source: str
    files: tuple[str, ...]
    records: tuple[Record, ...] = ()
    more: int = 0
    unreadable: bool = False
    attributes: tuple[Field, ...] = ()
    identities: tuple[tuple[Shown, ...], ...] = ()
    events: Events | None = None
    photo: str | None = None


@dataclass(frozen=True)
class TenantView:
    """A directory: what came of it, and its sections."""

    name: str
    outcome: str
    object_id: str | None
    sections: tuple[SectionView, ...]

    @property
    def filled(self) -> tuple[SectionView, ...]:
        """Those with data: each has its own part of the page."""
        return tuple(one for one in self.sections if one.state is SectionState.COLLECTED)

    @property
    def bare(self) -> tuple[SectionView, ...]:
        """Those without: a line of a table each."""
        return tuple(one for one in self.sections if one.state is not SectionState.COLLECTED)

"""The whole report, and what it comes to: the figures that it begins with."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from export_function.report.views import SectionView, TenantView
from shared.domain.progress import SectionState

Span = tuple[str, str]
"""The first and the last of some times."""


@dataclass(frozen=True)
class Overview:
    """`kept` of all `kinds` of data have records, `missing` were not available in some directory.

    `found` counts the directories with an account; `collected` and `happened` are None without any time.
    """

    found: int
    records: int
    events: int
    kinds: int
    kept: int
    missing: int
    collected: Span | None
    happened: Span | None


@dataclass(frozen=True)
class Report:
    """Everything on the page; `processing` are titles with paragraphs."""

    language: str
    request_id: str
    law: str
    received_at: str
    overview: Overview
    tenants: tuple[TenantView, ...]
    gaps: tuple[str, ...]
    processing: tuple[tuple[str, tuple[str, ...]], ...]


def overview(tenants: Sequence[TenantView]) -> Overview:
    """The figures of all directories together."""
    sections = [section for tenant in tenants for section in tenant.sections]
    return Overview(
        found=sum(1 for tenant in tenants if tenant.object_id),
        records=sum(section.count for section in sections),
        events=sum(section.count for section in sections if section.events),
        kinds=len({section.title for section in sections}),
        kept=_kinds(sections, SectionState.COLLECTED),
        missing=_kinds(sections, SectionState.NOT_AVAILABLE),
        collected=_span(section.collected_at for section in sections),
        happened=_span(_moments(sections)),
    )


def _kinds(sections: Iterable[SectionView], state: SectionState) -> int:
    return len({section.title for section in sections if section.state is state})


def _moments(sections: Iterable[SectionView]) -> Iterator[str]:
    for section in sections:
        if section.events and section.events.summary.first and section.events.summary.last:
            yield from (section.events.summary.first, section.events.summary.last)


def _span(times: Iterable[str]) -> Span | None:
    """Times are written so that they sort as they follow each other."""
    known = sorted(times)
    return (known[0], known[-1]) if known else None

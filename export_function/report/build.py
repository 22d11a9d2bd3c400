"""Make the report of what was gathered: nothing here reads or writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from export_function.collector import SWITCHED_OFF
from export_function.derived import custom_attributes, friendly_name, identities
from export_function.event_kinds import EVENT_KINDS
from export_function.gaps import KNOWN_GAPS
from export_function.gathered import Gathered
from export_function.paths import beside, csv_of, path_of
from export_function.report.events import EventSummary
from export_function.report.fields import attribute_field, identity_row, record_of
from export_function.report.language import catalogue
from export_function.report.overview import Report, overview
from export_function.report.processing import Processing, paragraphs
from export_function.report.shown import plain
from export_function.report.timeline import timeline
from export_function.report.views import Events, SectionView, TenantView
from export_function.sections import SECTIONS, SectionKind
from shared.domain.deadlines import Regulation
from shared.domain.ports import JsonObject, JsonValue
from shared.domain.progress import Outcome, Section, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.languages import Say
from shared.marks import N_

MOST_RECORDS = 100
"""Of a section; beyond that the data file is to be read."""
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.COLLECTED: N_("Your account was found and its data collected."),
    Outcome.NOT_FOUND: N_("No account of yours was found."),
    Outcome.NOT_SEARCHED: N_("Not searched: nothing links this directory to the account that was named."),
    Outcome.ALREADY_SOFT_DELETED: N_("Your account lies in the recycle bin and can no longer be read."),
    Outcome.SOFT_DELETED: N_("Your account lies in the recycle bin and can no longer be read."),
    Outcome.RETAINED: N_("Nothing was collected: the company has decided so and tells you why."),
    Outcome.FAILED: N_("The directory could not be read."),
}
UNDECIDED = N_("It was not decided what is true here.")
REASONS: Mapping[str, str] = {
    "permission_missing": N_("this service may not read it"),
    "licence": N_("the directory's licence does not include it"),
    "not_supported": N_("this kind of directory has no such thing"),
    "cloud": N_("the cloud that the directory is in does not offer it"),
    "refused": N_("the directory refused to give it"),
    SWITCHED_OFF: N_("the company has switched it off in this service's settings"),
}
UNKNOWN_REASON = N_("the directory could not give it")
LAWS: Mapping[Regulation, str] = {
    Regulation.GDPR: N_("General Data Protection Regulation, Articles 15 and 20"),
    Regulation.CCPA: N_("California Consumer Privacy Act"),
}


@dataclass(frozen=True)
class Builder:
    """Builds one report."""

    gathered: Gathered
    say: Say

    def tenant(self, progress: TenantProgress) -> TenantView:
        """A directory with its sections in the order of the table of sections."""
        held = {section.name: section for section in progress.sections}
        ours = tuple(self._section(progress, held[kind.name], kind) for kind in SECTIONS if kind.name in held)
        outcome = Outcome.COLLECTED if progress.account else progress.outcome
        text = OUTCOMES[outcome] if outcome else UNDECIDED
        object_id = plain(progress.account.object_id).text if progress.account else None
        return TenantView(progress.tenant, text, object_id, ours)

    def _section(self, progress: TenantProgress, section: Section, kind: SectionKind) -> SectionView:
        view = SectionView(
            anchor=f"{progress.tenant}-{section.name}",
            title=kind.title,
            about=kind.about,
            state=section.state,
            reason=REASONS.get(section.unavailable or "", UNKNOWN_REASON),
            count=section.count,
            collected_at=moment(section.collected_at),
            source=section.source,
            files=tuple(_files(progress, section)),
        )
        return self._with_content(view, progress, section) if section.parts else view

    def _with_content(self, view: SectionView, progress: TenantProgress, section: Section) -> SectionView:
        key = (progress.tenant, section.name)
        if summary := self.gathered.events.get(key):
            return replace(view, events=_events(section, summary))
        if small := self.gathered.small.get(key):
            return self._with_records(view, section, small.value)
        return replace(view, photo=path_of(progress.tenant, section.file_name))

    def _with_records(self, view: SectionView, section: Section, value: JsonValue) -> SectionView:
        if section.name == "profile" and isinstance(value, Mapping):
            return self._with_profile(view, value)
        if not isinstance(value, list):
            return replace(view, unreadable=True)
        return replace(
            view,
            records=tuple(record_of(item, self.say) for item in value[:MOST_RECORDS]),
            more=max(0, len(value) - MOST_RECORDS),
        )

    def _with_profile(self, view: SectionView, profile: JsonObject) -> SectionView:
        named = custom_attributes(profile)
        own = {
            name: value
            for name, value in profile.items()
            if friendly_name(name) is None and not (name == "identities" and isinstance(value, list))
        }
        return replace(
            view,
            records=(record_of(own, self.say),),
            attributes=tuple(attribute_field(one, self.say) for one in named[:MOST_RECORDS]),
            identities=tuple(identity_row(one, self.say) for one in identities(profile)[:MOST_RECORDS]),
        )


def report_of(request: PrivacyRequest, gathered: Gathered, processing: Processing) -> Report:
    """The report; its dates come from the request's record alone."""
    language = gathered.language
    builder = Builder(gathered, catalogue(language).gettext)
    tenants = tuple(builder.tenant(progress) for _, progress in sorted(request.tenants.items()))
    return Report(
        language=language,
        request_id=request.id,
        law=LAWS[request.regulation],
        received_at=moment(request.received_at),
        overview=overview(tenants),
        tenants=tenants,
        gaps=KNOWN_GAPS,
        processing=paragraphs(processing, language),
    )


def moment(at: datetime) -> str:
    """A time as the report writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _events(section: Section, summary: EventSummary) -> Events:
    columns = tuple(title for title, _ in EVENT_KINDS[section.name].shown)
    return Events(summary, columns, timeline(summary.hours))


def _files(progress: TenantProgress, section: Section) -> Iterator[str]:
    if not section.parts:
        return
    names: Sequence[str] = (section.file_name, *beside(section))
    for name in names:
        yield path_of(progress.tenant, name)
        if csv := csv_of(section, name):
            yield path_of(progress.tenant, csv)

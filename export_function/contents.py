"""The files of an archive, one after the other: each a stream, made from staging alone."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from export_function.aside import aside
from export_function.derived import custom_attributes, identities
from export_function.event_kinds import EVENT_KINDS
from export_function.gathered import Gathered, Key
from export_function.json_text import pretty
from export_function.paths import ATTRIBUTES, IDENTITIES, csv_of, path_of
from export_function.report.build import report_of
from export_function.report.events import Summariser
from export_function.report.overview import Report
from export_function.report.processing import Processing
from export_function.report.render import page, readme
from export_function.staging import Staging, sections_of
from export_function.tables import event_header, event_rows, table
from shared.domain.ports import JsonObject, JsonValue
from shared.domain.progress import Section, TenantProgress
from shared.domain.request import PrivacyRequest

SCHEMAS = Path(__file__).with_name("schema")
SCHEMA_OF: Mapping[str, str] = {
    "profile.json": "profile",
    "directory-audits.ndjson": "audit-event",
    "sign-ins.ndjson": "sign-in",
    "id-token-claims.json": "id-token-claims",
    ATTRIBUTES: "custom-attributes",
    IDENTITIES: "identities",
}
"""By file name; every other JSON file holds records."""


@dataclass(frozen=True)
class Entry:
    """One file; `facts` go into the manifest."""

    path: str
    pieces: AsyncIterator[bytes]
    facts: JsonObject


@dataclass(frozen=True)
class Contents:
    """Of one request's archive, but for the manifest and the checksums."""

    request: PrivacyRequest
    staging: Staging
    gathered: Gathered
    processing: Processing
    counted: dict[Key, Summariser] = field(default_factory=dict, init=False)
    """Events in figures, counted while they are written as tables."""

    def entries(self) -> Iterator[Entry]:
        """Each is to be read before the next is asked for: the report tells what was found in them."""
        yield Entry("README.txt", readme(self.gathered.language), {"kind": "readme"})
        for progress, section in sections_of(self.request):
            if section.parts:
                yield from self._section(progress, section)
        for path in sorted(SCHEMAS.glob("*.json")):
            yield Entry(f"schema/{path.name}", at_once(path.read_bytes()), {"kind": "schema"})
        yield Entry("index.html", page(self._report()), {"kind": "report"})

    def _report(self) -> Report:
        events = {key: summariser.summary() for key, summariser in self.counted.items()}
        return report_of(self.request, replace(self.gathered, events=events), self.processing)

    def _section(self, progress: TenantProgress, section: Section) -> Iterator[Entry]:
        name = section.file_name
        facts = {**_facts(progress, section, "data"), **_schema(name)}
        yield Entry(path_of(progress.tenant, name), self._data(progress, section), facts)
        if csv := csv_of(section, name):
            pieces = self._csv(progress, section)
            yield Entry(path_of(progress.tenant, csv), pieces, _facts(progress, section, "csv"))
        if section.name == "profile":
            yield from self._derived(progress, section)

    def _data(self, progress: TenantProgress, section: Section) -> AsyncIterator[bytes]:
        small = self.gathered.small.get((progress.tenant, section.name))
        return at_once(small.data) if small else self.staging.pieces(section)

    def _csv(self, progress: TenantProgress, section: Section) -> AsyncIterator[bytes]:
        key = (progress.tenant, section.name)
        if section.name in EVENT_KINDS:
            summariser = self.counted[key] = Summariser(EVENT_KINDS[section.name])
            return self._event_table(section, summariser)
        value = self.gathered.small[key].value
        return _table(value if isinstance(value, list) else [])

    async def _event_table(self, section: Section, summariser: Summariser) -> AsyncIterator[bytes]:
        yield event_header(summariser.kind)
        async for lines in self.staging.lines(section):
            yield await aside(_counted_rows, summariser, lines)

    def _derived(self, progress: TenantProgress, section: Section) -> Iterator[Entry]:
        profile = self.gathered.profile(progress.tenant)
        for name, items in ((ATTRIBUTES, custom_attributes(profile)), (IDENTITIES, identities(profile))):
            facts = {**_facts(progress, section, "derived"), "count": len(items)}
            path, csv = path_of(progress.tenant, name), csv_of(section, name) or ""
            yield Entry(path, at_once(pretty(list(items))), {**facts, **_schema(name)})
            yield Entry(path_of(progress.tenant, csv), _table(list(items)), {**facts, "kind": "csv"})


async def at_once(data: bytes) -> AsyncIterator[bytes]:
    """A file that is there as a whole."""
    yield data


def _counted_rows(summariser: Summariser, lines: Iterable[bytes]) -> bytes:
    """Lines of the table; to read an event costs more than all else, so it is read once for both."""
    rows = event_rows(summariser.kind, lines)
    summariser.add(rows.events)
    return rows.csv


async def _table(items: list[JsonValue]) -> AsyncIterator[bytes]:
    yield await aside(table, items)


def _schema(file_name: str) -> JsonObject:
    is_json = file_name.endswith((".json", ".ndjson"))
    return {"schema": f"schema/{SCHEMA_OF.get(file_name, 'records')}.schema.json"} if is_json else {}


def _facts(progress: TenantProgress, section: Section, kind: str) -> JsonObject:
    return {
        "kind": kind,
        "tenant": progress.tenant,
        "section": section.name,
        "source": section.source,
        "collectedAt": section.collected_at.isoformat(),
        "count": section.count,
    }

"""What must be known of staging before the first byte of an archive: the report comes first in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from export_function.aside import aside
from export_function.event_kinds import EVENT_KINDS
from export_function.json_text import read
from export_function.report.events import EventSummary, Summariser
from export_function.staging import Staging, sections_of
from shared.domain.ports import JsonValue
from shared.domain.progress import Section
from shared.domain.request import PrivacyRequest
from shared.languages import language_of

Key = tuple[str, str]
"""A tenant's name and a section's."""


@dataclass(frozen=True)
class Small:
    """A section that is held whole; `value` is None for what is no JSON that Python can read."""

    data: bytes
    value: JsonValue


@dataclass(frozen=True)
class Gathered:
    """Small sections whole, of events their summary, by tenant and section."""

    small: Mapping[Key, Small] = field(default_factory=dict)
    events: Mapping[Key, EventSummary] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """Of the report: what the first profile prefers that prefers one we speak."""
        return language_of(self._preferred())

    def profile(self, tenant: str) -> JsonValue:
        """The person's profile in a tenant, None without any."""
        held = self.small.get((tenant, "profile"))
        return held.value if held else None

    def _preferred(self) -> Iterator[JsonValue]:
        for tenant, name in sorted(self.small):
            profile = self.profile(tenant) if name == "profile" else None
            if isinstance(profile, Mapping):
                yield profile.get("preferredLanguage")


async def gather(request: PrivacyRequest, staging: Staging) -> Gathered:
    """One pass over all of staging but photos."""
    small: dict[Key, Small] = {}
    events: dict[Key, EventSummary] = {}
    for progress, section in sections_of(request):
        key = (progress.tenant, section.name)
        if section.parts and section.name in EVENT_KINDS:
            events[key] = await summarised(staging, section)
        elif section.parts and section.file_name.endswith(".json"):
            small[key] = _small(await staging.whole(section))
    return Gathered(small, events)


async def summarised(staging: Staging, section: Section) -> EventSummary:
    """Events in figures; reading them leaves the event loop."""
    summariser = Summariser(EVENT_KINDS[section.name])
    async for lines in staging.lines(section):
        await aside(summariser.add, lines)
    return await aside(summariser.summary)


def _small(data: bytes) -> Small:
    try:
        return Small(data, read(data))
    except ValueError:
        return Small(data, None)

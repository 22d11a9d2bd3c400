"""What is held of staging while an archive is made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from export_function.json_text import read
from export_function.report.events import EventSummary
from export_function.staging import Staging, sections_of
from shared.domain.ports import JsonValue
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
    """Small sections whole, of events their summary once it is known, by tenant and section."""

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
    """All of staging but photos and events."""
    small: dict[Key, Small] = {}
    for progress, section in sections_of(request):
        if section.parts and section.file_name.endswith(".json"):
            small[progress.tenant, section.name] = _small(await staging.whole(section))
    return Gathered(small)


def _small(data: bytes) -> Small:
    try:
        return Small(data, read(data))
    except ValueError:
        return Small(data, None)

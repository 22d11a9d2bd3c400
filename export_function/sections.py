"""Collect the sections of an export into staging, one blob each."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from export_function.tally import Tally
from shared.domain.errors import NotYetSo
from shared.domain.ports import Clock, Directory, ExportBlobs, JsonValue
from shared.domain.request import PrivacyRequest, Section


class Reader(Protocol):
    """Reads one section of an account from a tenant, as (records, bytes) pieces."""

    def __call__(self, directory: Directory, object_id: str) -> AsyncIterator[tuple[int, bytes]]:
        """Pieces of the section's file, each with the number of records in it."""


async def read_profile(directory: Directory, object_id: str) -> AsyncIterator[tuple[int, bytes]]:
    """The user's properties as one JSON object. Raises `NotYetSo` if the user is not there."""
    profile = await directory.profile(object_id)
    if profile is None:
        raise NotYetSo
    yield 1, json.dumps(profile, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


async def read_audit_events(directory: Directory, object_id: str) -> AsyncIterator[tuple[int, bytes]]:
    """Each directory audit event once, a JSON object a line; Graph gives some as target and as initiator."""
    seen: set[JsonValue] = set()
    async for page in directory.audit_events(object_id):
        fresh = {event["id"]: event for event in page if event["id"] not in seen}
        seen.update(fresh)
        yield len(fresh), b"".join(_line(event) for event in fresh.values())


def _line(event: Mapping[str, JsonValue]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True)
class SectionKind:
    """One section: its name, its file in the archive, the Graph calls behind it, how it is read."""

    name: str
    file_name: str
    source: str
    read: Reader


SECTIONS = (
    SectionKind("profile", "profile.json", "GET /users/{id}", read_profile),
    SectionKind(
        "directoryAudits",
        "directory-audits.ndjson",
        "GET /auditLogs/directoryAudits (as target, as initiator)",
        read_audit_events,
    ),
)


@dataclass(frozen=True)
class Collector:
    """Writes a section of one tenant's account into staging."""

    directories: Mapping[str, Directory]
    blobs: ExportBlobs
    clock: Clock

    def collecting(
        self, tenant: str, kind: SectionKind
    ) -> Callable[[PrivacyRequest], Awaitable[PrivacyRequest]]:
        """The step that collects `kind` in `tenant`; nothing to do where the person has no account."""

        async def collect(request: PrivacyRequest) -> PrivacyRequest:
            progress = request.progress(tenant)
            if progress.account is None:
                return request
            blob = f"{request.id}/{request.run}/staging/{tenant}/{kind.file_name}"
            section = await self._stage(kind, blob, tenant, progress.account.object_id)
            return request.with_progress(progress.with_section(section))

        return collect

    async def _stage(self, kind: SectionKind, blob: str, tenant: str, object_id: str) -> Section:
        started, count = self.clock.now(), 0
        async with self.blobs.create(blob) as sink:
            tally = Tally(sink)
            async for records, data in kind.read(self.directories[tenant], object_id):
                count += records
                await tally.write(data)
        return Section(kind.name, blob, kind.source, started, count, tally.size, tally.sha256)

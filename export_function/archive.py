"""Make `export.zip` from staging alone: no Graph call, and the same bytes for the same staging."""

import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from export_function.tally import Tally
from export_function.zip_stream import ZipStream
from shared.domain.claims import archive_entry
from shared.domain.errors import AlreadyRecorded, PrivacyError
from shared.domain.ports import Clock, ExportBlobs, JsonObject, Register
from shared.domain.progress import Archive, Outcome, Section, TenantProgress
from shared.domain.request import Kind, PrivacyRequest
from shared.domain.turn import Turn

KNOWN_GAPS = (
    "Directory audit events are as Microsoft Graph returned them at the time given; Azure AD B2C keeps "
    "them for 7 days, and newer ones may arrive some minutes late.",
    "Microsoft Graph does not expose every property that Azure AD B2C holds: "
    "strongAuthenticationAlternativePhoneNumber, legalCountry and facsimileTelephoneNumber are missing.",
    "Microsoft Graph does not return phone numbers that Azure AD B2C wrote for its own multi-factor "
    "authentication until they are saved anew, so that an empty list of ways to prove who you are is no proof.",
    "Passwords are never returned, nor are the secrets of authenticators.",
    "Names, ids and addresses of other people in audit events are masked (GDPR Art. 15(4)).",
)


class StagingDamaged(PrivacyError):
    """A staged section does not have the size or checksum that was recorded for it."""

    code = "staging_damaged"


@dataclass(frozen=True)
class Archivist:
    """Builds the archive and clears staging."""

    blobs: ExportBlobs
    register: Register
    clock: Clock
    kept: timedelta

    async def archive(self, request: PrivacyRequest, turn: Turn) -> PrivacyRequest:
        """Write the archive and tell every tenant with an account as collected."""
        blob = f"{request.id}/{request.run}/export.zip"
        await self._announce(request)
        async with self.blobs.create(blob) as sink:
            tally = Tally(sink)
            await self._write(request, ZipStream(tally))
            turn.check_lease()
        archive = Archive(blob, tally.size, tally.sha256, self.clock.now() + self.kept)
        return _all_collected(request).with_archive(archive)

    async def clear_staging(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """Remove what the archive was made from, of this run and of those before."""
        for run in range(1, request.run + 1):
            await self.blobs.remove(f"{request.id}/{run}/staging/")
        return request

    async def _announce(self, request: PrivacyRequest) -> None:
        """Before the first byte: each account's entries name the archives that hold its data."""
        for key in request.claims:
            with contextlib.suppress(AlreadyRecorded):
                await self.register.insert(key, archive_entry(request.id), {Kind.EXPORT: request.id})

    async def _write(self, request: PrivacyRequest, archive: ZipStream) -> None:
        files: list[JsonObject] = []
        for progress, section in _sections(request):
            if not section.parts:
                continue
            digest = hashlib.sha256()
            await archive.add(_path(progress, section), self._verified(section, digest))
            files.append(_file_entry(progress, section, digest.hexdigest()))
        await archive.add("manifest.json", _one_piece(_manifest(request, files)))
        await archive.close()

    async def _verified(self, section: Section, whole: "hashlib._Hash") -> AsyncIterator[bytes]:
        """The section's bytes, each part held to its recorded size and checksum; `whole` sees them all."""
        for part in section.parts:
            size, digest = 0, hashlib.sha256()
            async for piece in self.blobs.read(part.blob):
                size += len(piece)
                digest.update(piece)
                whole.update(piece)
                yield piece
            if (size, digest.hexdigest()) != (part.size, part.sha256):
                raise StagingDamaged


def _all_collected(request: PrivacyRequest) -> PrivacyRequest:
    for progress in tuple(request.tenants.values()):
        if progress.account is not None:
            request = request.with_progress(progress.with_outcome(Outcome.COLLECTED))
    return request


def _sections(request: PrivacyRequest) -> Iterator[tuple[TenantProgress, Section]]:
    for _, progress in sorted(request.tenants.items()):
        for section in sorted(progress.sections, key=lambda held: held.name):
            yield progress, section


def _path(progress: TenantProgress, section: Section) -> str:
    return f"data/{progress.tenant}/{section.file_name}"


def _manifest(request: PrivacyRequest, files: Sequence[JsonObject]) -> JsonObject:
    return {
        "request": request.id,
        "regulation": request.regulation,
        "receivedAt": request.received_at.isoformat(),
        "files": files,
        "sections": [_section_entry(progress, section) for progress, section in _sections(request)],
        "tenants": [
            {
                "tenant": name,
                "objectId": progress.account.object_id if progress.account else None,
                "outcome": Outcome.COLLECTED if progress.account else progress.outcome,
            }
            for name, progress in sorted(request.tenants.items())
        ],
        "knownGaps": list(KNOWN_GAPS),
    }


def _file_entry(progress: TenantProgress, section: Section, sha256: str) -> JsonObject:
    return {
        "path": _path(progress, section),
        "tenant": progress.tenant,
        "section": section.name,
        "source": section.source,
        "collectedAt": section.collected_at.isoformat(),
        "count": section.count,
        "bytes": section.size,
        "sha256": sha256,
    }


def _section_entry(progress: TenantProgress, section: Section) -> JsonObject:
    return {
        "tenant": progress.tenant,
        "section": section.name,
        "state": section.state,
        "reason": section.unavailable,
        "source": section.source,
        "collectedAt": section.collected_at.isoformat(),
        "count": section.count,
    }


async def _one_piece(content: JsonObject) -> AsyncIterator[bytes]:
    yield json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"

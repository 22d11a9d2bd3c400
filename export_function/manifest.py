"""What says of an archive what it is: `manifest.json` and `SHA256SUMS`."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

from export_function.gaps import KNOWN_GAPS
from export_function.staging import sections_of
from export_function.tables import NOTE
from shared.domain.ports import JsonObject
from shared.domain.progress import Outcome, Section, TenantProgress
from shared.domain.request import PrivacyRequest

MANIFEST, CHECKSUMS = "manifest.json", "SHA256SUMS"
GENERATOR = {"name": "b2c-privacy-requests", "version": "0.1.0"}
"""As pyproject.toml has them."""


@dataclass(frozen=True)
class File:
    """A file as it was written into the archive."""

    path: str
    size: int
    sha256: str
    facts: JsonObject

    def entry(self) -> JsonObject:
        """As the manifest lists it."""
        return {"path": self.path, **self.facts, "bytes": self.size, "sha256": self.sha256}


@dataclass
class Measured:
    """Passes pieces on, and knows their size and checksum once all have passed."""

    pieces: AsyncIterator[bytes]
    size: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    async def read(self) -> AsyncIterator[bytes]:
        """The pieces."""
        async for piece in self.pieces:
            self.size += len(piece)
            self.digest.update(piece)
            yield piece


def manifest_of(request: PrivacyRequest, files: Sequence[File], language: str) -> JsonObject:
    """Everything that is in the archive, and what is not."""
    return {
        "request": request.id,
        "regulation": request.regulation,
        "receivedAt": request.received_at.isoformat(),
        "language": language,
        "generator": GENERATOR,
        "files": [file.entry() for file in files],
        "sections": [_section(progress, section) for progress, section in sections_of(request)],
        "tenants": [_tenant(progress) for _, progress in sorted(request.tenants.items())],
        "knownGaps": list(KNOWN_GAPS),
        "csvNote": NOTE,
    }


def checksums(files: Iterable[File]) -> bytes:
    """As `sha256sum -c` reads them (GNU coreutils)."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in files).encode()


def _section(progress: TenantProgress, section: Section) -> JsonObject:
    return {
        "tenant": progress.tenant,
        "section": section.name,
        "state": section.state,
        "reason": section.unavailable,
        "source": section.source,
        "collectedAt": section.collected_at.isoformat(),
        "count": section.count,
    }


def _tenant(progress: TenantProgress) -> JsonObject:
    return {
        "tenant": progress.tenant,
        "objectId": progress.account.object_id if progress.account else None,
        "outcome": Outcome.COLLECTED if progress.account else progress.outcome,
    }

"""Read what was collected: each part is held to the size and checksum that were recorded for it."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from shared.domain.errors import PrivacyError
from shared.domain.ports import ExportBlobs
from shared.domain.progress import Part, Section, TenantProgress
from shared.domain.request import PrivacyRequest

BITE = 128 * 1024
"""Bytes that are worked on at a time, however large the pieces are that storage gives."""


class StagingDamaged(PrivacyError):
    """A staged section does not have the size or checksum that was recorded for it."""

    code = "staging_damaged"


@dataclass(frozen=True)
class Staging:
    """The sections as they lie in staging."""

    blobs: ExportBlobs

    async def pieces(self, section: Section) -> AsyncIterator[bytes]:
        """The section's bytes. Raises `StagingDamaged`, at the end of a part that is not as recorded."""
        for part in section.parts:
            async for bite in self._part(part):
                yield bite

    async def whole(self, section: Section) -> bytes:
        """All of a section that is known to be small."""
        return b"".join([piece async for piece in self.pieces(section)])

    async def lines(self, section: Section) -> AsyncIterator[tuple[bytes, ...]]:
        """The section's lines, some at a time."""
        rest = b""
        async for piece in self.pieces(section):
            *whole, rest = (rest + piece).split(b"\n")
            yield tuple(whole)
        if rest:
            yield (rest,)

    async def _part(self, part: Part) -> AsyncIterator[bytes]:
        size, digest = 0, hashlib.sha256()
        async for piece in self.blobs.read(part.blob):
            size += len(piece)
            digest.update(piece)
            for start in range(0, len(piece), BITE):
                yield piece[start : start + BITE]
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise StagingDamaged


def sections_of(request: PrivacyRequest) -> Iterator[tuple[TenantProgress, Section]]:
    """Every section of every tenant, in an order that depends on nothing but their names."""
    for _, progress in sorted(request.tenants.items()):
        for section in sorted(progress.sections, key=lambda held: held.name):
            yield progress, section

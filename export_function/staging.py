"""Read what was collected, unpacked: each part is held to the size and checksum that were recorded for it."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from export_function.packing import StagingDamaged, Unpacker
from shared.domain.ports import ExportBlobs
from shared.domain.progress import Part, Section, TenantProgress
from shared.domain.request import PrivacyRequest


@dataclass(frozen=True)
class Staging:
    """The sections as they lie in staging."""

    blobs: ExportBlobs

    async def pieces(self, section: Section) -> AsyncIterator[bytes]:
        """The section's bytes. Raises `StagingDamaged`, at the latest at the end of a part."""
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
        size, digest, unpacker = 0, hashlib.sha256(), Unpacker()
        async for piece in self.blobs.read(part.blob):
            size += len(piece)
            digest.update(piece)
            for bite in unpacker.bites(piece):
                yield bite
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise StagingDamaged


def sections_of(request: PrivacyRequest) -> Iterator[tuple[TenantProgress, Section]]:
    """Every section of every tenant, in an order that depends on nothing but their names."""
    for _, progress in sorted(request.tenants.items()):
        for section in sorted(progress.sections, key=lambda held: held.name):
            yield progress, section

"""Collect the sections of an export into staging, piece by piece."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from export_function.audit_slices import read_slice
from export_function.tally import Tally
from shared.domain.directories import Directories
from shared.domain.errors import GiveUp, NotYetSo
from shared.domain.plan import StepResult, StepWork, Unfinished
from shared.domain.ports import Clock, Directory, ExportBlobs, JsonObject
from shared.domain.progress import Part, Section
from shared.domain.request import PrivacyRequest
from shared.domain.turn import Turn

MOST_PARTS = 80
"""So that what is known of them fits into a row of the table; about 800,000 events."""


@dataclass(frozen=True)
class Piece:
    """Records of a section; `reached` is where the next piece begins, None when this is the last."""

    records: tuple[bytes, ...]
    reached: str | None = None


Reader = Callable[[Directory, str, str | None, Turn], Awaitable[Piece]]
"""Reads the piece of an account's section that begins at a time, the first for None."""


async def read_profile(directory: Directory, object_id: str, _reached: str | None, _turn: Turn) -> Piece:
    """The user's properties as one JSON object. Raises `NotYetSo` if the user is not there."""
    profile = await directory.profile(object_id)
    if profile is None:
        raise NotYetSo
    return Piece((json.dumps(profile, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n",))


async def read_audit_events(directory: Directory, object_id: str, reached: str | None, turn: Turn) -> Piece:
    """Directory audit events of a span of time, a JSON object a line."""
    read = await read_slice(directory, object_id, reached, lambda: turn.over)
    return Piece(tuple(_lines(read.events)), read.reached)


def _lines(events: Iterable[JsonObject]) -> Iterable[bytes]:
    return (json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for event in events)


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

    directories: Directories
    blobs: ExportBlobs
    clock: Clock

    def collecting(self, tenant: str, kind: SectionKind) -> StepWork:
        """The step that collects `kind` in `tenant`; nothing to do where the person has no account."""

        async def collect(request: PrivacyRequest, turn: Turn) -> StepResult:
            progress = request.progress(tenant)
            if progress.account is None:
                return request
            section = progress.section(kind.name) or Section(
                kind.name, kind.file_name, kind.source, self.clock.now()
            )
            if len(section.parts) >= MOST_PARTS:
                raise GiveUp("section_too_large")
            directory = self.directories.of(progress)
            piece = await kind.read(directory, progress.account.object_id, section.reached, turn)
            blob = f"{request.id}/{request.run}/staging/{tenant}/{len(section.parts):04}-{kind.file_name}"
            part = await self._staged(blob, piece, turn)
            moved = request.with_progress(progress.with_section(section.with_part(part, piece.reached)))
            return moved if piece.reached is None else Unfinished(moved)

        return collect

    async def _staged(self, blob: str, piece: Piece, turn: Turn) -> Part:
        async with self.blobs.create(blob) as sink:
            tally = Tally(sink)
            await tally.write(b"".join(piece.records))
            turn.check_lease()
        return Part(blob, len(piece.records), tally.size, tally.sha256)

"""Collect the sections of an export into staging, piece by piece."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from export_function.packing import SUFFIX, packer
from export_function.readers import Asked, Piece
from export_function.sections import SectionKind
from export_function.tally import Tally
from shared.domain.account import Account
from shared.domain.directories import Directories
from shared.domain.errors import (
    AskOperator,
    DirectoryRefused,
    GiveUp,
    NotOffered,
    Overtaken,
    PermissionMissing,
    PrivacyError,
)
from shared.domain.plan import StepResult, StepWork, Unfinished
from shared.domain.ports import Clock, ExportBlobs, JsonObject, Seal
from shared.domain.progress import Part, Section, TenantProgress
from shared.domain.request import CLAIMS, PrivacyRequest
from shared.domain.turn import Turn

MOST_PARTS = 40
"""So that what is known of two lists of events fits into a row of the table; about 400,000 events each."""
SWITCHED_OFF = "switched_off"
"""Why an optional section that settings do not name is not available; other reasons come with a fault."""


@dataclass(frozen=True)
class Collector:
    """Writes sections of one tenant's account into staging; `wanted` are the optional ones, in lower case."""

    directories: Directories
    blobs: ExportBlobs
    clock: Clock
    seal: Seal
    wanted: frozenset[str]

    def collecting(self, tenant: str, kinds: Sequence[SectionKind]) -> StepWork:
        """The step that collects `kinds` in `tenant`; nothing to do where the person has no account.

        A fault loses nothing of what was collected before it.
        """

        async def collect(request: PrivacyRequest, turn: Turn) -> StepResult:
            moved = request
            for kind in kinds:
                while not _is_whole(moved.progress(tenant), kind):
                    if moved is not request and (turn.over or _in_pieces(moved.progress(tenant), kind)):
                        return Unfinished(moved)
                    try:
                        moved = await self._next_piece(moved, tenant, kind, turn)
                    except PrivacyError as error:
                        if moved is request or isinstance(error, Overtaken):
                            raise
                        return Unfinished(moved)
            return moved

        return collect

    async def _next_piece(
        self, request: PrivacyRequest, tenant: str, kind: SectionKind, turn: Turn
    ) -> PrivacyRequest:
        progress = request.progress(tenant)
        if progress.account is None:
            return request
        section = progress.section(kind.name) or Section(
            kind.name, kind.file_name, kind.source, self.clock.now()
        )
        if len(section.parts) >= MOST_PARTS:
            raise GiveUp("section_too_large")
        grown = await self._grown(request, progress, progress.account, section, kind, turn)
        return request.with_progress(progress.with_section(grown))

    async def _grown(
        self,
        request: PrivacyRequest,
        progress: TenantProgress,
        account: Account,
        section: Section,
        kind: SectionKind,
        turn: Turn,
    ) -> Section:
        """The section with its next piece, or with why there is none to be had.

        Raises `AskOperator` for a required one.
        """
        if not (kind.required or kind.name.lower() in self.wanted):
            return replace(section, unavailable=SWITCHED_OFF)
        person = tuple(one.account for one in request.tenants.values() if one.account)
        directory = self.directories.of(progress)
        asked = Asked(
            directory, account, person, section.reached, lambda: turn.over, lambda: self._claims(request)
        )
        name = f"{len(section.parts):04}-{kind.file_name}{SUFFIX}"
        blob = f"{request.id}/{request.run}/staging/{progress.tenant}/{name}"
        try:
            return await self._with_part(section, blob, await kind.read(asked), turn)
        except NotOffered as fault:
            return replace(section, unavailable=fault.reason)
        except PermissionMissing as fault:
            if kind.required:
                raise AskOperator(f"permission_missing:{fault.call}") from fault
            return replace(section, unavailable="permission_missing")
        except DirectoryRefused:
            if kind.required:
                raise
            return replace(section, unavailable="refused")

    def _claims(self, request: PrivacyRequest) -> JsonObject | None:
        sealed = request.sealed.get(CLAIMS)
        return self.seal.open(request.id, CLAIMS, sealed) if sealed else None

    async def _with_part(self, section: Section, blob: str, piece: Piece, turn: Turn) -> Section:
        """No blob is made of nothing, unless there is a part before it."""
        async with aclosing(piece.data()) as data:
            first = await anext(data, b"")
            if not first and not section.parts:
                return section
            async with self.blobs.create(blob) as sink:
                tally, pack = Tally(sink), packer()
                await tally.write(pack.compress(first))
                async for more in data:
                    await tally.write(pack.compress(more))
                await tally.write(pack.flush())
                turn.check_lease()
        return section.with_part(Part(blob, piece.count, tally.size, tally.sha256), piece.reached)


def _is_whole(progress: TenantProgress, kind: SectionKind) -> bool:
    section = progress.section(kind.name)
    return progress.account is None or (section is not None and section.reached is None)


def _in_pieces(progress: TenantProgress, kind: SectionKind) -> bool:
    """Whether a piece of this section was just read, and is to be saved before the next."""
    section = progress.section(kind.name)
    return section is not None and section.reached is not None

"""Erase the archives that hold a person's data, once the person is deleted.

Every archive of an account was written into the register before its first byte.
"""

from dataclasses import dataclass, replace

from shared.domain.claims import ARCHIVE
from shared.domain.errors import NotYetSo, Overtaken, StorageUnavailable, UnknownRequest
from shared.domain.plan import Step
from shared.domain.ports import Clock, Entry, ExportBlobs, Register, RequestStore, Stored
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.domain.turn import Turn

TRIES = 5
"""Against others who write the export's record at the same time."""


@dataclass(frozen=True)
class Erasure:
    """Makes the step that erases a person's archives and what is left of their making."""

    register: Register
    store: RequestStore
    blobs: ExportBlobs
    clock: Clock

    def step(self, needs: frozenset[str]) -> Step:
        """Erase what the register names for every account that was claimed."""
        return Step("erase-archives", self._erase, needs)

    async def _erase(self, request: PrivacyRequest, turn: Turn) -> PrivacyRequest:
        for key in request.claims:
            for entry in await self.register.beginning_with(key, ARCHIVE):
                turn.check_lease()
                await self._one(entry, request)
        made = request.archive is not None and request.archive.removed_at is None
        return request.without_archive(self.clock.now()) if made else request

    async def _one(self, entry: Entry, request: PrivacyRequest) -> None:
        """The blobs first, then what says so; what is listed afterwards was not erased."""
        export_id = entry.value[Kind.EXPORT]
        await self.blobs.remove(f"{export_id}/")
        if await self.blobs.names(f"{export_id}/"):
            raise NotYetSo
        if export_id != request.id:
            await self._noted(export_id, f"deletion {request.id}")
        await self.register.remove(entry)

    async def _noted(self, export_id: str, by: str) -> None:
        for _ in range(TRIES):
            try:
                stored = await self.store.get(export_id)
                return await self._save(stored, by)
            except UnknownRequest:
                return None
            except Overtaken:
                continue
        raise StorageUnavailable

    async def _save(self, stored: Stored, by: str) -> None:
        archive = stored.request.archive
        if archive is not None and archive.removed_at is None:
            erased = stored.request.with_archive_erased(self.clock.now(), by)
            await self.store.save(replace(stored, request=erased))

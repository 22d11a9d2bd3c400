"""Erase the archives that hold a person's data, once the person is deleted.

Every archive of an account was written into the register before its first byte.
"""

import contextlib
from dataclasses import dataclass

from shared.domain.changed import changed
from shared.domain.claims import ARCHIVE
from shared.domain.errors import NotYetSo, UnknownRequest
from shared.domain.plan import Step
from shared.domain.ports import Clock, Entry, ExportBlobs, Register, RequestStore
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.domain.turn import Turn


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
            with contextlib.suppress(UnknownRequest):
                by = f"deletion {request.id}"
                await changed(self.store, export_id, lambda export: self._noted(export, by))
        await self.register.remove(entry)

    def _noted(self, export: PrivacyRequest, by: str) -> PrivacyRequest | None:
        standing = export.archive is not None and export.archive.removed_at is None
        return export.with_archive_erased(self.clock.now(), by) if standing else None

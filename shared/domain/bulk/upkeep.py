"""Keep every batch going, and nothing of it for longer than it is needed."""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.bulk.batch import AT_WORK, Batch, BatchStatus
from shared.domain.bulk.bounds import AWAITED, BUSY, FOLLOWED, KEPT, STOPPED_KEPT
from shared.domain.bulk.names import list_name
from shared.domain.bulk.ports import ListBlobs
from shared.domain.bulk.result import Results
from shared.domain.bulk.shelf import Shelf, StoredBatch
from shared.domain.errors import Overtaken, PrivacyError, UnknownRequest
from shared.domain.ports import Clock, Log, WorkQueue

PATIENCE: dict[BatchStatus, tuple[timedelta, str]] = {
    BatchStatus.AWAITING_LIST: (AWAITED, "no_list"),
    BatchStatus.STOPPED: (STOPPED_KEPT, "stopped"),
}
"""For how long nothing may happen, and what it is called then."""


@dataclass(frozen=True)
class BatchUpkeep:
    """A sweep looks at every batch; there are few."""

    shelf: Shelf
    blobs: ListBlobs
    results: Results
    nudges: WorkQueue
    clock: Clock
    log: Log

    async def sweep(self) -> None:
        """One that cannot be looked at is logged and comes again; it holds up no other."""
        try:
            for stored in await self.shelf.every():
                await self._look_safely(stored)
        except PrivacyError as error:
            self.log.warning("batches_unreadable", code=error.code)

    async def _look_safely(self, listed: StoredBatch) -> None:
        """As it stands now: since it was listed it may have been handed in again, and have a list anew."""
        try:
            with contextlib.suppress(Overtaken, UnknownRequest):
                await self._look(await self.shelf.get(listed.batch.id))
        except PrivacyError as error:
            self.log.warning("batch_look_failed", code=error.code)

    async def _look(self, stored: StoredBatch) -> None:
        batch, now = stored.batch, self.clock.now()
        if batch.has_ended:
            return await self._after_end(stored, now)
        if reason := _too_long(batch, now):
            return await self._fail(stored, reason)
        if batch.status is BatchStatus.FOLLOWING:
            await self.blobs.remove(list_name(batch.id))
        if batch.status in AT_WORK and now > (batch.until or batch.updated_at) + BUSY:
            await self.nudges.send(batch.id)  # its message was lost, or its worker has vanished
        return None

    async def _after_end(self, stored: StoredBatch, now: datetime) -> None:
        if not stored.batch.tidied:
            await self.results.clear(stored.batch)
            await self.shelf.save(stored, stored.batch.with_tidied(now))
        elif stored.batch.ended_at is not None and now >= stored.batch.ended_at + KEPT:
            await self.blobs.remove(f"{stored.batch.id}/")
            await self.shelf.remove(stored)
            self.log.info("batch_removed")

    async def _fail(self, stored: StoredBatch, reason: str) -> None:
        failed = stored.batch.failed(self.clock.now(), reason)
        await self.results.write(failed)
        await self.shelf.save(stored, failed)
        self.log.warning("batch_failed", reason=reason, kind=failed.handed.kind)


def _too_long(batch: Batch, now: datetime) -> str | None:
    patience, reason = PATIENCE.get(batch.status, (FOLLOWED, "not_ended_in_time"))
    since = batch.updated_at if batch.status in PATIENCE else batch.again_at or batch.made_at
    return reason if now >= since + patience else None

"""What operators do about batches."""

from collections.abc import Collection
from dataclasses import dataclass

from shared.domain.bulk.batch import Batch, Handed
from shared.domain.bulk.bounds import MOST_KEPT, MOST_OPEN, RESULT_LIVES, UPLOAD_LIVES
from shared.domain.bulk.names import list_name
from shared.domain.bulk.ports import ListBlobs, UploadLinks
from shared.domain.bulk.result import written_as
from shared.domain.bulk.shelf import Shelf
from shared.domain.callers import Operator
from shared.domain.decisions import FourEyes
from shared.domain.errors import AlreadyRecorded, InvalidTransition, KeyReused, OwnRequest
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Clock, DownloadLinks, Link, Log, WorkQueue


@dataclass(frozen=True)
class BatchDesk:
    """Every method raises `StorageUnavailable`; those about a batch raise `UnknownRequest`."""

    shelf: Shelf
    blobs: ListBlobs
    uploads: UploadLinks
    results: DownloadLinks
    nudges: WorkQueue
    keyed_hash: KeyedHash
    clock: Clock
    log: Log
    four_eyes: FourEyes

    async def hand_in(self, by: Operator, key: str, handed: Handed) -> Batch:
        """The batch under this operator's key, made if there is none.

        Raises `KeyReused` where it is another, `InvalidTransition` where there are too many.
        """
        batch_id, now = str(self.keyed_hash.uuid("batch", by.name, key)), self.clock.now()
        batch = Batch(batch_id, by.name, handed, now, now)
        every = {one.batch.id: one.batch for one in await self.shelf.every()}
        if batch_id not in every:
            _check_room(every.values())
        try:
            made = (await self.shelf.add(batch)).batch
        except AlreadyRecorded:
            made = (await self.shelf.get(batch_id)).batch
        if made.handed != handed:
            raise KeyReused
        return await self._anew(made) if made.begins_anew else made

    async def _anew(self, batch: Batch) -> Batch:
        return await self.shelf.change(
            batch.id, lambda one: one.renewed(self.clock.now()) if one.begins_anew else one
        )

    async def upload(self, batch: Batch) -> Link | None:
        """Where the list is to be written; None where it is not awaited any more."""
        if not batch.takes_list:
            return None
        return await self.uploads.mint(list_name(batch.id), self.clock.now() + UPLOAD_LIVES)

    async def show(self, batch_id: str) -> Batch:
        """One batch."""
        return (await self.shelf.get(batch_id)).batch

    async def every(self) -> tuple[Batch, ...]:
        """All that there are, the newest first."""
        batches = [stored.batch for stored in await self.shelf.every()]
        return tuple(sorted(batches, key=lambda batch: batch.made_at, reverse=True))

    async def start(self, batch_id: str, by: Operator) -> Batch:
        """Begin, or go on after a stop. Where two operators decide, it takes another than who handed it in.

        Raises `OwnRequest`, and `InvalidTransition` where the list is not there.
        """
        batch = await self.show(batch_id)
        if self._wants_another(batch) and by.name == batch.by:
            raise OwnRequest
        uploaded = await self.blobs.look(list_name(batch_id))
        if batch.needs_list and (uploaded is None or uploaded.size != batch.handed.size):
            raise InvalidTransition("the list is not there, or not of the size that was announced")
        started = await self.shelf.change(batch_id, lambda one: one.started(self.clock.now()))
        await self.nudges.send(batch_id)
        self.log.info("batch_started", kind=started.handed.kind, size=started.handed.size)
        return started

    async def stop(self, batch_id: str) -> Batch:
        """Read no further line; requests that were accepted go on. Raises `InvalidTransition`."""
        stopped = await self.shelf.change(batch_id, lambda one: one.stopped(self.clock.now()))
        self.log.info("batch_stopped", kind=stopped.handed.kind, count=stopped.tally.total)
        return stopped

    async def result(self, batch_id: str) -> Link:
        """A link to the result so far. Raises `InvalidTransition` until there is one."""
        batch = await self.show(batch_id)
        if not batch.has_result:
            raise InvalidTransition("there is no result until every line was read")
        return await self.results.mint(written_as(batch), self.clock.now() + RESULT_LIVES)

    def _wants_another(self, batch: Batch) -> bool:
        return self.four_eyes.wants_two(batch.handed.kind) and not batch.handed.dry_run


def _check_room(batches: Collection[Batch]) -> None:
    if sum(not batch.has_ended for batch in batches) >= MOST_OPEN or len(batches) >= MOST_KEPT:
        raise InvalidTransition("there are too many batches; wait for one to end, or stop one")

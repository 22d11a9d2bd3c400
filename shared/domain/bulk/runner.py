"""Work at a batch slice by slice, saving after each; safe to call twice, late, or from two workers at once.

No worker holds a batch: whatever is done twice comes to the same, and of two who save one goes on and the
other stops.
"""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.bulk.batch import Batch, BatchStatus, Checked
from shared.domain.bulk.bounds import BUSY, FIRST_PAUSE, FULL, LONGEST_PAUSE, MOST_WAITING
from shared.domain.bulk.checking import Checking
from shared.domain.bulk.following import Following
from shared.domain.bulk.ports import BadList
from shared.domain.bulk.reading import Reading
from shared.domain.bulk.result import Results
from shared.domain.bulk.shelf import Shelf, StoredBatch
from shared.domain.errors import Overtaken, UnknownRequest
from shared.domain.ports import Clock, Log, WorkQueue
from shared.domain.turn import Timing


@dataclass(frozen=True)
class BatchRunner:
    """`requests` is the queue whose length says whether there is room; `nudges` is the batches' own."""

    shelf: Shelf
    checking: Checking
    reading: Reading
    following: Following
    results: Results
    requests: WorkQueue
    nudges: WorkQueue
    clock: Clock
    log: Log
    timing: Timing
    most_waiting: int = MOST_WAITING

    async def run(self, batch_id: str) -> None:
        """Go on until there is nothing to do for now. Raises `StorageUnavailable`: it comes again."""
        turn = self.timing.begin(self.clock)
        try:
            stored = await self.shelf.get(batch_id)
            if not await self._is_free(stored.batch):
                return
            while stored.batch.is_ready(self.clock.now()) and not turn.over:
                stored = await self._forward(stored)
        except UnknownRequest:
            self.log.warning("message_without_batch")
        except Overtaken:
            self.log.info("batch_overtaken")
        else:
            await self._nudge(stored.batch)

    async def _is_free(self, batch: Batch) -> bool:
        """Whether it is to be worked at now; if another is at it, or it waits, a message comes for then."""
        if not batch.is_ready(self.clock.now()):
            await self._nudge(batch)
            return False
        return True

    async def _nudge(self, batch: Batch) -> None:
        if not batch.has_ended and batch.status is not BatchStatus.STOPPED:
            left = (batch.until or self.clock.now()) - self.clock.now()
            await self.nudges.send(batch.id, max(left, timedelta()))

    async def _forward(self, stored: StoredBatch) -> StoredBatch:
        """One step further, saved. Raises `Overtaken` where somebody else was first."""
        now = self.clock.now()
        stored = await self.shelf.save(stored, stored.batch.busy(now, now + BUSY))
        batch = await self._step(stored.batch)
        if batch.has_result and batch.status is not stored.batch.status:
            await self._tell(batch)
        still = batch if batch.until != stored.batch.until else batch.busy(self.clock.now(), self.clock.now())
        return await self.shelf.save(stored, still)

    async def _step(self, batch: Batch) -> Batch:
        try:
            if batch.checked is None:
                return batch.with_list(self.clock.now(), await self.checking(batch))
            if batch.status is BatchStatus.READING:
                return await self._read(batch, batch.checked)
        except BadList as bad:
            return batch.failed(self.clock.now(), str(bad))
        return await self._follow(batch)

    async def _read(self, batch: Batch, checked: Checked) -> Batch:
        if await self.requests.length() < self.most_waiting:
            return await self.reading(batch, checked)
        seen = await self._look(batch)
        return seen.busy(self.clock.now(), self.clock.now() + FULL)

    async def _follow(self, batch: Batch) -> Batch:
        if batch.looking.piece < batch.pieces:
            return await self.following(batch)
        return self._after_pass(batch)

    async def _look(self, batch: Batch) -> Batch:
        """While there is no room for more, look at one piece of what was accepted."""
        if batch.looking.piece >= batch.pieces:
            return batch.looked_through(self.clock.now())
        return await self.following(batch)

    def _after_pass(self, batch: Batch) -> Batch:
        now, looking = self.clock.now(), batch.looking
        seen = batch.looked_through(now)
        if looking.settled >= batch.pieces:
            return seen.completed(now)
        took = now - (looking.began_at or now)
        pause = max(took, min(FIRST_PAUSE * (1 << min(seen.quiet, 20)), LONGEST_PAUSE))
        return seen.busy(now, now + pause)

    async def _tell(self, batch: Batch) -> None:
        """The result is there before the batch says so."""
        await self.results.write(batch)
        if batch.has_ended:
            self.log.info("batch_ended", status=batch.status, reason=batch.reason, count=batch.tally.total)

"""Batches in a register of their own. The row of a batch is the promise that it is looked at."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.domain.bulk.batch import Batch
from shared.domain.errors import Overtaken, StorageUnavailable, UnknownRequest
from shared.domain.ports import Entry, Register

OWNER = "batch"
TRIES = 10
"""Against a worker that saves at the same time."""
Change = Callable[[Batch], Batch]


@dataclass(frozen=True)
class StoredBatch:
    """A batch as read or written, with the entry that the next write must name."""

    batch: Batch
    entry: Entry


@dataclass(frozen=True)
class Shelf:
    """Every method raises `StorageUnavailable`. `write` and `read` turn a batch into text and back."""

    register: Register
    write: Callable[[Batch], str]
    read: Callable[[str], Batch]

    async def add(self, batch: Batch) -> StoredBatch:
        """Record a new batch. Raises `AlreadyRecorded`."""
        return StoredBatch(batch, await self.register.insert(OWNER, batch.id, self._value(batch)))

    async def get(self, batch_id: str) -> StoredBatch:
        """Raises `UnknownRequest`."""
        entry = await self.register.read(OWNER, batch_id)
        if entry is None:
            raise UnknownRequest
        return self._stored(entry)

    async def save(self, stored: StoredBatch, batch: Batch) -> StoredBatch:
        """Write if nobody has since. Raises `Overtaken`."""
        entry = await self.register.replace(replace(stored.entry, value=self._value(batch)))
        return StoredBatch(batch, entry)

    async def change(self, batch_id: str, change: Change) -> Batch:
        """What `change` makes of the batch as it stands. Raises `UnknownRequest`, what `change` raises."""
        for _ in range(TRIES):
            stored = await self.get(batch_id)
            batch = change(stored.batch)
            try:
                return (await self.save(stored, batch)).batch
            except Overtaken:
                continue
        raise StorageUnavailable

    async def every(self) -> tuple[StoredBatch, ...]:
        """All that there are, a bounded number."""
        return tuple(self._stored(entry) for entry in await self.register.beginning_with(OWNER, ""))

    async def remove(self, stored: StoredBatch) -> None:
        """Raises `Overtaken`."""
        await self.register.remove(stored.entry)

    def _stored(self, entry: Entry) -> StoredBatch:
        return StoredBatch(self.read(entry.value["json"]), entry)

    def _value(self, batch: Batch) -> dict[str, str]:
        return {"status": batch.status, "json": self.write(batch)}

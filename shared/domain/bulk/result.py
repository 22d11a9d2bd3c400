"""The result of a batch as CSV (RFC 4180): a row for each line of the list, without whom it is about."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.bulk.answers import decoded
from shared.domain.bulk.batch import Batch
from shared.domain.bulk.names import list_name, piece_name, result_name
from shared.domain.bulk.ports import ListBlobs

COLUMNS = ("line", "answer", "detail", "requestId", "status", "reason", "outcome")


@dataclass(frozen=True)
class Results:
    """Writes a result piece by piece, then removes what it was made of."""

    blobs: ListBlobs

    async def write(self, batch: Batch) -> None:
        """Raises `StorageUnavailable`, `Overtaken`. Written twice, it is the same."""
        async with self.blobs.create(result_name(batch.id)) as sink:
            await sink.write(_table([COLUMNS]))
            for number in range(batch.pieces):
                name = piece_name(batch.id, number)
                rows = decoded(b"".join([part async for part in self.blobs.read(name)]))
                await sink.write(_table(row.cells for row in rows))

    async def clear(self, batch: Batch) -> None:
        """Remove list and pieces of a batch that has ended. Raises `StorageUnavailable`."""
        await self.blobs.remove(list_name(batch.id))
        await self.blobs.remove(f"{batch.id}/pieces/")


def _table(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()

"""The result of a batch as CSV (RFC 4180): a row for each line of the list, without whom it is about."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.bulk.answers import Row, decoded
from shared.domain.bulk.batch import Batch
from shared.domain.bulk.bounds import AT_ONCE
from shared.domain.bulk.names import interim_name, list_name, piece_name, result_name
from shared.domain.bulk.ports import ListBlobs
from shared.domain.bulk.together import together

COLUMNS = ("line", "answer", "detail", "requestId", "status", "reason", "outcome")


@dataclass(frozen=True)
class Results:
    """Writes a result piece by piece, then removes what it was made of."""

    blobs: ListBlobs

    async def write(self, batch: Batch) -> None:
        """Raises `StorageUnavailable`, `Overtaken`. Written twice, it is the same."""
        names = [piece_name(batch.id, number) for number in range(batch.pieces)]
        async with self.blobs.create(written_as(batch)) as sink:
            await sink.write(_table([COLUMNS]))
            for start in range(0, len(names), AT_ONCE):
                for rows in await together(self._rows, names[start : start + AT_ONCE], AT_ONCE):
                    await sink.write(_table(row.cells for row in rows))

    async def clear(self, batch: Batch) -> None:
        """Remove all but the result of a batch that has ended. Raises `StorageUnavailable`."""
        await self.blobs.remove(list_name(batch.id))
        await self.blobs.remove(interim_name(batch.id))
        await self.blobs.remove(f"{batch.id}/pieces/")

    async def _rows(self, name: str) -> tuple[Row, ...]:
        return decoded(b"".join([part async for part in self.blobs.read(name)]))


def written_as(batch: Batch) -> str:
    """What its result is called: a blob that is being written is empty for who reads it, so there are two."""
    return result_name(batch.id) if batch.has_ended else interim_name(batch.id)


def _table(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()

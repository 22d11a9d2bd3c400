"""Hold a list to what was announced before anything is done: size, SHA-256, header, number of records."""

import hashlib
from dataclasses import dataclass, field

from shared.domain.bulk.batch import Batch, Checked, ListForm
from shared.domain.bulk.bounds import LONGEST_LINE, MOST_LINES
from shared.domain.bulk.names import list_name
from shared.domain.bulk.ports import BadHeader, BadList, LineReader, ListBlobs, Uploaded
from shared.domain.bulk.windows import Windows

PART = 1024 * 1024
"""Bytes that are read at a time."""


@dataclass
class _Seen:
    """What was seen of a list so far."""

    sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    size: int = 0
    ends: int = 0
    last: bytes = b""
    head: bytes = b""

    def add(self, part: bytes) -> None:
        self.sha256.update(part)
        self.size += len(part)
        self.ends += part.count(b"\n")
        self.last = part[-1:]
        if len(self.head) <= LONGEST_LINE:
            self.head = (self.head + part[: LONGEST_LINE + 2])[: LONGEST_LINE + 2]

    @property
    def lines(self) -> int:
        """The last one may have no end."""
        return self.ends + (self.last not in {b"", b"\n"})


@dataclass(frozen=True)
class Checking:
    """Reads a list once, whole, part by part."""

    blobs: ListBlobs
    reader: LineReader

    async def __call__(self, batch: Batch) -> Checked:
        """What is known of the list. Raises `BadList`, `StorageUnavailable`."""
        name = list_name(batch.id)
        uploaded = await self.blobs.look(name)
        if uploaded is None or uploaded.size != batch.handed.size:
            raise BadList("list_size")
        seen = await self._seen(name, uploaded)
        if seen.sha256.hexdigest() != batch.handed.sha256:
            raise BadList("list_sha256")
        return self._checked(batch.handed.form, uploaded, seen)

    async def _seen(self, name: str, uploaded: Uploaded) -> _Seen:
        seen, whole = _Seen(), Windows(self.blobs, name, uploaded.version, uploaded.size)
        while part := await whole.part(seen.size, PART):
            seen.add(part)
        return seen

    def _checked(self, form: ListForm, uploaded: Uploaded, seen: _Seen) -> Checked:
        first, end, _ = seen.head.partition(b"\n")
        header = 1 if form is ListForm.CSV else 0
        records = seen.lines - header
        if not 0 < records <= MOST_LINES:
            raise BadList("list_lines")
        if header and len(first) > LONGEST_LINE:
            raise BadList("list_header")
        try:
            columns = self.reader.columns(form, first)
        except BadHeader:
            raise BadList("list_header") from None
        offset = (len(first) + len(end)) * header
        return Checked(uploaded.version, columns, records, offset, 1 + header)

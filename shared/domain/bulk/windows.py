"""A list read by windows: the records in one, whole lines each, wherever windows cut them."""

from dataclasses import dataclass

from shared.domain.bulk.bounds import LONGEST_LINE, SLICE, WINDOW
from shared.domain.bulk.ports import BadList, ListBlobs
from shared.domain.errors import Overtaken

END = b"\n"


@dataclass(frozen=True)
class Records:
    """Lines that follow one another, without their ends; None stands for one that is too long.

    `offset` is where the next one begins.
    """

    lines: tuple[bytes | None, ...]
    offset: int


@dataclass(frozen=True)
class Windows:
    """One version of a list, of so many bytes."""

    blobs: ListBlobs
    name: str
    version: str
    size: int

    async def part(self, start: int, length: int) -> bytes:
        """Bytes from there, none at the end. Raises `BadList` for another version, `StorageUnavailable`."""
        if start >= self.size:
            return b""
        try:
            return await self.blobs.part(self.name, self.version, start, length)
        except Overtaken:
            raise BadList("list_changed") from None

    async def records(self, offset: int) -> Records:
        """Up to `SLICE` records from there; none at the end. Raises as `part`."""
        window = await self.part(offset, WINDOW)
        lines = tuple(window.split(END)[:-1][:SLICE])
        if lines:
            return Records(tuple(map(_bounded, lines)), offset + sum(len(line) + 1 for line in lines))
        if len(window) < WINDOW:  # the last line has no end
            return Records((_bounded(window),) if window else (), self.size)
        return Records((None,), await self._after_end(offset + len(window)))

    async def _after_end(self, offset: int) -> int:
        """Where the line after the one around `offset` begins."""
        while window := await self.part(offset, WINDOW):
            if (found := window.find(END)) >= 0:
                return offset + found + 1
            offset += len(window)
        return self.size


def _bounded(line: bytes) -> bytes | None:
    return line if len(line) <= LONGEST_LINE else None

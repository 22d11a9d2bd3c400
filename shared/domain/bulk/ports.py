"""What batches ask of the outside, beside the general ports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.bulk.batch import ListForm
from shared.domain.ports import ExportBlobs, Link
from shared.domain.subject import Subject


@dataclass(frozen=True)
class Uploaded:
    """A blob as it stands: bytes, and the version that reads can name."""

    size: int
    version: str


class ListBlobs(ExportBlobs, Protocol):
    """The private container with lists, pieces and results."""

    async def put(self, name: str, data: bytes) -> None:
        """Write a small blob in one go, whatever stood there: whoever reads it has the old or the new one.

        Raises `StorageUnavailable`.
        """

    async def look(self, name: str) -> Uploaded | None:
        """The blob as it stands, None if there is none. Raises `StorageUnavailable`."""

    async def part(self, name: str, version: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`, which lies before the end; fewer at the end.

        Raises `Overtaken` where the blob is not of this version any more, `StorageUnavailable`.
        """


class UploadLinks(Protocol):
    """Makes expiring addresses to which one blob can be written, and nothing else done."""

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        """Such an address. Raises `StorageUnavailable`."""


@dataclass(frozen=True)
class Line:
    """A record of a list: who, and when they asked; None where the list does not say."""

    subject: Subject
    received_at: datetime | None


class BadList(Exception):
    """A list is not what was announced, or cannot be read; the text is a code."""


class BadLine(Exception):
    """A record breaks a rule; the text is the rule, never a value."""


class BadHeader(Exception):
    """The first line of a list is not a header as it must be."""


class LineReader(Protocol):
    """Reads records as openapi.yaml has their fields."""

    def columns(self, form: ListForm, first: bytes) -> tuple[str, ...]:
        """The columns that the first line of a list names; none in NDJSON. Raises `BadHeader`."""

    def line(self, form: ListForm, columns: tuple[str, ...], text: bytes, now: datetime) -> Line:
        """The record; `now` is when the list was handed in. Raises `BadLine`."""

"""Staging that is made while it is read: as many events as asked for, and none of them kept."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from export_function.archive import Archivist
from export_function.json_text import line
from export_function.packing import packer
from export_function.sections import AUDITS
from shared.domain.account import Account
from shared.domain.progress import Part, Section, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.turn import Timing
from tests.fakes import FakeClock
from tests.unit.rich_world import audit_event
from tests.unit.samples import NOW, a_request
from tests.unit.world import ADA

PIECE, PART = 1_000, 10_000
"""Events in what storage gives at a time (about 1 MiB unpacked), and in a blob."""


class Counting:
    """Takes an archive and keeps its size alone."""

    def __init__(self) -> None:
        self.size = 0

    async def write(self, data: bytes) -> None:
        self.size += len(data)


@dataclass
class EndlessBlobs:
    """Blobs named by their first event and their number of events."""

    sink: Counting

    @asynccontextmanager
    async def create(self, _name: str) -> AsyncIterator[Counting]:
        yield self.sink

    async def read(self, name: str) -> AsyncIterator[bytes]:
        for piece in pieces(*map(int, name.split("+"))):
            yield piece

    async def names(self, _prefix: str) -> tuple[str, ...]:
        return ()

    async def remove(self, _prefix: str) -> None:
        """Nothing is there."""


def pieces(first: int, count: int) -> Iterator[bytes]:
    pack = packer()
    for start in range(first, first + count, PIECE):
        numbers = range(start, min(start + PIECE, first + count))
        lines = (line(audit_event(number, targetResources=[{"id": "x" * 700}])) for number in numbers)
        yield pack.compress(b"".join(lines))
    yield pack.flush()


def part(first: int, count: int) -> Part:
    digest, size = hashlib.sha256(), 0
    for piece in pieces(first, count):
        digest.update(piece)
        size += len(piece)
    return Part(f"{first}+{count}", count, size, digest.hexdigest())


def request_with(events: int) -> PrivacyRequest:
    parts = tuple(part(first, min(PART, events - first)) for first in range(0, events, PART))
    section = Section(AUDITS.name, AUDITS.file_name, AUDITS.source, NOW, parts)
    account = Account(ADA, "ada", (), NOW)
    return replace(a_request(), tenants={"contoso": TenantProgress("contoso", account, sections=(section,))})


async def archived(request: PrivacyRequest) -> int:
    """Bytes of the archive."""
    clock, sink = FakeClock(NOW), Counting()
    archivist = Archivist(EndlessBlobs(sink), clock, timedelta(days=7))
    await archivist.archive(request, Timing().begin(clock))
    return sink.size

"""Hand-written stand-ins; each passes the contract suite of its port."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.errors import AlreadyRecorded, Overtaken, StorageUnavailable, UnknownRequest
from shared.domain.ports import Clock, Link, Stored
from shared.domain.request import PrivacyRequest


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    async def sleep(self, duration: timedelta) -> None:
        self._now += duration


@dataclass
class MemoryStore:
    """Records by id; a version is a count of writes."""

    records: dict[str, Stored] = field(default_factory=dict)

    async def add(self, request: PrivacyRequest) -> Stored:
        if request.id in self.records:
            raise AlreadyRecorded
        self.records[request.id] = Stored(request, "1")
        return self.records[request.id]

    async def get(self, request_id: str) -> Stored:
        if request_id not in self.records:
            raise UnknownRequest
        return self.records[request_id]

    async def save(self, stored: Stored) -> Stored:
        if (await self.get(stored.request.id)).version != stored.version:
            raise Overtaken
        self.records[stored.request.id] = replace(stored, version=str(int(stored.version) + 1))
        return self.records[stored.request.id]


@dataclass
class MemoryQueue:
    """Messages with the time from which they can be seen."""

    clock: Clock
    messages: list[tuple[datetime, str]] = field(default_factory=list)

    async def send(self, request_id: str, after: timedelta = timedelta()) -> None:
        self.messages.append((self.clock.now() + after, request_id))

    def due(self) -> list[str]:
        """Take the messages that can be seen now."""
        now = self.clock.now()
        taken = [request_id for at, request_id in self.messages if at <= now]
        self.messages = [(at, request_id) for at, request_id in self.messages if at > now]
        return taken

    def until_next(self) -> timedelta | None:
        """How long until the next message can be seen; None if there is none."""
        return (
            min((at for at, _ in self.messages), default=self.clock.now()) - self.clock.now()
            if self.messages
            else None
        )


class _MemorySink:
    def __init__(self) -> None:
        self.data = b""

    async def write(self, data: bytes) -> None:
        self.data += data


@dataclass
class MemoryBlobs:
    """Committed blobs by name; `corrupt` changes what is read back."""

    committed: dict[str, bytes] = field(default_factory=dict)
    corrupt: Callable[[str, bytes], bytes] = lambda _name, data: data

    @asynccontextmanager
    async def create(self, name: str) -> AsyncIterator[_MemorySink]:
        self.committed[name] = empty = bytes(bytearray())
        sink = _MemorySink()
        yield sink
        if self.committed.get(name) is not empty:
            raise Overtaken
        self.committed[name] = sink.data

    async def read(self, name: str) -> AsyncIterator[bytes]:
        if name not in self.committed:
            raise StorageUnavailable
        data = self.corrupt(name, self.committed[name])
        for start in range(0, len(data), 1 << 22):
            yield data[start : start + (1 << 22)]

    async def remove(self, prefix: str) -> None:
        self.committed = {name: data for name, data in self.committed.items() if not name.startswith(prefix)}


class FakeLinks:
    """Links that lead nowhere."""

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        return Link(f"https://example.invalid/{blob}", expires_at)


@dataclass
class ListLog:
    """Keeps what was logged."""

    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def info(self, event: str, **fields: object) -> None:
        self.lines.append((event, fields))

    warning = exception = info

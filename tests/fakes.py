"""Hand-written stand-ins; each passes the contract suite of its port."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.domain.bulk.ports import Uploaded
from shared.domain.errors import (
    AlreadyRecorded,
    BadPlace,
    Overtaken,
    PrivacyError,
    StorageUnavailable,
    Undeliverable,
    UnknownRequest,
)
from shared.domain.journal import Event
from shared.domain.ports import (
    SHARDS,
    Attribute,
    Clock,
    Due,
    Entry,
    Link,
    Mail,
    Notification,
    Page,
    Stored,
    StoredDue,
)
from shared.domain.request import PrivacyRequest
from shared.domain.states import Status
from shared.domain.telemetry import Instrument, SpanName

WELL_FORMED = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.slept: list[timedelta] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, duration: timedelta) -> None:
        self.slept.append(duration)
        self._now += duration


@dataclass
class MemoryStore:
    """Records by id with their events; a version is a count of writes."""

    records: dict[str, Stored] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)

    async def add(self, request: PrivacyRequest) -> Stored:
        if request.id in self.records:
            raise AlreadyRecorded
        self.records[request.id] = Stored(request, "1")
        self._note(request)
        return self.records[request.id]

    async def get(self, request_id: str) -> Stored:
        if request_id not in self.records:
            raise UnknownRequest
        return self.records[request_id]

    async def save(self, stored: Stored) -> Stored:
        if (await self.get(stored.request.id)).version != stored.version:
            raise Overtaken
        self.records[stored.request.id] = replace(stored, version=str(int(stored.version) + 1))
        self._note(stored.request)
        return self.records[stored.request.id]

    async def journal(self, request_id: str) -> tuple[Event, ...]:
        return tuple(self.events.get(request_id, ()))

    async def remove(self, request_id: str) -> None:
        self.events.pop(request_id, None)
        self.records.pop(request_id, None)

    async def page(self, statuses: frozenset[Status], after: str | None, most: int) -> Page:
        if after is not None and after not in self.records:
            raise BadPlace
        left = [one for one in sorted(self.records) if one > (after or "")]
        page = [one for one in left if self.records[one].request.status in statuses][:most]
        bare = (
            replace(found, subject=None, tenants={}, notes=(), sealed={}, receipt=None)
            for found in (self.records[one].request for one in page)
        )
        return Page(tuple(bare), page[-1] if len(page) == most and page[-1] != left[-1] else None)

    def _note(self, request: PrivacyRequest) -> None:
        noted = self.events.setdefault(request.id, [])
        if request.last is not None and request.last not in noted:
            noted.append(request.last)


@dataclass
class MemoryRegister:
    """Entries by owner and name; a version is a count of writes."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)

    async def read(self, owner: str, name: str) -> Entry | None:
        return self.entries.get((owner, name))

    async def beginning_with(self, owner: str, prefix: str) -> tuple[Entry, ...]:
        names = sorted(name for one, name in self.entries if one == owner and name.startswith(prefix))
        return tuple(self.entries[owner, name] for name in names)

    async def insert(self, owner: str, name: str, value: Mapping[str, str]) -> Entry:
        if (owner, name) in self.entries:
            raise AlreadyRecorded
        self.entries[owner, name] = Entry(owner, name, dict(value), "1")
        return self.entries[owner, name]

    async def replace(self, entry: Entry) -> Entry:
        self._check(entry)
        self.entries[entry.owner, entry.name] = replace(entry, version=str(int(entry.version) + 1))
        return self.entries[entry.owner, entry.name]

    async def remove(self, entry: Entry) -> None:
        if (entry.owner, entry.name) in self.entries:
            self._check(entry)
            del self.entries[entry.owner, entry.name]

    async def passed(self, now: datetime, most: int) -> tuple[Entry, ...]:
        over = [one for one in self.entries.values() if datetime.fromisoformat(one.value["until"]) < now]
        return tuple(over[:most])

    def _check(self, entry: Entry) -> None:
        standing = self.entries.get((entry.owner, entry.name))
        if standing is None or standing.version != entry.version:
            raise Overtaken


@dataclass
class MemoryDue:
    """Promises by request; a version is a count of writes."""

    promises: dict[str, StoredDue] = field(default_factory=dict)
    writes: int = 0

    async def put(self, due: Due) -> None:
        self._write(due)

    async def falling_due(self, shard: int, now: datetime, most: int) -> tuple[StoredDue, ...]:
        there = [one for one in self.promises.values() if UUID(one.due.request_id).int % SHARDS == shard]
        return tuple(sorted((one for one in there if one.due.at <= now), key=lambda one: one.due.at)[:most])

    async def move(self, stored: StoredDue) -> StoredDue:
        self._check(stored)
        return self._write(stored.due)

    async def remove(self, stored: StoredDue) -> None:
        if stored.due.request_id in self.promises:
            self._check(stored)
            del self.promises[stored.due.request_id]

    def _write(self, due: Due) -> StoredDue:
        self.writes += 1
        self.promises[due.request_id] = StoredDue(due, str(self.writes))
        return self.promises[due.request_id]

    def _check(self, stored: StoredDue) -> None:
        standing = self.promises.get(stored.due.request_id)
        if standing is None or standing.version != stored.version:
            raise Overtaken


@dataclass
class MemoryQueue:
    """Messages with the time from which they can be seen."""

    clock: Clock
    messages: list[tuple[datetime, str]] = field(default_factory=list)

    async def send(self, request_id: str, after: timedelta = timedelta()) -> None:
        self.messages.append((self.clock.now() + after, request_id))

    async def length(self) -> int:
        return len(self.messages)

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
        try:
            yield sink
        except Exception:
            if self.committed.get(name) is empty:
                del self.committed[name]
            raise
        if self.committed.get(name) is not empty:
            raise Overtaken
        self.committed[name] = sink.data

    async def read(self, name: str) -> AsyncIterator[bytes]:
        if name not in self.committed:
            raise StorageUnavailable
        data = self.corrupt(name, self.committed[name])
        for start in range(0, len(data), 1 << 22):
            yield data[start : start + (1 << 22)]

    async def put(self, name: str, data: bytes) -> None:
        self.committed[name] = data

    async def look(self, name: str) -> Uploaded | None:
        data = self.committed.get(name)
        return None if data is None else Uploaded(len(data), _version(data))

    async def part(self, name: str, version: str, start: int, length: int) -> bytes:
        data = self.committed.get(name)
        if data is None or _version(data) != version:
            raise Overtaken
        return data[start : start + length]

    async def names(self, prefix: str) -> tuple[str, ...]:
        return tuple(sorted(name for name in self.committed if name.startswith(prefix)))

    async def remove(self, prefix: str) -> None:
        self.committed = {name: data for name, data in self.committed.items() if not name.startswith(prefix)}


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class MemoryEvidence:
    """Blobs by folder and name, each written once."""

    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def keep(self, folder: str, name: str, data: bytes) -> bytes:
        return self.kept.setdefault((folder, name), data)


@dataclass
class FakeLinks:
    """Links that lead nowhere."""

    fault: PrivacyError | None = None

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        if self.fault:
            raise self.fault
        return Link(f"https://example.invalid/{blob}", expires_at)


@dataclass
class FakeWebhooks:
    """Serves everybody, or those named; `faults` come one by one before anything is taken."""

    served: frozenset[str] | None = None
    faults: list[PrivacyError] = field(default_factory=list)
    sent: list[tuple[str, Notification]] = field(default_factory=list)

    def serves(self, submitter: str) -> bool:
        return self.served is None or submitter in self.served

    async def send(self, submitter: str, told: Notification) -> None:
        if not self.serves(submitter):
            raise Undeliverable("not_configured")
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((submitter, told))


@dataclass
class FakeMails:
    """Mails by message id with their addresses; `faults` come one by one before anything is taken."""

    faults: list[PrivacyError] = field(default_factory=list)
    sent: dict[UUID, tuple[str, Mail]] = field(default_factory=dict)

    async def send(self, address: str, mail: Mail, message_id: UUID) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.setdefault(message_id, (address, mail))


@dataclass
class ListLog:
    """Keeps what was logged."""

    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def info(self, event: str, **fields: object) -> None:
        self.lines.append((event, fields))

    warning = error = exception = info


@dataclass
class FakeSpan:
    """A span as it was begun and ended; `error` is the type of the exception that left it."""

    name: SpanName
    attributes: dict[str, Attribute]
    trace: str
    parent: str | None
    number: int
    error: str | None = None
    ended: bool = False

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace}-{self.number:016x}-01"

    def note(self, **attributes: Attribute) -> None:
        self.attributes.update(attributes)


@dataclass
class FakeTelemetry:
    """Keeps spans in the order in which they began, and measurements."""

    spans: list[FakeSpan] = field(default_factory=list)
    recorded: list[tuple[Instrument, float, dict[str, Attribute]]] = field(default_factory=list)
    around: list[FakeSpan] = field(default_factory=list)

    @contextmanager
    def span(self, name: SpanName, parent: str | None = None, **attributes: Attribute) -> Iterator[FakeSpan]:
        within = parent if parent and WELL_FORMED.fullmatch(parent) else None
        within = within or (self.around[-1].traceparent if self.around else None)
        number = len(self.spans) + 1
        trace = within.split("-")[1] if within else f"{number:032x}"
        span = FakeSpan(name, dict(attributes), trace, within and within.split("-")[2], number)
        self.spans.append(span)
        self.around.append(span)
        try:
            yield span
        except Exception as error:
            span.error = type(error).__name__
            raise
        finally:
            span.ended = True
            self.around.pop()

    def record(self, instrument: Instrument, value: float, **attributes: Attribute) -> None:
        self.recorded.append((instrument, value, attributes))

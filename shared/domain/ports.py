"""What the domain asks of the outside. Each implementation, fakes included, passes one contract suite."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol
from uuid import UUID

from shared.domain.account import Account, Identity, RecycledAccount, Standing
from shared.domain.journal import Event
from shared.domain.request import PrivacyRequest
from shared.domain.sources import Source
from shared.domain.states import Kind, Status
from shared.domain.telemetry import Instrument, SpanName

JsonValue = str | int | float | bool | None | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
JsonObject = Mapping[str, JsonValue]
Attribute = str | int | float | None
"""Of a span or a measurement; None is none."""


class Clock(Protocol):
    """Time, so that a month passes in a test."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment, never set back; for leases and time limits."""

    async def sleep(self, duration: timedelta) -> None:
        """Return after `duration`."""


class Log(Protocol):
    """Static event names and scalar fields; never a name, address, object id or link."""

    def info(self, event: str, **fields: str | int | float | None) -> object:
        """What happened."""

    def warning(self, event: str, **fields: str | int | float | None) -> object:
        """What an operator may want to look at."""

    def error(self, event: str, **fields: str | int | float | None) -> object:
        """What an operator must look at."""

    def exception(self, event: str, **fields: str | int | float | None) -> object:
        """What nobody expected, with the traceback of the exception being handled."""


class Span(Protocol):
    """A piece of work that is being measured."""

    @property
    def traceparent(self) -> str | None:
        """Its context (W3C Trace Context) for work that goes on elsewhere; None where nothing is traced."""

    def note(self, **attributes: Attribute) -> None:
        """What has come to light of it."""


class Telemetry(Protocol):
    """Traces and metrics. What they hold is as in a log: never a name, address, object id or link."""

    def span(
        self, name: SpanName, parent: str | None = None, **attributes: Attribute
    ) -> AbstractContextManager[Span]:
        """Measure the work inside; an exception that leaves it is noted by its type alone, and goes on.

        `parent` is the `traceparent` of work elsewhere; without one, or where it is none, the span belongs to
        the one around it, or begins a trace.
        """

    def record(self, instrument: Instrument, value: float, **attributes: Attribute) -> None:
        """Add to a counter (`value` 0 or more), or note a value of a histogram (the same) or a gauge."""


@dataclass(frozen=True)
class Stored:
    """A request as read or written, with the version that the next write must name."""

    request: PrivacyRequest
    version: str


class RequestStore(Protocol):
    """Records of requests. Every method raises `StorageUnavailable` where storage does not answer."""

    async def add(self, request: PrivacyRequest) -> Stored:
        """Record a new request. Raises `AlreadyRecorded`."""

    async def get(self, request_id: str) -> Stored:
        """Read a request. Raises `UnknownRequest`."""

    async def save(self, stored: Stored) -> Stored:
        """Write the request if nobody has since `stored.version`. Raises `Overtaken`, `UnknownRequest`.

        The request, its rows and its newest event are written together or not at all.
        """

    async def journal(self, request_id: str) -> tuple[Event, ...]:
        """Every event of a request, oldest first; none for an unknown one."""

    async def remove(self, request_id: str) -> None:
        """Remove everything about a request, its record last; an unknown one is no error."""

    async def page(self, statuses: frozenset[Status], after: str | None, most: int) -> "Page":
        """At most `most` requests in one of these states, in the order of their ids, without their tenants.

        `after` is the `next` of the page before. Raises `BadPlace` for one that it did not give.
        """


@dataclass(frozen=True)
class Page:
    """Requests of a list; `next` leads to more, None at the end. A page may be empty and not the last."""

    requests: tuple[PrivacyRequest, ...]
    next: str | None


@dataclass(frozen=True)
class Entry:
    """A small fact under a name, with the version that the next write must name."""

    owner: str
    name: str
    value: Mapping[str, str]
    version: str


class Register(Protocol):
    """Who is dealt with by which request. Owners are keyed hashes.

    Every method raises `StorageUnavailable`.
    """

    async def read(self, owner: str, name: str) -> Entry | None:
        """The entry, None if there is none."""

    async def beginning_with(self, owner: str, prefix: str) -> tuple[Entry, ...]:
        """The owner's entries whose name begins so; `prefix` is letters, digits and hyphens."""

    async def insert(self, owner: str, name: str, value: Mapping[str, str]) -> Entry:
        """Write a new entry. Raises `AlreadyRecorded`."""

    async def replace(self, entry: Entry) -> Entry:
        """Write the entry if nobody has since `entry.version`. Raises `Overtaken`."""

    async def remove(self, entry: Entry) -> None:
        """Remove the entry if nobody has written it since `entry.version`. Raises `Overtaken`."""


class PassingRegister(Register, Protocol):
    """Facts that serve for a while: each entry says `until` when, in ISO 8601 and UTC."""

    async def passed(self, now: datetime, most: int) -> tuple[Entry, ...]:
        """At most `most` entries whose `until` is over."""


@dataclass(frozen=True)
class Due:
    """The promise to look at a request at a time.

    `distance` is how far apart looks are while nothing happens; `seen` is the number of the newest event
    at the last look.
    """

    request_id: str
    at: datetime
    distance: timedelta
    seen: int = 0


@dataclass(frozen=True)
class StoredDue:
    """A promise as read, with the version that the next write must name."""

    due: Due
    version: str


class DueTable(Protocol):
    """One promise a request, from before its record is written until after it is removed."""

    async def put(self, due: Due) -> None:
        """Write the promise, whatever stood there."""

    async def falling_due(self, shard: int, now: datetime, most: int) -> tuple[StoredDue, ...]:
        """At most `most` promises of a shard (0 to SHARDS - 1) whose time has come, oldest first."""

    async def move(self, stored: StoredDue) -> StoredDue:
        """Write the promise if nobody has since. Raises `Overtaken`."""

    async def remove(self, stored: StoredDue) -> None:
        """Remove the promise if nobody has written it since. Raises `Overtaken`."""


SHARDS = 16
"""Promises are spread over so many partitions."""


class WorkQueue(Protocol):
    """Nudges: a message is an id of a request, or of a batch, and nothing else."""

    async def length(self) -> int:
        """About how many messages there are, those for later included. Raises `StorageUnavailable`."""

    async def send(self, request_id: str, after: timedelta = timedelta()) -> None:
        """Have a worker look at the request once `after` has passed. Raises `StorageUnavailable`."""


class AuditRole(Enum):
    """How an event concerns a user; Graph answers for each apart, and some events are in both answers."""

    TARGET = "target"
    """done to the user; sign-ins of B2C are among these, their initiator being the app"""
    INITIATOR = "initiator"
    """done by the user"""


class Directory(Protocol):
    """One tenant in Microsoft Graph. Every method raises a `DirectoryFault`."""

    async def account(self, object_id: str) -> Account | None:
        """The user with this object id, None if it is not among the users."""

    async def accounts_signing_in_as(self, identity: Identity) -> tuple[Account, ...]:
        """The users that Graph finds by this sign-in; the caller checks which really hold it."""

    async def accounts_with_mail(self, address: str) -> tuple[Account, ...]:
        """The users that have this address as `mail` or among `otherMails`; it need not sign them in."""

    async def recycled(self, object_id: str) -> RecycledAccount | None:
        """The user in the recycle bin, None if it is not there."""

    async def soft_delete(self, object_id: str) -> None:
        """Move the user to the recycle bin. A user that is not there is no error: read back."""

    async def standing(self, object_id: str) -> Standing | None:
        """What decides whether the user may be deleted, None if it is not among the users."""

    async def disable(self, object_id: str) -> None:
        """Let the user sign in no more. A user that is not there is no error: read back."""

    async def enable(self, object_id: str) -> None:
        """Let the user sign in again. A user that is not there is no error: read back."""

    async def revoke_sessions(self, object_id: str) -> None:
        """End every session of the user, so far as Graph can. A user that is not there is no error."""

    async def purge(self, object_id: str) -> None:
        """Remove the user from the recycle bin for good. One that is not there is no error: read back.

        Raises `PermissionMissing` also where Graph protects the user from it.
        """

    async def profile(self, object_id: str) -> JsonObject | None:
        """Every property Graph holds on the user that a consumer can have, custom attributes included."""

    async def records(self, object_id: str, source: Source) -> tuple[JsonObject, ...]:
        """Everything that `source` has on the user; none is an answer.

        Raises `NotOffered` where tenant or cloud has no such thing.
        """

    async def photo(self, object_id: str) -> bytes | None:
        """The user's photo as a JPEG file, None where there is none."""

    def sign_ins(self, object_id: str, until: str | None) -> AsyncGenerator[Sequence[JsonObject], None]:
        """Pages of the user's sign-ins, newest first; `until` is a `createdDateTime` as Graph wrote it.

        Raises `NotOffered` where the tenant's licence has none.
        """

    def audit_events(
        self, object_id: str, role: AuditRole, until: str | None
    ) -> AsyncGenerator[Sequence[JsonObject], None]:
        """Pages of directory audit events that concern the user in this role, newest first.

        `until` is an `activityDateTime` as Graph wrote it: events of that time and older ones are given,
        and perhaps some of the same second that are newer.
        """


class BlobSink(Protocol):
    """A blob being written."""

    async def write(self, data: bytes) -> None:
        """Append `data`. Raises `StorageUnavailable`."""


class ExportBlobs(Protocol):
    """The private container with staging and archives. Names hold nothing personal."""

    async def names(self, prefix: str) -> tuple[str, ...]:
        """The names of all blobs that start with `prefix`, those included that were never committed."""

    def create(self, name: str) -> AbstractAsyncContextManager[BlobSink]:
        """Write a blob anew; it is committed when the context ends without an error, else nothing is left.

        Raises `Overtaken` at the end if somebody else wrote or removed the blob meanwhile.
        """

    def read(self, name: str) -> AsyncIterator[bytes]:
        """The blob's bytes in pieces of at most 4 MiB. Raises `StorageUnavailable`."""

    async def remove(self, prefix: str) -> None:
        """Remove every blob whose name starts with `prefix`; none is no error."""


class Seal(Protocol):
    """Encrypts what stands on a record until it was used, for one place each."""

    def close(self, request_id: str, name: str, value: JsonObject) -> str:
        """Text that nobody else can read, and that opens for this request and name alone."""

    def open(self, request_id: str, name: str, sealed: str) -> JsonObject:
        """What was sealed. Raises `SealBroken`."""


@dataclass(frozen=True)
class Notification:
    """What an app is told of a request's end; `id` is the same at each try. Nothing personal."""

    id: str
    at: datetime
    request_id: str
    kind: Kind
    status: Status
    reason: str | None


class Webhooks(Protocol):
    """Signed calls to apps."""

    def serves(self, submitter: str) -> bool:
        """Whether this submitter's requests are told of."""

    async def send(self, submitter: str, told: Notification) -> None:
        """Tell once. Raises `Delayed`, `Undeliverable`."""


@dataclass(frozen=True)
class Mail:
    """An e-mail in plain text, which names nobody; a link in it may hold a ticket."""

    subject: str
    text: str = field(repr=False)


class Mails(Protocol):
    """Hands e-mails to a mail service."""

    async def send(self, address: str, mail: Mail, message_id: UUID) -> None:
        """Hand over once; the service takes a `message_id` once. Raises `Delayed`, `Undeliverable`."""


@dataclass(frozen=True)
class Link:
    """An address that anyone can download one blob from until it expires."""

    url: str
    expires_at: datetime


class DownloadLinks(Protocol):
    """Makes read-only, expiring links to one blob."""

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        """A link to `blob` that ends at `expires_at`. Raises `StorageUnavailable`."""

"""What the domain asks of the outside. Each implementation, fakes included, passes one contract suite."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.account import Account, Identity, RecycledAccount
from shared.domain.request import PrivacyRequest

JsonValue = str | int | float | bool | None | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
JsonObject = Mapping[str, JsonValue]


class Clock(Protocol):
    """Time, so that a month passes in a test."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    async def sleep(self, duration: timedelta) -> None:
        """Return after `duration`."""


class Log(Protocol):
    """Static event names and scalar fields; never a name, address, object id or link."""

    def info(self, event: str, **fields: str | int | float | None) -> object:
        """What happened."""

    def warning(self, event: str, **fields: str | int | float | None) -> object:
        """What an operator may want to look at."""

    def exception(self, event: str, **fields: str | int | float | None) -> object:
        """What nobody expected, with the traceback of the exception being handled."""


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
        """Write the request if nobody has since `stored.version`. Raises `Overtaken`, `UnknownRequest`."""


class WorkQueue(Protocol):
    """Nudges: a message is a request's id and nothing else."""

    async def send(self, request_id: str, after: timedelta = timedelta()) -> None:
        """Have a worker look at the request once `after` has passed. Raises `StorageUnavailable`."""


class Directory(Protocol):
    """One tenant in Microsoft Graph. Every method raises a `DirectoryFault`."""

    async def account(self, object_id: str) -> Account | None:
        """The user with this object id, None if it is not among the users."""

    async def accounts_signing_in_as(self, identity: Identity) -> tuple[Account, ...]:
        """The users that Graph finds by this sign-in; the caller checks which really hold it."""

    async def recycled(self, object_id: str) -> RecycledAccount | None:
        """The user in the recycle bin, None if it is not there."""

    async def soft_delete(self, object_id: str) -> None:
        """Move the user to the recycle bin. A user that is not there is no error: read back."""

    async def profile(self, object_id: str) -> JsonObject | None:
        """Every property Graph holds on the user that a consumer can have, custom attributes included."""

    def audit_events(self, object_id: str) -> AsyncIterator[Sequence[JsonObject]]:
        """Pages of directory audit events, as target and then as initiator; an event may come twice."""


class BlobSink(Protocol):
    """A blob being written."""

    async def write(self, data: bytes) -> None:
        """Append `data`. Raises `StorageUnavailable`."""


class ExportBlobs(Protocol):
    """The private container with staging and archives. Names hold nothing personal."""

    def create(self, name: str) -> AbstractAsyncContextManager[BlobSink]:
        """Write a blob anew; it is committed when the context ends without an error.

        Raises `Overtaken` at the end if somebody else wrote or removed the blob meanwhile.
        """

    def read(self, name: str) -> AsyncIterator[bytes]:
        """The blob's bytes in pieces of at most 4 MiB. Raises `StorageUnavailable`."""

    async def remove(self, prefix: str) -> None:
        """Remove every blob whose name starts with `prefix`; none is no error."""


@dataclass(frozen=True)
class Link:
    """An address that anyone can download one blob from until it expires."""

    url: str
    expires_at: datetime


class DownloadLinks(Protocol):
    """Makes read-only, expiring links to one blob."""

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        """A link to `blob` that ends at `expires_at`. Raises `StorageUnavailable`."""

"""Clients of the storage services, made on the running loop at first use, once per process."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypedDict, TypeVar
from urllib.request import getproxies

from azure.core.credentials_async import AsyncTokenCredential
from azure.data.tables.aio import TableServiceClient
from azure.identity.aio import ManagedIdentityCredential
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from shared.adapters.storage_errors import HomeMissing, translated


class _Bounds(TypedDict):
    retry_total: int
    connection_timeout: int
    read_timeout: int
    initial_backoff: int
    increment_base: int
    random_jitter_range: int
    use_env_settings: bool


def _bounds() -> _Bounds:
    """Times in seconds. A proxy that the environment names is used."""
    return _Bounds(
        retry_total=2,
        connection_timeout=5,
        read_timeout=30,
        initial_backoff=1,  # by default blobs and queues wait 15 s, longer than a caller does
        increment_base=2,
        random_jitter_range=1,
        # Else aiohttp looks for one, and for a .netrc, in a thread: two fifths of what a call costs.
        use_env_settings=bool(getproxies()),
    )


PIECE = 1024 * 1024
"""Bytes of a blob that are fetched at a time; by default the first are 32 MiB, the next 4, all in memory."""


@dataclass(frozen=True)
class StorageAccount:
    """How to reach an account: by connection string, or by address of each service under an identity."""

    connection_string: str | None = field(default=None, repr=False)
    table_uri: str | None = None
    queue_uri: str | None = None
    blob_uri: str | None = None
    client_id: str | None = None

    def tables(self) -> TableServiceClient:
        """A client of the table service."""
        if self.connection_string:
            return TableServiceClient.from_connection_string(self.connection_string, **_bounds())
        return TableServiceClient(self.table_uri or "", credential=self.identity(), **_bounds())

    def queues(self) -> QueueServiceClient:
        """A client of the queue service."""
        if self.connection_string:
            return QueueServiceClient.from_connection_string(self.connection_string, **_bounds())
        return QueueServiceClient(self.queue_uri or "", credential=self.identity(), **_bounds())

    def blobs(self) -> BlobServiceClient:
        """A client of the blob service."""
        if self.connection_string:
            return BlobServiceClient.from_connection_string(
                self.connection_string, max_single_get_size=PIECE, max_chunk_get_size=PIECE, **_bounds()
            )
        return BlobServiceClient(
            self.blob_uri or "",
            credential=self.identity(),
            max_single_get_size=PIECE,
            max_chunk_get_size=PIECE,
            **_bounds(),
        )

    def identity(self) -> AsyncTokenCredential:
        """The app's own identity."""
        return ManagedIdentityCredential(client_id=self.client_id)


Client = TypeVar("Client")


class Lazy(Generic[Client]):
    """Makes a client at first use, hence on the running loop, and prepares it until that succeeded once."""

    def __init__(self, make: Callable[[], Client], prepare: Callable[[Client], Awaitable[object]]) -> None:
        self._make = make
        self._prepare = prepare
        self._client: Client | None = None
        self._prepared = False

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise our errors in place of the SDK's; what is missing is made anew at the next use."""
        try:
            with translated():
                yield
        except HomeMissing:
            self._prepared = False
            raise

    async def __call__(self) -> Client:
        """The client, prepared."""
        if self._client is None:
            self._client = self._make()
        if not self._prepared:
            await self._prepare(self._client)
            self._prepared = True
        return self._client


@dataclass(frozen=True)
class Homes:
    """The services that everything is kept in."""

    tables: Lazy[TableServiceClient]
    queues: Lazy[QueueServiceClient]
    evidence: Lazy[BlobServiceClient]
    archives: Lazy[BlobServiceClient]

"""The storage adapters on a real Azurite, each closed when its test is over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from azure.storage.queue.aio import QueueClient

from shared.adapters.evidence_blobs import EvidenceBlobs, prepare_evidence
from shared.adapters.export_blobs import BlobContainer, prepare_container
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_due import TableDue, prepare_due
from shared.adapters.table_register import PASSING, TableRegister, prepare_passing, prepare_register
from shared.adapters.table_store import TableStore, prepare_tables
from shared.adapters.work_queue import QUEUE, StorageQueue, prepare_queue


@asynccontextmanager
async def table_store(connection_string: str) -> AsyncIterator[TableStore]:
    async with StorageAccount(connection_string).tables() as service:
        yield TableStore(Lazy(lambda: service, prepare_tables))


@asynccontextmanager
async def storage_queue(connection_string: str) -> AsyncIterator[tuple[StorageQueue, QueueClient]]:
    """The adapter, and a client that sees what lies in its queue."""
    async with StorageAccount(connection_string).queues() as service:
        yield StorageQueue(Lazy(lambda: service, prepare_queue)), service.get_queue_client(QUEUE)


@asynccontextmanager
async def blob_container(connection_string: str) -> AsyncIterator[BlobContainer]:
    async with StorageAccount(connection_string).blobs() as service:
        yield BlobContainer(Lazy(lambda: service, prepare_container))


@asynccontextmanager
async def evidence_blobs(connection_string: str) -> AsyncIterator[EvidenceBlobs]:
    async with StorageAccount(connection_string).blobs() as service:
        yield EvidenceBlobs(Lazy(lambda: service, prepare_evidence))


@asynccontextmanager
async def table_register(connection_string: str, fingerprint: str = "f") -> AsyncIterator[TableRegister]:
    async with StorageAccount(connection_string).tables() as service:
        yield TableRegister(Lazy(lambda: service, lambda made: prepare_register(made, fingerprint)))


@asynccontextmanager
async def passing_register(connection_string: str) -> AsyncIterator[TableRegister]:
    async with StorageAccount(connection_string).tables() as service:
        yield TableRegister(Lazy(lambda: service, prepare_passing), PASSING)


@asynccontextmanager
async def table_due(connection_string: str) -> AsyncIterator[TableDue]:
    async with StorageAccount(connection_string).tables() as service:
        yield TableDue(Lazy(lambda: service, prepare_due))

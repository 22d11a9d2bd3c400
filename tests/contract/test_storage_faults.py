"""What the storage adapters do when the service does not answer, or its answer is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableServiceClient

from local.azurite.process import ACCOUNT, KEY
from shared.adapters.export_blobs import BlobContainer, prepare_container
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_store import TableStore, prepare_tables
from shared.adapters.work_queue import StorageQueue, prepare_queue
from shared.domain.errors import AlreadyRecorded, Overtaken, StorageUnavailable
from shared.domain.request import Status
from tests.contract.storage import table_store
from tests.unit.samples import NOW, a_request

NOWHERE = (
    f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
    f"BlobEndpoint=http://127.0.0.1:1/{ACCOUNT};QueueEndpoint=http://127.0.0.1:1/{ACCOUNT};"
    f"TableEndpoint=http://127.0.0.1:1/{ACCOUNT};"
)


class ForgetfulTransport(AioHttpTransport):  # type: ignore[misc] # azure-core exports it lazily, untyped
    """Sends every request; the answer of the next transaction is lost when `forget` is set."""

    forget = False

    async def send(self, request: Any, **config: Any) -> Any:  # as azure-core declares it
        answer = await super().send(request, **config)
        if self.forget and request.url.endswith("$batch"):
            self.forget = False
            raise ServiceResponseError("the answer was lost")
        return answer


@pytest.fixture
def transport() -> ForgetfulTransport:
    return ForgetfulTransport()


@pytest.fixture
async def store(azurite: str, transport: ForgetfulTransport) -> AsyncIterator[TableStore]:
    service = TableServiceClient.from_connection_string(azurite, transport=transport)
    async with service:
        yield TableStore(Lazy(lambda: service, prepare_tables))


async def test_a_record_whose_answer_was_lost_is_known_as_ours(
    store: TableStore, transport: ForgetfulTransport
) -> None:
    request = replace(a_request(), id=str(uuid4()))
    transport.forget = True
    added = await store.add(request)
    assert not transport.forget
    assert await store.get(request.id) == added


async def test_a_save_whose_answer_was_lost_is_known_as_ours(
    store: TableStore, transport: ForgetfulTransport
) -> None:
    added = await store.add(replace(a_request(), id=str(uuid4())))
    transport.forget = True
    saved = await store.save(replace(added, request=added.request.claimed(NOW, NOW)))
    assert not transport.forget
    assert saved.request.status is Status.RUNNING
    assert await store.get(added.request.id) == saved


async def test_somebody_elses_write_is_not_taken_for_ours(azurite: str, store: TableStore) -> None:
    added = await store.add(replace(a_request(), id=str(uuid4())))
    async with table_store(azurite) as other:
        await other.save(replace(added, request=added.request.claimed(NOW, NOW)))
    with pytest.raises(Overtaken):
        await store.save(replace(added, request=added.request.claimed(NOW, NOW)))
    with pytest.raises(AlreadyRecorded):
        await store.add(added.request)


async def test_storage_that_cannot_be_reached_is_unavailable() -> None:
    account = StorageAccount(NOWHERE)
    async with account.tables() as tables, account.queues() as queues, account.blobs() as blobs:
        calls = (
            TableStore(Lazy(lambda: tables, prepare_tables)).add(a_request()),
            TableStore(Lazy(lambda: tables, prepare_tables)).get(a_request().id),
            StorageQueue(Lazy(lambda: queues, prepare_queue)).send(a_request().id),
            BlobContainer(Lazy(lambda: blobs, prepare_container)).remove("x"),
        )
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result) for result in results] == [StorageUnavailable] * len(calls)

"""What the storage adapters do when the service does not answer, or its answer is lost."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableServiceClient

from local.azurite.process import ACCOUNT, KEY
from shared.adapters.export_blobs import BlobContainer
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_due import TableDue
from shared.adapters.table_register import TableRegister, prepare_register
from shared.adapters.table_store import TableStore, prepare_tables
from shared.adapters.work_queue import QUEUE, StorageQueue, prepare_queue
from shared.domain.errors import AlreadyRecorded, BadPlace, Overtaken, StorageUnavailable, UnknownRequest
from shared.domain.ports import Due, Entry, Stored, StoredDue
from shared.domain.states import Status
from tests.contract.failing_storage import failing_storage
from tests.contract.storage import table_store
from tests.unit.samples import NOW, a_request

NOWHERE = (
    f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
    f"BlobEndpoint=http://127.0.0.1:1/{ACCOUNT};QueueEndpoint=http://127.0.0.1:1/{ACCOUNT};"
    f"TableEndpoint=http://127.0.0.1:1/{ACCOUNT};"
)


class ForgetfulTransport(AioHttpTransport):  # type: ignore[misc] # azure-core exports it lazily, untyped
    """Sends every request; the answer of the next write to a table is lost when `forget` is set."""

    forget = False

    async def send(self, request: Any, **config: Any) -> Any:  # as azure-core declares it
        answer = await super().send(request, **config)
        if self.forget and request.method in {"POST", "PUT"} and not request.url.endswith("/Tables"):
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


async def test_an_entry_whose_answer_was_lost_is_known_as_ours(
    azurite: str, transport: ForgetfulTransport
) -> None:
    async with TableServiceClient.from_connection_string(azurite, transport=transport) as service:
        register = TableRegister(Lazy(lambda: service, lambda made: prepare_register(made, "f")))
        assert await register.read("o", "n") is None
        owner = uuid4().hex
        transport.forget = True
        inserted = await register.insert(owner, "n", {"used": ""})
        assert not transport.forget
        transport.forget = True
        written = await register.replace(replace(inserted, value={"used": "once"}))
        assert not transport.forget
        assert await register.read(owner, "n") == written
        with pytest.raises(Overtaken):
            await register.replace(replace(inserted, value={"used": "once"}))


async def no_preparing(_service: object) -> None:
    """The service is taken as prepared."""


async def every_call(connection_string: str) -> list[object]:
    """What each call to each adapter comes to; nothing is prepared, so that the call itself is what fails."""
    account = StorageAccount(connection_string)
    async with account.tables() as tables, account.queues() as queues, account.blobs() as blobs:
        store = TableStore(Lazy(lambda: tables, no_preparing))
        register = TableRegister(Lazy(lambda: tables, no_preparing))
        due = TableDue(Lazy(lambda: tables, no_preparing))
        queue = StorageQueue(Lazy(lambda: queues, no_preparing))
        container = BlobContainer(Lazy(lambda: blobs, no_preparing))
        request, entry = a_request(), Entry("o", "n", {}, "*")
        promise = StoredDue(Due(request.id, NOW, timedelta(minutes=5)), "*")

        async def write_a_blob() -> None:
            async with container.create("x") as sink:
                await sink.write(b"x")

        async def read_a_blob() -> None:
            _ = [piece async for piece in container.read("x")]

        calls: list[Awaitable[object]] = [
            *(store.add(request), store.get(request.id), store.save(Stored(request, "*"))),
            *(store.journal(request.id), store.remove(request.id)),
            *(store.page(frozenset(Status), None, 1), register.passed(NOW, 1)),
            *(register.read("o", "n"), register.insert("o", "n", {}), register.replace(entry)),
            *(register.remove(entry), due.put(promise.due), due.falling_due(0, NOW, 1)),
            *(due.move(promise), due.remove(promise), queue.send(request.id)),
            *(write_a_blob(), read_a_blob(), container.names("x"), container.remove("x")),
        ]
        return await asyncio.gather(*calls, return_exceptions=True)


async def test_storage_that_cannot_be_reached_is_unavailable() -> None:
    results = await every_call(NOWHERE)
    assert {type(result) for result in results} == {StorageUnavailable}


@pytest.mark.parametrize(
    ("status", "code"),
    [(500, "InternalError"), (503, "ServerBusy"), (403, "AuthorizationFailure"), (429, "TooManyRequests")],
)
async def test_storage_that_answers_with_an_error_is_unavailable(status: int, code: str) -> None:
    with failing_storage(status, code) as connection_string:
        results = await every_call(connection_string)
    assert {type(result) for result in results} == {StorageUnavailable}


async def test_a_place_that_the_service_does_not_take_was_never_given() -> None:
    place = urlsafe_b64encode(b'{"PartitionKey": "x", "RowKey": "y"}').decode()
    for status, code, error in ((400, "InvalidInput", BadPlace), (500, "InternalError", StorageUnavailable)):
        with failing_storage(status, code) as connection_string:
            async with StorageAccount(connection_string).tables() as tables:
                store = TableStore(Lazy(lambda: tables, no_preparing))
                with pytest.raises(error):
                    await store.page(frozenset(Status), place, 1)
                with pytest.raises(StorageUnavailable):
                    await store.page(frozenset(Status), None, 1)


async def test_a_table_queue_or_container_that_is_gone_is_unavailable_and_made_anew(azurite: str) -> None:
    account = StorageAccount(azurite)
    async with account.queues() as queues:
        queue = StorageQueue(Lazy(lambda: queues, prepare_queue))
        await queue.send(a_request().id)
        await queues.delete_queue(QUEUE)
        with pytest.raises(StorageUnavailable):
            await queue.send(a_request().id)
        await queue.send(a_request().id)
    async with account.tables() as tables:
        store = TableStore(Lazy(lambda: tables, prepare_tables))
        added = await store.add(replace(a_request(), id=str(uuid4())))
        await tables.delete_table("requests")
        with pytest.raises(StorageUnavailable):
            await store.get(added.request.id)
        with pytest.raises(UnknownRequest):
            await store.get(added.request.id)


async def test_a_netrc_of_the_machine_does_not_come_between(
    azurite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with table_store(azurite) as store:
        added = await store.add(replace(a_request(), id=str(uuid4())))
        assert (await store.get(added.request.id)).request == added.request


async def test_a_proxy_that_the_environment_names_is_used(
    azurite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with StorageAccount(azurite).tables() as service:
        with pytest.raises(StorageUnavailable):
            await TableStore(Lazy(lambda: service, prepare_tables)).get(str(uuid4()))

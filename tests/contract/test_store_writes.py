"""What a save of a record writes: what has changed since it was read, and nothing else."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from azure.data.tables.aio import TableServiceClient

from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_store import HEAD, TABLE, TableStore, prepare_tables
from shared.domain.ports import Stored
from tests.unit.samples import NOW, a_request_with_everything


@dataclass(frozen=True)
class Recorded:
    """A request with everything in it, and a look at the rows it is kept in."""

    service: TableServiceClient
    store: TableStore
    added: Stored

    async def etags(self) -> Mapping[str, str]:
        """By row key: each write gives a row another."""
        rows = f"PartitionKey eq '{self.added.request.id}'"
        found = self.service.get_table_client(TABLE).query_entities(rows)
        return {str(row["RowKey"]): str(row.metadata["etag"]) async for row in found}


@pytest.fixture
async def recorded(azurite: str) -> AsyncIterator[Recorded]:
    async with StorageAccount(azurite).tables() as service:
        store = TableStore(Lazy(lambda: service, prepare_tables))
        yield Recorded(service, store, await store.add(a_request_with_everything(str(uuid4()))))


async def written(recorded: Recorded, stored: Stored) -> set[str]:
    """The rows that saving this wrote."""
    before = await recorded.etags()
    await recorded.store.save(stored)
    after = await recorded.etags()
    assert before.keys() <= after.keys()
    return {name for name, etag in after.items() if before.get(name) != etag}


def with_a_step_done(stored: Stored) -> Stored:
    return replace(stored, request=stored.request.with_done("step", NOW))


def journalled(stored: Stored) -> str:
    assert stored.request.last is not None
    return f"event-{stored.request.last.number:06}"


async def test_a_step_that_found_nothing_writes_the_record_and_its_event(recorded: Recorded) -> None:
    stepped = with_a_step_done(recorded.added)
    assert await written(recorded, stepped) == {HEAD, journalled(stepped)}


async def test_the_same_holds_for_a_request_that_was_read_anew(recorded: Recorded) -> None:
    stepped = with_a_step_done(await recorded.store.get(recorded.added.request.id))
    assert await written(recorded, stepped) == {HEAD, journalled(stepped)}


async def test_what_was_found_in_one_tenant_is_written_for_that_one(recorded: Recorded) -> None:
    progress = replace(recorded.added.request.progress("fabrikam"), absent_since=NOW)
    found = replace(recorded.added, request=recorded.added.request.with_progress(progress))
    stepped = with_a_step_done(found)
    assert await written(recorded, stepped) == {HEAD, journalled(stepped), "tenant-fabrikam"}


async def test_a_row_that_is_none_of_ours_is_neither_read_nor_written(recorded: Recorded) -> None:
    request_id = recorded.added.request.id
    theirs = {"PartitionKey": request_id, "RowKey": "theirs", "note": "by hand"}
    await recorded.service.get_table_client(TABLE).create_entity(theirs)
    read = await recorded.store.get(request_id)
    assert read.request == recorded.added.request
    stepped = with_a_step_done(read)
    assert await written(recorded, stepped) == {HEAD, journalled(stepped)}


async def test_what_is_put_back_as_it_was_is_written_again(recorded: Recorded) -> None:
    before = recorded.added.request
    absent = before.with_progress(replace(before.progress("fabrikam"), absent_since=NOW))
    saved = await recorded.store.save(with_a_step_done(replace(recorded.added, request=absent)))
    back = replace(saved, request=saved.request.with_progress(before.progress("fabrikam")))
    assert "tenant-fabrikam" in await written(recorded, back)
    assert (await recorded.store.get(before.id)).request == back.request

"""What `ports.DueTable` promises, kept by the fake and by the table alike."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.domain.errors import Overtaken
from shared.domain.ports import SHARDS, Due, DueTable, StoredDue
from tests.contract.storage import table_due
from tests.fakes import MemoryDue
from tests.unit.samples import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["in memory", "azurite"])
async def table(request: pytest.FixtureRequest) -> AsyncIterator[DueTable]:
    if request.param == "in memory":
        yield MemoryDue()
        return
    async with table_due(request.getfixturevalue("azurite")) as real:
        yield real


@pytest.fixture
def due() -> Due:
    return Due(str(uuid4()), NOW + timedelta(microseconds=123_456), timedelta(minutes=5), 7)


async def falling(table: DueTable, due: Due, now: datetime) -> list[StoredDue]:
    shard = UUID(due.request_id).int % SHARDS
    found = await table.falling_due(shard, now, 1000)
    return [one for one in found if one.due.request_id == due.request_id]


async def test_a_promise_falls_due_at_its_time_and_not_before(table: DueTable, due: Due) -> None:
    await table.put(due)
    assert await falling(table, due, due.at - timedelta(milliseconds=1)) == []
    (found,) = await falling(table, due, due.at)
    assert found.due == due


async def test_the_oldest_of_a_shard_come_first_and_not_too_many(table: DueTable) -> None:
    shard = uuid4().int % SHARDS
    ids = [str(UUID(int=(uuid4().int // SHARDS) * SHARDS + shard)) for _ in range(5)]
    at = NOW - timedelta(days=400)  # longer ago than those of other tests
    for number, request_id in enumerate(ids):
        await table.put(Due(request_id, at + number * MINUTE, MINUTE))
    found = await table.falling_due(shard, at + 2 * MINUTE, 1000)
    assert [one.due.request_id for one in found if one.due.request_id in ids] == ids[:3]
    assert len(await table.falling_due(shard, NOW, 2)) == 2


async def test_what_is_put_again_stands_in_place_of_the_old(table: DueTable, due: Due) -> None:
    await table.put(due)
    await table.put(replace(due, at=due.at + MINUTE, seen=8))
    assert await falling(table, due, due.at) == []
    (found,) = await falling(table, due, due.at + MINUTE)
    assert found.due.seen == 8


async def test_of_two_who_read_it_one_moves_it(table: DueTable, due: Due) -> None:
    await table.put(due)
    (read,) = await falling(table, due, due.at)
    moved = await table.move(replace(read, due=replace(due, at=due.at + MINUTE)))
    with pytest.raises(Overtaken):
        await table.move(replace(read, due=replace(due, at=due.at + 2 * MINUTE)))
    with pytest.raises(Overtaken):
        await table.remove(read)
    assert await falling(table, due, due.at + MINUTE) == [moved]


async def test_what_is_removed_falls_due_no_more_and_cannot_be_moved(table: DueTable, due: Due) -> None:
    await table.put(due)
    (read,) = await falling(table, due, due.at)
    await table.remove(read)
    await table.remove(read)
    assert await falling(table, due, due.at) == []
    with pytest.raises(Overtaken):
        await table.move(read)

"""What `ports.WorkQueue` promises, kept by the fake and by the storage queue alike."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.adapters.clock import SystemClock
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.work_queue import BATCH_QUEUE, StorageQueue, decode, prepare_queue
from shared.domain.ports import Clock, WorkQueue
from tests.contract.storage import storage_queue
from tests.fakes import FakeClock, MemoryQueue
from tests.unit.samples import NOW


@dataclass(frozen=True)
class Queued:
    """A queue, its time, and a way to take the ids that can be seen now."""

    queue: WorkQueue
    clock: Clock
    taken: Callable[[], Awaitable[list[str]]]


@pytest.fixture(params=["in memory", "azurite"])
async def queued(request: pytest.FixtureRequest) -> AsyncIterator[Queued]:
    if request.param == "in memory":
        clock = FakeClock(NOW)
        memory = MemoryQueue(clock)

        async def due() -> list[str]:
            return memory.due()

        yield Queued(memory, clock, due)
        return
    async with storage_queue(request.getfixturevalue("azurite")) as (real, client):

        async def received() -> list[str]:
            contents = [message.content async for message in client.receive_messages(max_messages=32)]
            return [decode(base64.b64decode(str(content))) for content in contents]

        await real.send(str(uuid4()))  # makes the queue
        await client.clear_messages()
        yield Queued(real, SystemClock(), received)


async def test_a_message_names_the_request_and_is_taken_once(queued: Queued) -> None:
    request_id = str(uuid4())
    await queued.queue.send(request_id)
    assert await queued.taken() == [request_id]
    assert await queued.taken() == []


async def test_a_delayed_message_is_seen_when_its_time_has_come_and_not_before(queued: Queued) -> None:
    request_id = str(uuid4())
    await queued.queue.send(request_id, timedelta(milliseconds=1500))
    assert await queued.taken() == []
    await queued.clock.sleep(timedelta(seconds=2.2))
    assert await queued.taken() == [request_id]


async def test_messages_about_one_request_may_be_many(queued: Queued) -> None:
    request_id = str(uuid4())
    for _ in range(3):
        await queued.queue.send(request_id)
    assert await queued.taken() == [request_id] * 3


async def test_messages_are_counted_those_for_later_included(queued: Queued) -> None:
    before = await queued.queue.length()
    await queued.queue.send(str(uuid4()))
    await queued.queue.send(str(uuid4()), timedelta(minutes=1))
    assert await queued.queue.length() == before + 2


async def test_the_queue_of_batches_is_another_one(azurite: str) -> None:
    async with StorageAccount(azurite).queues() as service:
        service_of = Lazy(lambda: service, prepare_queue)
        requests, batches = StorageQueue(service_of), StorageQueue(service_of, BATCH_QUEUE)
        before = await requests.length(), await batches.length()
        await batches.send(str(uuid4()))
        assert (await requests.length(), await batches.length()) == (before[0], before[1] + 1)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"id": 1}', b'{"id": "../x"}', b"\xff", b'{"id": "A"}']
)
def test_what_is_not_a_message_of_ours_names_no_request(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode(body)

"""What `ports.ListBlobs` promises beside `ExportBlobs`, kept by the fake and by the blob container alike."""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.adapters.export_blobs import LISTS, BlobContainer, prepare_container
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.domain.bulk.ports import ListBlobs
from shared.domain.errors import Overtaken
from tests.fakes import MemoryBlobs


@pytest.fixture(params=["in memory", "azurite"])
async def blobs(request: pytest.FixtureRequest) -> AsyncIterator[ListBlobs]:
    if request.param == "in memory":
        yield MemoryBlobs()
        return
    async with StorageAccount(request.getfixturevalue("azurite")).blobs() as service:
        yield BlobContainer(Lazy(lambda: service, prepare_container), LISTS)


def a_name() -> str:
    return f"{uuid4()}/list"


async def read(blobs: ListBlobs, name: str) -> bytes:
    return b"".join([piece async for piece in blobs.read(name)])


async def test_a_blob_that_is_not_there_is_told(blobs: ListBlobs) -> None:
    assert await blobs.look(a_name()) is None


async def test_what_is_put_is_read_and_put_again_replaced(blobs: ListBlobs) -> None:
    name = a_name()
    for data in (b"first", b"second one"):
        await blobs.put(name, data)
        assert await read(blobs, name) == data
        uploaded = await blobs.look(name)
        assert uploaded is not None
        assert uploaded.size == len(data)


async def test_parts_of_a_version_are_its_bytes(blobs: ListBlobs) -> None:
    name, data = a_name(), os.urandom(500_000)
    await blobs.put(name, data)
    uploaded = await blobs.look(name)
    assert uploaded is not None
    for start, length in ((0, 10), (100_000, 200_000), (len(data) - 5, 100)):
        assert await blobs.part(name, uploaded.version, start, length) == data[start : start + length]


async def test_a_part_of_another_version_is_refused(blobs: ListBlobs) -> None:
    name = a_name()
    await blobs.put(name, b"as it was")
    uploaded = await blobs.look(name)
    assert uploaded is not None
    await blobs.put(name, b"replaced!")
    with pytest.raises(Overtaken):
        await blobs.part(name, uploaded.version, 0, 5)
    await blobs.remove(name)
    with pytest.raises(Overtaken):
        await blobs.part(name, uploaded.version, 0, 5)


async def test_lists_are_not_among_exports(azurite: str) -> None:
    async with StorageAccount(azurite).blobs() as service:
        lazy = Lazy(lambda: service, prepare_container)
        name = a_name()
        await BlobContainer(lazy, LISTS).put(name, b"list")
        assert await BlobContainer(lazy).names(name) == ()

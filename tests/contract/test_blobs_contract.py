"""What `ports.ExportBlobs` promises, kept by the fake and by the blob container alike."""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.domain.errors import Overtaken, StorageUnavailable
from shared.domain.ports import ExportBlobs
from tests.contract.storage import blob_container
from tests.fakes import MemoryBlobs

MIB = 1024 * 1024


@pytest.fixture(params=["in memory", "azurite"])
async def blobs(request: pytest.FixtureRequest) -> AsyncIterator[ExportBlobs]:
    if request.param == "in memory":
        yield MemoryBlobs()
        return
    async with blob_container(request.getfixturevalue("azurite")) as real:
        yield real


@pytest.fixture
def name() -> str:
    return f"{uuid4()}/1/staging/contoso/profile.json"


async def written(blobs: ExportBlobs, name: str, *pieces: bytes) -> None:
    async with blobs.create(name) as sink:
        for piece in pieces:
            await sink.write(piece)


async def content(blobs: ExportBlobs, name: str) -> bytes:
    return b"".join([piece async for piece in blobs.read(name)])


@pytest.mark.parametrize("size", [0, 1, 4 * MIB - 1, 4 * MIB, 9 * MIB])
async def test_what_is_written_is_read_back_in_pieces(blobs: ExportBlobs, name: str, size: int) -> None:
    data = os.urandom(size)
    await written(blobs, name, data[: size // 3], b"", data[size // 3 :])
    pieces = [piece async for piece in blobs.read(name)]
    assert b"".join(pieces) == data
    assert all(len(piece) <= 4 * MIB for piece in pieces)


async def test_nothing_is_there_to_read_before_all_is_written(blobs: ExportBlobs, name: str) -> None:
    async with blobs.create(name) as sink:
        await sink.write(b"half")
        assert await content(blobs, name) == b""
    assert await content(blobs, name) == b"half"


async def test_a_write_that_fails_in_the_middle_leaves_nothing_to_read(blobs: ExportBlobs, name: str) -> None:
    async def failing() -> None:
        async with blobs.create(name) as sink:
            await sink.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        await failing()
    assert await blobs.names(name) == ()


async def test_written_again_means_written_anew(blobs: ExportBlobs, name: str) -> None:
    await written(blobs, name, b"the first, longer")
    await written(blobs, name, b"second")
    assert await content(blobs, name) == b"second"


async def test_a_writer_overtaken_by_another_commits_nothing(blobs: ExportBlobs, name: str) -> None:
    async def slowly() -> None:
        async with blobs.create(name) as sink:
            await sink.write(b"slow")
            await written(blobs, name, b"fast")

    with pytest.raises(Overtaken):
        await slowly()
    assert await content(blobs, name) == b"fast"


async def test_what_was_removed_meanwhile_does_not_come_back(blobs: ExportBlobs, name: str) -> None:
    async def late() -> None:
        async with blobs.create(name) as sink:
            await sink.write(b"late")
            await blobs.remove(name.partition("/")[0])

    with pytest.raises(Overtaken):
        await late()
    with pytest.raises(StorageUnavailable):
        await content(blobs, name)


async def test_a_blob_that_is_not_there_cannot_be_read(blobs: ExportBlobs, name: str) -> None:
    with pytest.raises(StorageUnavailable):
        await content(blobs, name)


async def test_removing_takes_what_begins_with_the_prefix_and_nothing_else(
    blobs: ExportBlobs, name: str
) -> None:
    staging, _, _ = name.rpartition("contoso/")
    kept = staging.replace("/staging/", "/export.zip")
    for blob in (name, f"{staging}fabrikam/profile.json", kept):
        await written(blobs, blob, b"x")
    await blobs.remove(staging)
    await blobs.remove(staging)
    assert await content(blobs, kept) == b"x"
    with pytest.raises(StorageUnavailable):
        await content(blobs, name)

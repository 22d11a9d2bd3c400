"""Staging and archives in a private blob container; lists that operators hand in are in one of their own."""

import base64
import contextlib
import io
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobBlock
from azure.storage.blob.aio import BlobClient, BlobServiceClient

from shared.adapters.storage_clients import Lazy
from shared.adapters.storage_errors import translated
from shared.domain.bulk.ports import Uploaded
from shared.domain.errors import (
    AlreadyRecorded,
    Overtaken,
    PrivacyError,
    StorageUnavailable,
    UnknownRequest,
)

CONTAINER = "exports"
LISTS = "lists"
BLOCK = 1024 * 1024
"""Small, since each archive that is being written holds two."""
MOST_BLOCKS = 50_000
"""Azure's limit: 1 MiB each make 48 GiB."""


class _Blocks:
    """Collects bytes and stages them block by block."""

    def __init__(self, blob: BlobClient) -> None:
        self._blob = blob
        self._write_id = secrets.token_hex(8)
        self._waiting = bytearray()
        self.staged: list[BlobBlock] = []

    async def write(self, data: bytes) -> None:
        """See `BlobSink.write`."""
        self._waiting += data
        while len(self._waiting) >= BLOCK:
            block = bytes(self._waiting[:BLOCK])
            del self._waiting[:BLOCK]
            await self._stage(block)

    async def finish(self) -> None:
        """Stage what is left."""
        if self._waiting:
            await self._stage(bytes(self._waiting))

    async def _stage(self, data: bytes) -> None:
        if len(self.staged) >= MOST_BLOCKS:
            raise StorageUnavailable
        block_id = base64.b64encode(f"{self._write_id}-{len(self.staged):08}".encode()).decode()
        with translated():
            await self._blob.stage_block(block_id, io.BytesIO(data), len(data))  # bytes would block the loop
        self.staged.append(BlobBlock(block_id))


class BlobContainer:
    """Implements `shared.domain.ports.ExportBlobs`, and `shared.domain.bulk.ports.ListBlobs`."""

    def __init__(self, service: Lazy[BlobServiceClient], container: str = CONTAINER) -> None:
        self._service = service
        self._container = container

    @asynccontextmanager
    async def create(self, name: str) -> AsyncIterator[_Blocks]:
        """See `ExportBlobs.create`. The empty blob's ETag fences the commit."""
        with self._service.translated():
            blob = (await self._service()).get_blob_client(self._container, name)
            etag = (await blob.upload_blob(b"", overwrite=True))["etag"]
        blocks = _Blocks(blob)
        try:
            yield blocks
            await blocks.finish()
        except BaseException:
            await _withdraw(blob, str(etag))
            raise
        try:
            with self._service.translated():
                await blob.commit_block_list(
                    blocks.staged, etag=etag, match_condition=MatchConditions.IfNotModified
                )
        except (UnknownRequest, AlreadyRecorded) as gone:
            raise Overtaken from gone
        except (Overtaken, StorageUnavailable):
            if not await self._committed(blob, blocks):  # the answer may only have been lost
                raise

    async def _committed(self, blob: BlobClient, blocks: _Blocks) -> bool:
        """Whether the blob is what we staged: our block ids hold a random text of ours."""
        try:
            with self._service.translated():
                committed, _ = await blob.get_block_list("committed")
        except UnknownRequest:
            return False
        return bool(blocks.staged) and [one.id for one in committed] == [one.id for one in blocks.staged]

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """See `ExportBlobs.read`."""
        try:
            with self._service.translated():
                blob = (await self._service()).get_blob_client(self._container, name)
                download = await blob.download_blob()
                async for piece in download.chunks():
                    yield piece
        except UnknownRequest as gone:
            raise StorageUnavailable from gone

    async def names(self, prefix: str) -> tuple[str, ...]:
        """See `ExportBlobs.names`."""
        with self._service.translated():
            container = (await self._service()).get_container_client(self._container)
            listed = container.list_blobs(name_starts_with=prefix, include=["uncommittedblobs"])
            return tuple([str(blob.name) async for blob in listed])

    async def remove(self, prefix: str) -> None:
        """See `ExportBlobs.remove`."""
        names = await self.names(prefix)
        with self._service.translated():
            container = (await self._service()).get_container_client(self._container)
            for name in names:
                with contextlib.suppress(ResourceNotFoundError):
                    await container.delete_blob(name)

    async def put(self, name: str, data: bytes) -> None:
        """See `ListBlobs.put`."""
        with self._service.translated():
            blob = (await self._service()).get_blob_client(self._container, name)
            await blob.upload_blob(io.BytesIO(data), length=len(data), overwrite=True)

    async def look(self, name: str) -> Uploaded | None:
        """See `ListBlobs.look`."""
        try:
            with self._service.translated():
                blob = (await self._service()).get_blob_client(self._container, name)
                held = await blob.get_blob_properties()
        except UnknownRequest:
            return None
        return Uploaded(int(held.size), str(held.etag))

    async def part(self, name: str, version: str, start: int, length: int) -> bytes:
        """See `ListBlobs.part`."""
        try:
            with self._service.translated():
                blob = (await self._service()).get_blob_client(self._container, name)
                asked = await blob.download_blob(
                    start, length, etag=version, match_condition=MatchConditions.IfNotModified
                )
                held: bytes = await asked.readall()
        except UnknownRequest as gone:
            raise Overtaken from gone
        return held


async def _withdraw(blob: BlobClient, etag: str) -> None:
    """Remove the empty blob of a writer that failed, unless somebody has written it since."""
    with contextlib.suppress(PrivacyError), translated():
        await blob.delete_blob(etag=etag, match_condition=MatchConditions.IfNotModified)


async def prepare_container(service: BlobServiceClient) -> None:
    """Make the private containers where there are none."""
    for name in (CONTAINER, LISTS):
        with contextlib.suppress(ResourceExistsError):
            await service.create_container(name)

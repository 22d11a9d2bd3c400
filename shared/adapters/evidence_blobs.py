"""Evidence in a private blob container of its own, each blob written once.

The guard is the condition of the write (If-None-Match: *), not a look before it. A policy of immutability on
the container, where there is one, holds against everybody else too.
"""

import contextlib

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob.aio import BlobClient, BlobServiceClient

from shared.adapters.storage_clients import Lazy
from shared.domain.errors import AlreadyRecorded, Overtaken, StorageUnavailable, UnknownRequest

CONTAINER = "evidence"


class EvidenceBlobs:
    """Implements `shared.domain.receipts.Evidence`."""

    def __init__(self, service: Lazy[BlobServiceClient]) -> None:
        self._service = service

    async def keep(self, folder: str, name: str, data: bytes) -> bytes:
        """See `Evidence.keep`."""
        with self._service.translated():
            blob = (await self._service()).get_blob_client(CONTAINER, f"{folder}/{name}")
        try:
            with self._service.translated():
                await blob.upload_blob(data, overwrite=False)
        except (AlreadyRecorded, Overtaken):
            return await self._standing(blob)
        return data

    async def _standing(self, blob: BlobClient) -> bytes:
        try:
            with self._service.translated():
                standing: bytes = await (await blob.download_blob()).readall()
        except UnknownRequest as gone:
            raise StorageUnavailable from gone
        return standing


async def prepare_evidence(service: BlobServiceClient) -> None:
    """Make the private container if there is none."""
    with contextlib.suppress(ResourceExistsError):
        await service.create_container(CONTAINER)

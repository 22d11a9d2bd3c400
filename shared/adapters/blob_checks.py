"""Checks of blobs: one is written, read back and removed, and must not be there in any form afterwards.

That is seen from outside: the services' own properties take rights to manage the account, which the app
has not. Soft delete of whole containers cannot be seen so.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from shared.adapters.export_blobs import CONTAINER
from shared.adapters.storage_clients import Lazy
from shared.adapters.storage_refusals import Home
from shared.domain.checks.clocks import clock_found
from shared.domain.checks.reason import Found, found
from shared.domain.checks.storage_reasons import ERASES, NOT_ERASED, ROUND_TRIP, VERSIONS_KEPT
from shared.domain.errors import PrivacyError, StorageUnavailable
from shared.domain.ports import Clock

PREFIX = "checks/"
"""No request's blobs begin so."""
OF_ITS_OWN = "privacy-checks"
"""Beside evidence, in which nothing can be removed for years."""
LEFT = timedelta(hours=1)
"""A blob of a check that is older than this was left by a run that was killed."""
MOST_LEFT = 100
EVIDENCE = Home("STATE", "Storage Blob Data Contributor")
ARCHIVES = Home("EXPORTS", "Storage Blob Data Contributor")


@dataclass(frozen=True)
class EvidenceCheck:
    """Blobs of the account that keeps evidence."""

    service: Lazy[BlobServiceClient]
    clock: Clock

    async def ask(self) -> Sequence[Found]:
        """See `Check.ask`."""
        return await EVIDENCE.told(self._tried())

    async def _tried(self) -> Sequence[Found]:
        with self.service.translated():
            container = (await self.service()).get_container_client(OF_ITS_OWN)
            with suppress(ResourceExistsError):
                await container.create_container()
            await _round_trip(container, self.clock)
        return (found(ROUND_TRIP),)


@dataclass(frozen=True)
class ArchivesCheck:
    """Blobs of the account with the archives, which must be gone once they are removed."""

    service: Lazy[BlobServiceClient]
    clock: Clock

    async def ask(self) -> Sequence[Found]:
        """See `Check.ask`."""
        return await ARCHIVES.told(self._tried())

    async def _tried(self) -> Sequence[Found]:
        with self.service.translated():
            container = (await self.service()).get_container_client(CONTAINER)
            name = await _round_trip(container, self.clock)
            return (found(ROUND_TRIP), *await _remains(container, name))


@dataclass(frozen=True)
class StorageClockCheck:
    """The clock of the account with the archives, which also tells it when it refuses."""

    service: Lazy[BlobServiceClient]
    clock: Clock

    async def ask(self) -> Sequence[Found]:
        """See `Check.ask`."""
        dates: list[str | None] = []
        try:
            container = (await self.service()).get_container_client(CONTAINER)
            await container.get_container_properties(
                raw_response_hook=lambda answer: dates.append(answer.http_response.headers.get("Date"))
            )
        except HttpResponseError as error:
            dates = [getattr(error.response, "headers", {}).get("Date")]
        except (PrivacyError, AzureError) as error:
            return (ARCHIVES.refused(error),)
        return (clock_found(dates[-1], self.clock.now()),)


async def _round_trip(container: ContainerClient, clock: Clock) -> str:
    """The name of the blob that was there for a moment."""
    name, data = f"{PREFIX}{secrets.token_hex(16)}", secrets.token_bytes(16)
    blob = container.get_blob_client(name)
    await blob.upload_blob(data)
    read = await (await blob.download_blob()).readall()
    await blob.delete_blob()
    await _remove_left(container, clock)
    if read != data:
        raise StorageUnavailable
    return name


async def _remove_left(container: ContainerClient, clock: Clock) -> None:
    left = [blob async for blob in container.list_blobs(PREFIX) if clock.now() - blob.creation_time > LEFT]
    for blob in left[:MOST_LEFT]:
        with suppress(ResourceNotFoundError):  # another check was here first
            await container.delete_blob(blob.name)


async def _remains(container: ContainerClient, name: str) -> tuple[Found, ...]:
    """What is left of a removed blob. Source: Azure Storage, "List Blobs", `include`."""
    listed = container.list_blobs(name, include=["deleted", "versions"])
    left = [blob async for blob in listed]
    kept = [NOT_ERASED] * any(map(_is_deleted, left)) + [VERSIONS_KEPT] * any(map(_is_version, left))
    return tuple(found(one, account="EXPORTS") for one in kept or [ERASES])


def _is_deleted(blob: BlobProperties) -> bool:
    return bool(blob.deleted)


def _is_version(blob: BlobProperties) -> bool:
    return blob.version_id is not None and not blob.deleted

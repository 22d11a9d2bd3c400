"""Links to one blob: read-only and expiring (shared access signatures)."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from azure.storage.blob import BlobSasPermissions, UserDelegationKey, generate_blob_sas
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.export_blobs import CONTAINER
from shared.adapters.storage_clients import Lazy
from shared.domain.ports import Clock, Link

SKEW = timedelta(minutes=15)
"""Clocks differ: a link is valid from a little before it was made (Azure Storage, SAS overview)."""
LONGEST = timedelta(days=7)
"""A user delegation key lives no longer (Azure Storage, user delegation SAS)."""
FILE_NAME = "export.zip"


class AccountKeyLinks:
    """Signs with the account's key; for accounts reached by connection string."""

    def __init__(self, service: Lazy[BlobServiceClient], clock: Clock) -> None:
        self._service = service
        self._clock = clock

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        """See `DownloadLinks.mint`."""
        with self._service.translated():
            service = await self._service()
        starts_at = self._clock.now() - SKEW
        return _link(service, blob, starts_at, expires_at, account_key=service.credential.account_key)


class DelegationLinks:
    """Signs with a key that the storage service gives to the app's identity."""

    def __init__(self, service: Lazy[BlobServiceClient], clock: Clock) -> None:
        self._service = service
        self._clock = clock

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        """See `DownloadLinks.mint`. Raises `ValueError` for a life of more than 7 days."""
        starts_at = self._clock.now() - SKEW
        if expires_at - starts_at > LONGEST:
            raise ValueError("a link under user delegation may live for at most 7 days")
        with self._service.translated():
            service = await self._service()
            key = await service.get_user_delegation_key(starts_at, expires_at)
        return _link(service, blob, starts_at, expires_at, delegation_key=key)


def _link(
    service: BlobServiceClient,
    blob: str,
    starts_at: datetime,
    expires_at: datetime,
    account_key: str | None = None,
    delegation_key: UserDelegationKey | None = None,
) -> Link:
    client = service.get_blob_client(CONTAINER, blob)
    signature = generate_blob_sas(
        account_name=str(service.account_name),
        container_name=CONTAINER,
        blob_name=blob,
        account_key=account_key,
        user_delegation_key=delegation_key,
        permission=BlobSasPermissions(read=True),
        start=starts_at,
        expiry=expires_at,
        protocol="https" if urlsplit(client.url).scheme == "https" else None,
        content_disposition=f'attachment; filename="{FILE_NAME}"',
        content_type="application/zip",
    )
    return Link(f"{client.url}?{signature}", expires_at.replace(microsecond=0))  # as the signature says it

"""Links to one blob, for one purpose and expiring (shared access signatures)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from azure.storage.blob import BlobSasPermissions, UserDelegationKey, generate_blob_sas
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.export_blobs import CONTAINER, LISTS
from shared.adapters.storage_clients import Lazy
from shared.domain.ports import Clock, Link

SKEW = timedelta(minutes=15)
"""Clocks differ: a link is valid from a little before it was made (Azure Storage, SAS overview)."""
LONGEST = timedelta(days=7)
"""A user delegation key lives no longer (Azure Storage, user delegation SAS)."""
SERVES = timedelta(hours=1)
"""For so long links that live no longer than the first can share its key. A key that was revoked signs
links that do not work until then."""


@dataclass(frozen=True)
class Purpose:
    """What a link opens: to read a blob as a file of this name and type; without one, to write it alone."""

    container: str
    file_name: str | None = None
    content_type: str | None = None

    @property
    def permission(self) -> BlobSasPermissions:
        """The least that serves."""
        return BlobSasPermissions(write=True) if self.file_name is None else BlobSasPermissions(read=True)

    @property
    def disposition(self) -> str | None:
        """A neutral name, whatever the blob is called."""
        return f'attachment; filename="{self.file_name}"' if self.file_name else None


ARCHIVES = Purpose(CONTAINER, "export.zip", "application/zip")
RESULTS = Purpose(LISTS, "result.csv", "text/csv; charset=utf-8")
UPLOADS = Purpose(LISTS)


@dataclass(frozen=True)
class Term:
    """From when and until when a link works, and from which IPv4 addresses; None for all."""

    starts_at: datetime
    expires_at: datetime
    ip_range: str | None


@dataclass(frozen=True)
class DelegationKey:
    """A user delegation key and its life."""

    key: UserDelegationKey = field(repr=False)
    starts_at: datetime
    expires_at: datetime


class AccountKeyLinks:
    """Signs with the account's key; for accounts reached by connection string."""

    def __init__(
        self,
        service: Lazy[BlobServiceClient],
        clock: Clock,
        ip_range: str | None = None,
        purpose: Purpose = ARCHIVES,
    ) -> None:
        self._service = service
        self._purpose = purpose
        self._clock = clock
        self._ip_range = ip_range

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        """See `DownloadLinks.mint`."""
        with self._service.translated():
            service = await self._service()
        term = Term(self._clock.now() - SKEW, expires_at, self._ip_range)
        return _link(service, blob, self._purpose, term, account_key=service.credential.account_key)


class DelegationLinks:
    """Signs with a key that the storage service gives to the app's identity; one key serves for a while."""

    def __init__(
        self,
        service: Lazy[BlobServiceClient],
        clock: Clock,
        ip_range: str | None = None,
        purpose: Purpose = ARCHIVES,
    ) -> None:
        self._service = service
        self._purpose = purpose
        self._clock = clock
        self._ip_range = ip_range
        self._key: DelegationKey | None = None
        self._renewing = asyncio.Lock()

    async def mint(self, blob: str, expires_at: datetime) -> Link:
        """See `DownloadLinks.mint`. Raises `ValueError` for a life of more than 7 days."""
        starts_at = self._clock.now() - SKEW
        if expires_at - starts_at > LONGEST:
            raise ValueError("a link under user delegation may live for at most 7 days")
        with self._service.translated():
            service = await self._service()
            key = await self._reaching(service, starts_at, expires_at)
        term = Term(max(starts_at, key.starts_at), expires_at, self._ip_range)
        return _link(service, blob, self._purpose, term, delegation_key=key.key)

    async def _reaching(
        self, service: BlobServiceClient, starts_at: datetime, expires_at: datetime
    ) -> DelegationKey:
        """The key at hand if it lives as long as the link; links that come meanwhile share one renewal."""
        async with self._renewing:
            if self._key is None or self._key.expires_at < expires_at:
                ends_at = min(expires_at + SERVES, starts_at + LONGEST)
                key = await service.get_user_delegation_key(starts_at, ends_at)
                self._key = DelegationKey(key, starts_at, ends_at)
            return self._key


def _link(
    service: BlobServiceClient,
    blob: str,
    purpose: Purpose,
    term: Term,
    account_key: str | None = None,
    delegation_key: UserDelegationKey | None = None,
) -> Link:
    client = service.get_blob_client(purpose.container, blob)
    signature = generate_blob_sas(
        account_name=str(service.account_name),
        container_name=purpose.container,
        blob_name=blob,
        account_key=account_key,
        user_delegation_key=delegation_key,
        permission=purpose.permission,
        start=term.starts_at,
        expiry=term.expires_at,
        ip=term.ip_range,
        protocol="https" if urlsplit(client.url).scheme == "https" else None,
        content_disposition=purpose.disposition,
        content_type=purpose.content_type,
    )
    return Link(
        f"{client.url}?{signature}", term.expires_at.replace(microsecond=0)
    )  # as the signature says it

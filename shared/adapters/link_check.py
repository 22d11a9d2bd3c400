"""A check of download links: one is minted and followed, as a person's browser would."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import httpx
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.blob_checks import ARCHIVES, PREFIX
from shared.adapters.export_blobs import CONTAINER
from shared.adapters.storage_clients import Lazy
from shared.adapters.storage_refusals import Home
from shared.domain.checks.reason import Found, found
from shared.domain.checks.storage_reasons import (
    LINK_FOR_OTHERS,
    LINK_REFUSED,
    LINK_WORKS,
    STORAGE_UNREACHABLE,
)
from shared.domain.errors import PrivacyError
from shared.domain.ports import Clock, DownloadLinks

LIFE = timedelta(minutes=5)
TIMEOUT = httpx.Timeout(10)
"""Seconds."""
MINTS = Home("EXPORTS", "Storage Blob Delegator")


@dataclass(frozen=True)
class LinkCheck:
    """`new_links` makes links under a key not asked for before; `ip_range` is from where they work."""

    service: Lazy[BlobServiceClient]
    new_links: Callable[[], DownloadLinks]
    ip_range: str | None
    clock: Clock

    async def ask(self) -> Sequence[Found]:
        """See `Check.ask`."""
        return await ARCHIVES.told(self._tried())

    async def _tried(self) -> Sequence[Found]:
        data = secrets.token_bytes(16)
        async with self._blob(data) as name:
            return (await self._minted_and_followed(name, data),)

    @asynccontextmanager
    async def _blob(self, data: bytes) -> AsyncIterator[str]:
        name = f"{PREFIX}{secrets.token_hex(16)}"
        with self.service.translated():
            blob = (await self.service()).get_blob_client(CONTAINER, name)
            await blob.upload_blob(data)
        try:
            yield name
        finally:
            with self.service.translated():
                await blob.delete_blob()

    async def _minted_and_followed(self, name: str, data: bytes) -> Found:
        try:
            link = await self.new_links().mint(name, self.clock.now() + LIFE)
        except PrivacyError as error:
            return MINTS.refused(error)
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT) as http:
                answer = await http.get(link.url)
        except httpx.HTTPError:
            return found(STORAGE_UNREACHABLE, account="EXPORTS")
        return self._judged(answer, data)

    def _judged(self, answer: httpx.Response, data: bytes) -> Found:
        if answer.status_code == HTTPStatus.OK and answer.content == data:
            return found(LINK_WORKS)
        if answer.status_code == HTTPStatus.FORBIDDEN and self.ip_range is not None:
            return found(LINK_FOR_OTHERS)
        return found(LINK_REFUSED, account="EXPORTS", status=answer.status_code)

"""A key for receipts that never leaves Azure Key Vault.

The app's identity needs `keys/get` and `keys/sign`. The vault signs a digest; ES256 comes back as r and s.
Source: Key Vault REST reference, version 7.6 ("Get Key", "Sign").
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError

from shared.adapters.local_receipt_keys import public_key
from shared.adapters.storage_clients import StorageAccount
from shared.domain.errors import SigningUnavailable
from shared.domain.receipts import PublicKey

if TYPE_CHECKING:
    from azure.keyvault.keys.aio import KeyClient

CALL_LIMIT = timedelta(seconds=15)
"""For one call, its token included."""

T = TypeVar("T")


@dataclass(frozen=True)
class VaultKeyId:
    """Which key signs: vault, name and version, so that another signs only where settings say so."""

    vault: str
    name: str
    version: str
    client_id: str | None = None

    @classmethod
    def of(cls, key_id: str, client_id: str | None) -> "VaultKeyId":
        """From `https://<vault>/keys/<name>/<version>`, whose form settings have checked."""
        address = urlsplit(key_id)
        _, _, name, version = address.path.split("/")
        return cls(f"{address.scheme}://{address.netloc}", name, version, client_id)

    def client(self, credential: AsyncTokenCredential | None = None, **transport: str | bool) -> "KeyClient":
        """A client that is led nowhere else, and sends its token to no vault but the one it is for."""
        from azure.keyvault.keys.aio import KeyClient  # not loaded where no receipt is signed by a vault

        credential = credential or StorageAccount(client_id=self.client_id).identity()
        bounds = {"connection_timeout": 5, "read_timeout": 10, "retry_total": 1}
        return KeyClient(self.vault, credential, permit_redirects=False, **bounds, **transport)


class VaultReceiptKey:
    """Implements `shared.domain.receipts.SigningKey`."""

    def __init__(self, key: VaultKeyId, make_client: "Callable[[], KeyClient]") -> None:
        self._key = key
        self._make_client = make_client
        self._client: KeyClient | None = None

    async def public(self) -> PublicKey:
        """See `SigningKey.public`."""
        answer = await _bounded(self._opened().get_key(self._key.name, self._key.version))
        return _public(vars(answer.key))  # its members are not declared

    async def signature(self, data: bytes) -> bytes:
        """See `SigningKey.signature`."""
        from azure.keyvault.keys.crypto import SignatureAlgorithm  # as above

        client = self._opened().get_cryptography_client(self._key.name, key_version=self._key.version)
        signed = await _bounded(client.sign(SignatureAlgorithm.es256, hashlib.sha256(data).digest()))
        return signed.signature

    async def aclose(self) -> None:
        """Close all connections; a later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _opened(self) -> "KeyClient":
        if self._client is None:
            self._client = self._make_client()
        return self._client


def _public(jwk: Mapping[str, object]) -> PublicKey:
    x, y = jwk.get("x"), jwk.get("y")
    if jwk.get("crv") != "P-256" or not isinstance(x, bytes) or not isinstance(y, bytes):
        raise SigningUnavailable
    return public_key(x, y)


async def _bounded(call: Awaitable[T]) -> T:
    """The answer in time. A vault that asks for a token which is not its own is a `ValueError` of the SDK."""
    try:
        async with asyncio.timeout(CALL_LIMIT.total_seconds()):
            return await call
    except (AzureError, TimeoutError, ValueError) as error:
        raise SigningUnavailable from error

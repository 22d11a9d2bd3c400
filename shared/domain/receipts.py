"""Signed statements about what became of a request, and where they are kept for good.

A receipt is a JWS (RFC 7515, compact) signed by ES256; the name of its key is the key's thumbprint
(RFC 7638), so that nobody has to be trusted to name it.
"""

import base64
import contextlib
import hashlib
import json
from dataclasses import dataclass
from typing import Protocol

from shared.domain.errors import AlreadyRecorded
from shared.domain.ports import Entry, JsonObject, Register

RECEIPT, JOURNAL = "receipt.jws", "journal.ndjson"
"""What evidence has of each request."""
ALGORITHM = "ES256"
TYPE = "privacy-receipt+jwt"
KEYS_OWNER = "receipt-keys"


def base64url(data: bytes) -> str:
    """Without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class PublicKey:
    """The public half of a P-256 key; coordinates as base64url of 32 bytes (RFC 7518, section 6.2.1)."""

    x: str
    y: str

    @property
    def kid(self) -> str:
        """The key's thumbprint (RFC 7638, section 3)."""
        members = _compact({"crv": "P-256", "kty": "EC", "x": self.x, "y": self.y})
        return base64url(hashlib.sha256(members).digest())

    def jwk(self) -> dict[str, str]:
        """The key as it is published."""
        use = {"kid": self.kid, "use": "sig", "alg": ALGORITHM}
        return {"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y, **use}


class SigningKey(Protocol):
    """The key that signs from now on. Every method raises `SigningUnavailable`."""

    async def public(self) -> PublicKey:
        """Its public half."""

    async def signature(self, data: bytes) -> bytes:
        """ES256 over `data`: r and s, 32 bytes each (RFC 7518, section 3.4)."""


class ReceiptSigner(Protocol):
    """Makes receipts."""

    async def sign(self, claims: JsonObject) -> str:
        """The signed claims. Raises `SigningUnavailable`, `StorageUnavailable`."""

    async def public_keys(self) -> JsonObject:
        """Every key that ever signed, as a JWK set (RFC 7517). Raises `StorageUnavailable`."""


class Evidence(Protocol):
    """What is written once and never changed."""

    async def keep(self, folder: str, name: str, data: bytes) -> bytes:
        """What stands under this name from now on: `data`, or what was there before.

        The folder of a request is its id. Raises `StorageUnavailable`.
        """


@dataclass(frozen=True)
class KnownKeys:
    """Every key that ever signed, by its public half: an entry each, never removed."""

    register: Register

    async def remember(self, key: PublicKey) -> None:
        """From here on the key is known. Raises `StorageUnavailable`."""
        with contextlib.suppress(AlreadyRecorded):
            await self.register.insert(KEYS_OWNER, key.kid, {"x": key.x, "y": key.y})

    async def all(self) -> tuple[PublicKey, ...]:
        """In the order of their names. Raises `StorageUnavailable`."""
        return tuple(map(_key, await self.register.beginning_with(KEYS_OWNER, "")))


def _key(entry: Entry) -> PublicKey:
    return PublicKey(entry.value["x"], entry.value["y"])


def signing_input(key: PublicKey, claims: JsonObject) -> str:
    """What is signed: header and claims (RFC 7515, section 5.1)."""
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    return f"{base64url(_compact(header))}.{base64url(_compact(claims))}"


def claims_in(receipt: str) -> JsonObject:
    """What a receipt of our own says; its signature is not looked at."""
    payload = receipt.split(".")[1]
    claims: JsonObject = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _compact(value: JsonObject) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

"""Names that only we can derive: HMAC-SHA-256 under the deployment's key."""

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True)
class KeyedHash:
    """Derives identifiers from personal or secret text, so that the text need not be stored."""

    key: bytes = field(repr=False)

    def digest(self, purpose: str, *parts: str) -> bytes:
        """32 bytes for these parts, in this order, for this purpose alone."""
        framed = b"".join(len(part).to_bytes(8, "big") + part for part in map(str.encode, (purpose, *parts)))
        return hmac.new(self.key, framed, hashlib.sha256).digest()

    def hex(self, purpose: str, *parts: str) -> str:
        """The digest as 64 lower-case hexadecimal digits."""
        return self.digest(purpose, *parts).hex()

    def request_id(self, caller: str, idempotency_key: str) -> str:
        """A UUIDv4-shaped id: the same for the same caller and key, unguessable to others."""
        return str(self.uuid("request-id", caller, idempotency_key))

    def uuid(self, purpose: str, *parts: str) -> uuid.UUID:
        """A UUIDv4-shaped id, the same for the same parts."""
        return uuid.UUID(bytes=self.digest(purpose, *parts)[:16], version=4)

    def ticket(self, request_id: str, *occasion: str) -> str:
        """43 characters of URL-safe base64 for 256 bits that only we can derive.

        The same for the same request and occasion, so that an answer that was lost costs nothing; without
        one it is the ticket that was given when the request was accepted.
        """
        return base64.urlsafe_b64encode(self.digest("ticket", request_id, *occasion)).rstrip(b"=").decode()

    def account(self, tenant: str, object_id: str) -> str:
        """The register's owner for an account."""
        return self.hex("account", tenant, object_id)

    @property
    def fingerprint(self) -> str:
        """Tells keys apart without telling anything of them."""
        return self.hex("fingerprint")


def ticket_digest(ticket: str) -> str:
    """What is stored of a ticket: its SHA-256 (the ticket itself has 256 bits)."""
    return hashlib.sha256(ticket.encode()).hexdigest()

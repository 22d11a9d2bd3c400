"""Signing keys: each is made when first needed, and published until it is dropped."""

import json
import uuid
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.algorithms import RSAAlgorithm

from local.graph.directory import Json


@dataclass(frozen=True)
class SigningKey:
    """An RSA key and the name it is published under."""

    key_id: str
    private: rsa.RSAPrivateKey

    @classmethod
    def made(cls) -> "SigningKey":
        """A new one."""
        return cls(uuid.uuid4().hex, rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def signature(self, data: bytes) -> bytes:
        """RS256 (RFC 7518, 3.3)."""
        return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def public(self) -> Json:
        """The public half as a JSON Web Key, without `alg` as Microsoft publishes them."""
        key = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        return {"kid": self.key_id, "use": "sig", **{name: key[name] for name in ("kty", "n", "e")}}

    def public_pem(self) -> bytes:
        """The public half as a text."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form)


class KeyRing:
    """Signs with the newest key; the one before it stays published unless it was dropped."""

    def __init__(self, *beside: SigningKey) -> None:
        self._beside = beside
        self._made: dict[int, SigningKey] = {}
        self._newest = 0
        self._oldest_shown = 0

    @property
    def current(self) -> SigningKey:
        """The key that signs."""
        return self._key(self._newest)

    @property
    def previous(self) -> SigningKey | None:
        """The key that signed before, dropped or not; None where there was none."""
        return self._key(self._newest - 1) if self._newest else None

    def rotate(self, *, drop_old: bool) -> None:
        """Another key signs from now on."""
        self._newest += 1
        self._oldest_shown = self._newest if drop_old else self._newest - 1

    def published(self) -> Json:
        """A JSON Web Key Set (RFC 7517)."""
        shown = [self._key(number) for number in range(self._oldest_shown, self._newest + 1)]
        return {"keys": [key.public() for key in (*self._beside, *shown)]}

    def _key(self, number: int) -> SigningKey:
        if number not in self._made:
            self._made[number] = SigningKey.made()
        return self._made[number]

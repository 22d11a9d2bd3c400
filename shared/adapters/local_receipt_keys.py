"""A key for receipts that settings bring along: for one machine, and where there is no Key Vault."""

import base64

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from shared.domain.receipts import PublicKey, base64url

COORDINATE = 32
"""Bytes of a number of P-256."""


class LocalReceiptKey:
    """Implements `shared.domain.receipts.SigningKey`."""

    def __init__(self, private: EllipticCurvePrivateKey) -> None:
        self._private = private

    async def public(self) -> PublicKey:
        """See `SigningKey.public`."""
        numbers = self._private.public_key().public_numbers()
        return public_key(numbers.x.to_bytes(COORDINATE), numbers.y.to_bytes(COORDINATE))

    async def signature(self, data: bytes) -> bytes:
        """See `SigningKey.signature`."""
        return raw_signature(self._private.sign(data, ECDSA(hashes.SHA256())))


def raw_signature(der: bytes) -> bytes:
    """The two numbers, leading zeros included, of a signature in DER."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(COORDINATE) + s.to_bytes(COORDINATE)


def public_key(x: bytes, y: bytes) -> PublicKey:
    """From coordinates whose leading zeros may be missing."""
    return PublicKey(*(base64url(int.from_bytes(one).to_bytes(COORDINATE)) for one in (x, y)))


def read_private_key(text: str) -> EllipticCurvePrivateKey:
    """A P-256 key: PEM, its lines parted by newlines or by the two characters \\n, or base64 of that PEM.

    Raises `ValueError`, which never holds the text.
    """
    try:
        key = serialization.load_pem_private_key(_pem(text.strip()), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("not a private key") from None
    match key:
        case EllipticCurvePrivateKey(curve=SECP256R1()):
            return key
    raise ValueError("not a key of P-256")


def _pem(text: str) -> bytes:
    if text.startswith("-----BEGIN"):
        return text.replace("\\n", "\n").encode()
    return base64.b64decode(text, validate=True)

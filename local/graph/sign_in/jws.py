"""JSON Web Tokens in compact form (RFC 7515), those of an attacker included."""

import base64
import hashlib
import hmac
import json

from local.graph.directory import Json
from local.graph.sign_in.keys import SigningKey


def compact(claims: Json, key: SigningKey, header: Json | None = None) -> str:
    """The signed token; `header` is laid over the usual one, and what it says of `alg` is done."""
    whole = laid_over({"typ": "JWT", "alg": "RS256", "kid": key.key_id}, header or {})
    signed = f"{_part(whole)}.{_part(claims)}"
    return f"{signed}.{base64url(_signature(str(whole.get('alg')), signed.encode(), key))}"


def laid_over(usual: Json, changes: Json) -> Json:
    """`usual` with `changes`, of which null removes."""
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def base64url(data: bytes) -> str:
    """Without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(value: Json) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def _signature(algorithm: str, data: bytes, key: SigningKey) -> bytes:
    if algorithm.lower() == "none":
        return b""
    if algorithm == "HS256":
        # The known confusion: the public key, which everybody has, taken for a shared secret.
        return hmac.digest(key.public_pem(), data, hashlib.sha256)
    return key.signature(data)

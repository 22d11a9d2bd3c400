"""A receipt, verified: a JWS in compact form, signed with ES256 by a key that the app publishes.

Source: docs/receipts.md.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import jwt

from operate.answers import Json
from operate.exits import Exit, Failed

TYPE = "privacy-receipt+jwt"
LARGEST = 32_768
"""Characters; the contract's limit."""
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Verified:
    """What a receipt says, and the thumbprint of the key that signed it."""

    claims: Json
    kid: str


def verified(receipt: str, keys: Json) -> Verified:
    """Raises `Failed`."""
    kid = _kid(receipt)
    try:
        jwt.PyJWS().decode(receipt, jwt.PyJWK(_key(keys, kid), "ES256"), ["ES256"])
    except (jwt.PyJWTError, ValueError, TypeError, LookupError):
        raise Failed(Exit.NOT_VERIFIED, "NOT verified: the signature is not of this text and key.") from None
    return Verified(_read(receipt.split(".")[1]), kid)


def _kid(receipt: str) -> str:
    """Of a text that has a receipt's form; what its signature is worth comes later."""
    if not _FORM.fullmatch(receipt):
        raise _no_receipt()
    header = _read(receipt.partition(".")[0])
    if header.get("typ") != TYPE or not isinstance(header.get("kid"), str):
        raise _no_receipt()
    return str(header["kid"])


def _read(part: str) -> Json:
    try:
        read = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise _no_receipt()
    return read


def _key(keys: Json, kid: str) -> dict[str, object]:
    listed = keys.get("keys")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping) and one.get("kid") == kid:
            return dict(one)
    raise Failed(Exit.NOT_VERIFIED, "NOT verified: the app has never had the key that the receipt names.")


def _no_receipt() -> Failed:
    return Failed(
        Exit.BAD_INPUT, "That is no receipt: a receipt is a JWS in compact form, as docs/receipts.md says."
    )

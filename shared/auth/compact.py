"""The form of a signed token, before anything in it is believed: RFC 7515 (JWS, compact) and RFC 7519 (JWT).

PyJWT reads the token again when it checks the signature; this reading is the stricter one, so that both see
the same: one spelling of the base64, each member name once (RFC 7519, section 4), UTF-8 alone.
"""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from shared.auth.refusal import TokenRefused
from shared.domain.ports import JsonObject, JsonValue

LONGEST = 16 * 1024
"""Characters; tokens of people with many groups stay below, and headers beyond it are refused earlier."""
ALGORITHM = "RS256"
"""All that Microsoft's issuers sign with."""
ID_TYPES = frozenset({None, "jwt"})
ACCESS_TYPES = ID_TYPES | {"at+jwt"}
"""`typ` in lower case, None where it is left out (RFC 9068, section 2.1)."""

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KID = re.compile(r"[A-Za-z0-9._+/=-]{1,128}")
_LEADING_ASTRAY = frozenset({"crit", "jwk", "jku", "x5u", "x5c", "b64"})
"""Members of a header that bring a key along, or change how the rest is read."""


@dataclass(frozen=True)
class Compact:
    """A token taken apart, its signature not yet checked."""

    text: str = field(repr=False)
    kid: str
    type: str | None
    """`typ` in lower case"""
    claims: JsonObject = field(repr=False)


def read_compact(token: str) -> Compact:
    """Take a token apart. Raises `TokenRefused`."""
    if len(token) > LONGEST:
        raise TokenRefused("too_long")
    if not _FORM.fullmatch(token):
        raise TokenRefused("not_a_token")
    header, claims, signature = token.split(".")
    _decoded(signature)
    named = _object(header)
    return Compact(token, _kid(named), _type(named), _object(claims))


def _kid(header: JsonObject) -> str:
    """The name of the key; it chooses among keys that we hold and is never part of a path or an address."""
    if header.get("alg") != ALGORITHM:
        raise TokenRefused("algorithm")
    if not _LEADING_ASTRAY.isdisjoint(header):
        raise TokenRefused("header_member")
    kid = header.get("kid")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise TokenRefused("kid")
    return kid


def _type(header: JsonObject) -> str | None:
    if "typ" not in header:
        return None
    named = header["typ"]
    if not isinstance(named, str):
        raise TokenRefused("type")
    return named.lower()


def _decoded(part: str) -> bytes:
    """The bytes of a part of _FORM, unless another spelling of the same bytes is the right one."""
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise TokenRefused("base64") from error
    if base64.urlsafe_b64encode(data).rstrip(b"=") != part.encode():
        raise TokenRefused("base64")
    return data


def _object(part: str) -> JsonObject:
    try:
        value = json.loads(
            _decoded(part).decode(), object_pairs_hook=_each_once, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise TokenRefused("json") from error
    if not isinstance(value, dict):
        raise TokenRefused("json")
    return value


def _each_once(pairs: Sequence[tuple[str, JsonValue]]) -> JsonObject:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise TokenRefused("member_twice")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise TokenRefused("json")  # NaN and Infinity are Python's, not JSON's (RFC 8259, section 6)

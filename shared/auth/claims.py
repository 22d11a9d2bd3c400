"""Reading claims: one of another type than RFC 7519 or Microsoft's claims references say is refused."""

import re
from datetime import UTC, datetime, timedelta

from shared.auth.refusal import TokenRefused
from shared.domain.ports import JsonObject

LEEWAY = timedelta(seconds=60)
"""How far clocks may be apart."""
LATEST = datetime(9999, 12, 31, tzinfo=UTC) - LEEWAY
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def text(claims: JsonObject, name: str) -> str:
    """A claim that must be there and say something printable. Raises `TokenRefused`."""
    value = claims.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise TokenRefused(f"claim_{name}")
    return value


def optional_text(claims: JsonObject, name: str) -> str | None:
    """A claim that may be left out, and else must say something printable. Raises `TokenRefused`."""
    return text(claims, name) if name in claims else None


def words(claims: JsonObject, name: str) -> frozenset[str]:
    """A list of texts, none where it is left out. Raises `TokenRefused`."""
    value = claims.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TokenRefused(f"claim_{name}")
    return frozenset(map(str, value))


def as_guid(value: str) -> str | None:
    """The GUID in lower case, None for any other text."""
    lowered = value.lower()
    return lowered if _GUID.fullmatch(lowered) else None


def guid(claims: JsonObject, name: str) -> str:
    """A claim that must be a GUID, in lower case. Raises `TokenRefused`."""
    found = as_guid(text(claims, name))
    if found is None:
        raise TokenRefused(f"claim_{name}")
    return found


def moment(claims: JsonObject, name: str) -> datetime:
    """A NumericDate in whole seconds, as Microsoft writes it. Raises `TokenRefused`."""
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LATEST.timestamp():
        raise TokenRefused(f"claim_{name}")
    return datetime.fromtimestamp(value, UTC)


def optional_moment(claims: JsonObject, name: str) -> datetime | None:
    """A NumericDate that may be left out. Raises `TokenRefused`."""
    return moment(claims, name) if name in claims else None

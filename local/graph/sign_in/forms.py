"""Forms as they come in."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

Form = Mapping[str, str]


async def form_of(request: Request) -> dict[str, str]:
    """The body's fields, with an app's credentials from the header if they are there (RFC 6749, 2.3.1)."""
    body = (await request.body()).decode(errors="replace")
    return {**dict(parse_qsl(body, keep_blank_values=True)), **_credentials(request)}


def _credentials(request: Request) -> dict[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote_plus(name), "client_secret": unquote_plus(secret)}

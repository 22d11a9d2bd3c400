"""Lists cut into pages: opaque tokens, and next links on the host that was asked."""

import hashlib
import json
from dataclasses import dataclass
from urllib.parse import quote

from local.graph.answers import bad_query, expired_page
from local.graph.call import Call

_CHECK = 8


@dataclass(frozen=True)
class Place:
    """Where a page begins: its number from 1, and the key of the last item before it.

    A key, not an offset: what comes or goes meanwhile moves no other item to another page.
    """

    page: int = 1
    after: str | None = None


def page_size(call: Call, default: int, largest: int) -> int:
    """What `$top` asks for. Raises `GraphError` (400)."""
    top = call.options.get("$top", str(default))
    if not (top.isascii() and top.isdecimal() and 1 <= int(top[:9]) <= largest):
        raise bad_query("Invalid page size specified.")
    return int(top)


def place(call: Call) -> Place:
    """Where the page asked for begins. Raises `GraphError` (400) for a token not of this query."""
    token = call.options.get("$skiptoken")
    if token is None:
        return Place()
    try:
        raw = bytes.fromhex(token)
    except ValueError:
        raw = b""
    if raw[:_CHECK] != _check(call, raw[_CHECK:]):
        raise expired_page()
    page, after = json.loads(raw[_CHECK:])
    return Place(page, after)


def next_link(call: Call, path: str, following: Place) -> str:
    """The address of the next page: the same query with another token."""
    text = json.dumps([following.page, following.after]).encode()
    options = {**call.options, "$skiptoken": (_check(call, text) + text).hex()}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
    return f"{call.root}/{path}?{query}"


def _check(call: Call, text: bytes) -> bytes:
    query = [(name, value) for name, value in sorted(call.options.items()) if name != "$skiptoken"]
    return hashlib.sha256(json.dumps([call.tenant.name, query]).encode() + text).digest()[:_CHECK]

"""Lists and results beside the app: written to, and read from, an address that the app gave for it.

The address opens what it leads to, so it stands in no message.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import httpx

from operate.address import HERE
from operate.answers import ANOTHER_APP, BlobLink
from operate.exits import Exit, Failed
from operate.retrying import Retrying

BLOCK = 4 * 1024 * 1024
"""Bytes that are sent at a time."""
PIECE = 64 * 1024
REFUSED = "Storage does not take the list ({status}): its network rules, or the address has expired."
NO_RESULT = "The result cannot be read from storage ({status}); its network rules, or run it again."
AWAY = "Storage cannot be reached; run the same command again."
CHANGED = "The list has changed since it was checked; nothing was handed in. Run it again."


@dataclass(frozen=True)
class Storage:
    """Speaks with the blob service; nobody signs in there."""

    http: httpx.Client
    retrying: Retrying

    def write(self, link: BlobLink, path: Path, sha256: str, tell: Callable[[int], None]) -> None:
        """The file, block by block; `tell` hears of the bytes so far. Raises `Failed`."""
        address, digest, names, sent = _checked(link), hashlib.sha256(), list[str](), 0
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                names.append(base64.b64encode(f"{len(names):08}".encode()).decode())
                self._put(address, {"comp": "block", "blockid": names[-1]}, block)
                tell(sent := sent + len(block))
        if digest.hexdigest() != sha256:
            raise Failed(Exit.BAD_INPUT, CHANGED)
        listed = "".join(f"<Latest>{escape(name)}</Latest>" for name in names)
        self._put(address, {"comp": "blocklist"}, f"<BlockList>{listed}</BlockList>".encode())

    def read(self, link: BlobLink) -> Iterator[bytes]:
        """The blob, piece by piece. Raises `Failed`."""
        try:
            with self.http.stream("GET", _checked(link)) as response:
                if not response.is_success:
                    raise Failed(Exit.UNREACHABLE, NO_RESULT.format(status=response.status_code))
                yield from response.iter_bytes(PIECE)
        except httpx.HTTPError:
            raise Failed(Exit.UNREACHABLE, AWAY) from None

    def _put(self, address: httpx.URL, query: dict[str, str], content: bytes) -> None:
        request = self.http.build_request("PUT", address.copy_merge_params(query), content=content)
        response = self.retrying(lambda: self._sent(request))
        if not response.is_success:
            raise Failed(Exit.UNREACHABLE, REFUSED.format(status=response.status_code))

    def _sent(self, request: httpx.Request) -> httpx.Response:
        try:
            return self.http.send(request)
        except httpx.HTTPError:
            raise Failed(Exit.UNREACHABLE, AWAY) from None


def _checked(link: BlobLink) -> httpx.URL:
    """Raises `Failed` for an address that whoever is on the way could read along."""
    parts = urlsplit(link.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise Failed(Exit.WRONG_ADDRESS, ANOTHER_APP)
    return httpx.URL(link.url)

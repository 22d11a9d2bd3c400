"""Graph v1.0 as an administrator calls it: reads, and writes that a dry run only shows."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlsplit

from tenant_setup.failure import SetupFailed

Json = Mapping[str, object]
SECONDS = 30
TRIES, PAUSE, LONGEST_PAUSE = 6, 2, 60
"""Of a call that Graph puts off, or whose object it does not know yet: new ones take a while."""
AGAIN = frozenset({404, 429, 503})
NOT_YET = (b"does not reference a valid application object", b"Not a valid reference update")
"""How Graph speaks, with 400, of what was made a moment ago."""
MOST_PAGES = 100
NEW = "(new)"
"""Stands for an id that only a real run learns."""


@dataclass(frozen=True)
class Graph:
    """One tenant's. `needs` of a call is the role that whoever signs in must have for it."""

    url: str
    token: str = field(repr=False)
    dry: bool = False

    def read(self, path: str, needs: str) -> Json:
        """One object. Raises `SetupFailed`."""
        return self._answer("GET", f"{self.url}/v1.0/{path}", None, needs)

    def listed(self, path: str, needs: str) -> Iterator[Json]:
        """A list, page by page. Raises `SetupFailed`."""
        link: object = f"{self.url}/v1.0/{path}"
        for _ in range(MOST_PAGES):
            page = self._answer("GET", self._own(str(link)), None, needs)
            yield from objects(page.get("value"))
            if not (link := page.get("@odata.nextLink")):
                return
        raise SetupFailed("Graph's list does not end")

    def write(self, method: Literal["POST", "PATCH", "DELETE"], path: str, body: Json, needs: str) -> Json:
        """What was made; in a dry run the call is shown and ids are `NEW`. Raises `SetupFailed`."""
        print("would send:" if self.dry else "sends:", method, f"/{path}", json.dumps(body) if body else "")
        if self.dry:
            return {"id": NEW, "appId": NEW}
        return self._answer(method, f"{self.url}/v1.0/{path}", body, needs)

    def _own(self, link: str) -> str:
        if urlsplit(link)[:2] != urlsplit(self.url)[:2]:
            raise SetupFailed("Graph's list goes on elsewhere")
        return link

    def _answer(self, method: str, url: str, body: Json | None, needs: str) -> Json:
        for tried in range(1, TRIES + 1):
            try:
                return self._sent(method, url, body)
            except _Refused as refused:
                if not refused.passes or tried == TRIES:
                    raise SetupFailed(refused.told(needs)) from None
                time.sleep(refused.pause(tried))
            except OSError as error:
                raise SetupFailed(f"Graph cannot be reached: {type(error).__name__}") from None
        raise AssertionError("unreachable: the last try answers or raises")

    def _sent(self, method: str, url: str, body: Json | None) -> Json:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - https, or a simulator's
        try:
            with _OPENER.open(request, timeout=SECONDS) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise _Refused(error.code, error.read(), error.headers.get("Retry-After", "")) from None
        told = json.loads(text) if text else {}
        return told if isinstance(told, dict) else {}


class _Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: bytes, retry_after: str) -> None:
        super().__init__(status)
        self._status = status
        self._body = body
        self._retry_after = retry_after

    @property
    def passes(self) -> bool:
        """Whether another try may be answered otherwise, and this one had no effect."""
        return self._status in AGAIN or (self._status == 400 and any(one in self._body for one in NOT_YET))

    def pause(self, tried: int) -> float:
        """Seconds before that try."""
        asked = int(self._retry_after) if self._retry_after.isdecimal() else PAUSE * 2 ** (tried - 1)
        return min(asked, LONGEST_PAUSE)

    def told(self, needs: str) -> str:
        """What to do about it."""
        if self._status == 401:
            return "Graph does not take the sign-in: az login again, and az cloud set for another cloud"
        if self._status == 403:
            return f"you may not do this: it takes the role {needs}"
        try:
            code, message = (json.loads(self._body)["error"][name] for name in ("code", "message"))
        except (ValueError, LookupError, TypeError):
            return f"Graph answered {self._status}"
        return f"Graph answered {self._status} {code}: {message}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token along."""

    def redirect_request(self, *_: object) -> None:
        """None: it is an error like any other."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def equals(name: str, value: str) -> str:
    """The query of a filter, quoted."""
    doubled = value.replace("'", "''")
    condition = f"{name} eq '{doubled}'"
    return f"$filter={quote(condition)}"


def objects(value: object) -> Sequence[Json]:
    """The objects of a list; none of what is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

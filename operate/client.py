"""The app over HTTP."""

import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from operate.answers import Json
from operate.causes import causes
from operate.exits import Exit, Failed
from operate.refusals import APP_FAILED, NOT_THE_APP, refusal
from operate.retrying import Retrying

TIMEOUT = httpx.Timeout(60, connect=10)
"""Seconds; a search waits for the slowest tenant, 30 s at most."""
LARGEST = 50_000_000
"""Bytes of one answer; a page of 200 requests has some 100 kB, a journal of years less than 1 MB."""

UNTRUSTED = (
    "The connection cannot be trusted: the certificate does not fit the address, has expired, "
    "or is signed by nobody this machine knows."
)
NOT_REACHED = "The app cannot be reached. Are name, network and proxy right?"
TOO_SLOW = "The app did not answer in time; `show` tells what came of it."
CUT_SHORT = "Interrupted while the app was asked; `show` tells what came of it."
BROKEN_OFF = "The connection broke off; `show` tells what came of it."


@dataclass(frozen=True)
class Client:
    """Calls the app at `address` as whoever `token` says; both may raise `Failed`, as every method does."""

    http: httpx.Client
    address: Callable[[], str]
    token: Callable[[], str]
    retrying: Retrying

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """What is there."""
        return self._answer(self._signed(self._request("GET", path, query)))

    def post(
        self,
        path: str,
        body: Json,
        patience: httpx.Timeout = TIMEOUT,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """What came of it."""
        request = self._signed(self._request("POST", path, body=body, patience=patience))
        request.headers.update(headers or {})
        try:
            return self._answer(request)
        except KeyboardInterrupt:
            raise Failed(Exit.INTERRUPTED, CUT_SHORT) from None

    def get_open(self, path: str) -> Json:
        """What everybody may read; nobody signs in for it."""
        return self._answer(self._request("GET", path))

    def look(self, path: str) -> Json:
        """What everybody may read, asked for once; also where it comes with 503, as health's bad news do."""
        response = self._sent(self._request("GET", path))
        if response.status_code not in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}:
            raise refusal(response)
        if response.status_code != HTTPStatus.OK and not _is_json(response):
            raise Failed(Exit.APP_FAILED, APP_FAILED.format(status=response.status_code))
        return _body(response)

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        patience: httpx.Timeout = TIMEOUT,
    ) -> httpx.Request:
        address = f"{self.address()}{path}"
        return self.http.build_request(method, address, params=query, json=body, timeout=patience)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        request.headers["authorization"] = f"Bearer {self.token()}"
        return request

    def _answer(self, request: httpx.Request) -> Json:
        response = self.retrying(lambda: self._sent(request))
        if not response.is_success:
            raise refusal(response)
        return _body(response)

    def _sent(self, request: httpx.Request) -> httpx.Response:
        try:
            with closing(self.http.send(request, stream=True)) as response:
                return _whole(response)
        except httpx.HTTPError as error:
            raise _no_answer(error) from None


def _whole(response: httpx.Response) -> httpx.Response:
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        if (size := size + len(part)) > LARGEST:
            raise Failed(Exit.WRONG_ADDRESS, NOT_THE_APP)
    headers = {name: value for name, value in response.headers.items() if name != "content-encoding"}
    return httpx.Response(response.status_code, headers=headers, content=b"".join(parts))


def _is_json(response: httpx.Response) -> bool:
    return str(response.headers.get("content-type", "")).startswith("application/json")


def _body(response: httpx.Response) -> Json:
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Failed(Exit.WRONG_ADDRESS, NOT_THE_APP)
    return body


def _no_answer(error: httpx.HTTPError) -> Failed:
    if any(isinstance(cause, ssl.SSLError) for cause in causes(error)):
        return Failed(Exit.TLS, UNTRUSTED)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Failed(Exit.UNREACHABLE, NOT_REACHED)
    return Failed(Exit.UNREACHABLE, TOO_SLOW if isinstance(error, httpx.TimeoutException) else BROKEN_OFF)

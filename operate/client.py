"""The app over HTTP."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import httpx

from operate.answers import Json
from operate.exits import Exit, Failed
from operate.refusals import NOT_THE_APP, refusal
from operate.retrying import Retrying

TIMEOUT = httpx.Timeout(60, connect=10)
"""Seconds; a search waits for the slowest tenant, 30 s at most."""
LARGEST = 50_000_000
"""Bytes of one answer; a page of 200 requests has some 100 kB, a journal of years less than 1 MB."""


@dataclass(frozen=True)
class Client:
    """Calls the app at `http`'s address as whoever `token` says. Every method raises `Failed`."""

    http: httpx.Client
    token: Callable[[], str]
    retrying: Retrying

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """What is there."""
        return self._answer("GET", path, params=query, headers=self._signed())

    def post(self, path: str, body: Json) -> Json:
        """What came of it."""
        return self._answer("POST", path, json=body, headers=self._signed())

    def get_open(self, path: str) -> Json:
        """What everybody may read; nobody signs in for it."""
        return self._answer("GET", path)

    def _signed(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.token()}"}

    def _answer(self, method: str, path: str, **given: object) -> Json:
        request = self.http.build_request(method, path, **given)  # type: ignore[arg-type] # as build_request has it
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


def _body(response: httpx.Response) -> Json:
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Failed(Exit.WRONG_ADDRESS, NOT_THE_APP)
    return body


def _no_answer(error: httpx.HTTPError) -> Failed:
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return Failed(
            Exit.TLS,
            "The connection cannot be trusted: the certificate does not fit the address, has expired, "
            "or is signed by nobody this machine knows.",
        )
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
        return Failed(Exit.UNREACHABLE, "The app did not answer in time; `show` tells what came of it.")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Failed(Exit.UNREACHABLE, "The app cannot be reached. Are name, network and proxy right?")
    return Failed(Exit.UNREACHABLE, "The connection broke off; `show` tells what came of it.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__

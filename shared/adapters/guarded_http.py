"""Calls to addresses that are not ours, which can be led nowhere else (server-side request forgery).

A host must be on a list, and every address that its name has must be public (`guarded_network`). Redirects
are not followed. Rules: OWASP, "Server Side Request Forgery Prevention Cheat Sheet".
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from shared.adapters.guarded_network import GuardedNetwork
from shared.domain.errors import AddressRefused, OutsideUnavailable
from shared.domain.ports import JsonObject

_FOREIGN_ERRORS = (
    httpx.HTTPError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    OSError,  # TimeoutError and ssl.SSLError among them
)


@dataclass(frozen=True)
class HttpLimits:
    """What one call may take: bytes of its answer, time, and time for one of several addresses to connect.

    Not more than `at_once` calls are under way; others wait, within their time.
    """

    body: int = 256 * 1024
    duration: timedelta = timedelta(seconds=5)
    connect: timedelta = timedelta(seconds=2)
    at_once: int = 10


DEFAULT_LIMITS = HttpLimits()


@dataclass(frozen=True)
class OutsideResponse:
    """An answer as it came: names of headers in lower case, the body whole."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class _Ask:
    method: str
    url: str
    headers: Mapping[str, str] | None = field(repr=False)
    content: bytes | None = field(repr=False)


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """Lets through https requests to the allowed hosts, by a guarded network, without proxies."""

    def __init__(self, allowed_hosts: frozenset[str], network: httpcore.AsyncNetworkBackend) -> None:
        self._allowed = allowed_hosts
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=None,  # waiting requests that are cancelled would take up connections for ever
            keepalive_expiry=5,
            network_backend=network,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its body unread. Raises `AddressRefused`, and httpcore's errors."""
        url = request.url
        self._check(url)
        if not isinstance(request.stream, httpx.AsyncByteStream):
            raise TypeError("a body must be bytes or an asynchronous stream")
        address = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        response = await self._pool.handle_async_request(
            httpcore.Request(request.method, address, headers=request.headers.raw, content=request.stream)
        )
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    def _check(self, url: httpx.URL) -> None:
        harmless = url.scheme == "https" and not url.userinfo and 0 < (url.port or 443) < 65536
        if not harmless or url.raw_host.decode("ascii") not in self._allowed:
            raise AddressRefused


class GuardedHttp:
    """The one client, per process, of addresses that are not ours; made on the running loop at first use.

    `allowed_hosts` are names in lower case, without a port: a host may be called on any.
    """

    def __init__(
        self,
        allowed_hosts: frozenset[str],
        limits: HttpLimits = DEFAULT_LIMITS,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowed = allowed_hosts
        self._limits = limits
        self._network = network or GuardedNetwork(limits.connect)
        self._places = asyncio.Semaphore(limits.at_once)
        self._client: httpx.AsyncClient | None = None

    async def get_json(self, url: str) -> JsonObject:
        """The JSON object at `url`, which must answer 200. Raises `AddressRefused`, `OutsideUnavailable`."""
        response = await self.request("GET", url, headers={"Accept": "application/json"})
        if response.status != 200:
            raise OutsideUnavailable
        return _json_object(response.body)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> OutsideResponse:
        """The answer to one request, whatever its status says, redirects apart; nothing is repeated.

        Raises `AddressRefused`, `OutsideUnavailable`.
        """
        async with self._answered(_Ask(method, url, headers, content)) as response:
            return await self._read(response)

    async def post(self, url: str, *, headers: Mapping[str, str], content: bytes) -> OutsideResponse:
        """What one POST is answered, redirects too, without the body, which is not read.

        Raises `AddressRefused`, `OutsideUnavailable`.
        """
        async with self._answered(_Ask("POST", url, headers, content)) as response:
            return OutsideResponse(response.status_code, dict(response.headers), b"")

    @asynccontextmanager
    async def _answered(self, ask: _Ask) -> AsyncIterator[httpx.Response]:
        address = _parsed(ask.url)
        with _translated():
            async with (
                asyncio.timeout(self._limits.duration.total_seconds()),
                self._places,
                self._opened().stream(
                    ask.method, address, headers=ask.headers, content=ask.content
                ) as response,
            ):
                yield response

    async def aclose(self) -> None:
        """Close all connections; a later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=GuardedTransport(self._allowed, self._network),
                headers={"User-Agent": "b2c-privacy-requests", "Accept-Encoding": "identity"},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # one host's must not stay
                follow_redirects=False,
                trust_env=False,
            )
        return self._client

    async def _read(self, response: httpx.Response) -> OutsideResponse:
        status = response.status_code
        # A body packed by a factor of 1,000 is refused unopened: we asked for a plain one.
        packed = response.headers.get("content-encoding", "identity") != "identity"
        if not (200 <= status < 300 or status >= 400) or packed:
            raise OutsideUnavailable
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._limits.body:
                raise OutsideUnavailable
        return OutsideResponse(status, dict(response.headers), bytes(body))


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressRefused from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _FOREIGN_ERRORS as error:
        raise OutsideUnavailable from error


def _json_object(body: bytes) -> JsonObject:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise OutsideUnavailable from error
    if not isinstance(value, dict):
        raise OutsideUnavailable
    return value

"""Calls to addresses that are not ours, which can be led nowhere else (server-side request forgery).

A host must be on a list, and every address that its name has must be public; the connection goes to the very
address that was checked, so that a name which changes its address meanwhile (DNS rebinding) gains nothing.
Redirects are not followed. Rules: OWASP, "Server Side Request Forgery Prevention Cheat Sheet"; IANA's
registries of special-purpose addresses (RFC 6890), as `ipaddress` has them.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpcore
import httpx

from shared.domain.errors import AddressRefused, OutsideUnavailable
from shared.domain.ports import JsonObject

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses that a host's name has. Raises `OSError` or `UnicodeError`."""

_NOT_PUBLIC_4 = (
    IPv4Network("168.63.129.16/32"),  # Azure's wire server, of public look (its page is named by the address)
    IPv4Network("169.254.0.0/16"),  # link-local, with the metadata service at 169.254.169.254
    IPv4Network("100.64.0.0/10"),  # shared by a carrier's customers (RFC 6598)
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890); parts count as global
    IPv4Network("192.88.99.0/24"),  # relays from 6to4 (RFC 7526)
)
_NOT_PUBLIC_6 = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address inside (RFC 3056, RFC 7526)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637); Python learnt of it late
)
_UNICAST_6 = IPv6Network("2000::/3")
"""The only part of IPv6 that is given out to the public (RFC 4291, IANA)."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""The last four bytes are the IPv4 address that a gateway will call (RFC 6052)."""
_LOOPBACK_6 = IPv6Address("::1")

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


def is_public(address: Address) -> bool:
    """Whether anyone on the internet may have this address, and no gateway leads from it to another."""
    if isinstance(address, IPv6Address):
        inner = _ipv4_inside(address)
        if inner is None:
            return _within_public_6(address)
        address = inner
    special = address.is_multicast or address.is_reserved or any(address in one for one in _NOT_PUBLIC_4)
    return address.is_global and not special


def _within_public_6(address: IPv6Address) -> bool:
    return (
        address in _UNICAST_6
        and address.is_global
        and not any(address in network for network in _NOT_PUBLIC_6)
    )


def _ipv4_inside(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_public(text: str) -> bool:
    address = _address(text)
    return address is not None and is_public(address)


def _is_loopback(text: str) -> bool:
    address = _address(text)
    return address == _LOOPBACK_6 or (isinstance(address, IPv4Address) and address.is_loopback)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver. Raises `OSError`, or `UnicodeError` for a name that cannot be one."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to a host's addresses once all of them are found harmless; TLS still checks the host's name.

    A host that is itself written as loopback leads to loopback, and only there.
    """

    def __init__(
        self, patience: timedelta, ask: Resolve = resolve, network: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._patience = patience.total_seconds()
        self._ask = ask
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the parameters are httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers. Raises `AddressRefused`, and httpcore's errors."""
        patience = min(self._patience, timeout or self._patience)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError()
        for address in await self._checked(host, port):
            try:
                return _BeforeTls(
                    await self._network.connect_tcp(address, port, patience, local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        """Addresses, never names: what is handed on is not resolved again."""
        try:
            addresses = await self._ask(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError from error
        harmless = _is_loopback if host == "localhost" or _is_loopback(host) else _is_public
        if not all(harmless(address) for address in addresses):
            raise AddressRefused
        return addresses


class _BeforeTls(httpcore.AsyncNetworkStream):
    """A connection on which nothing can be said in the clear; closed where TLS does not come about."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the parameters are httpcore's
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:  # httpcore would leave it open where the handshake is cancelled
            await self._stream.aclose()
            raise

    async def aclose(self) -> None:
        await self._stream.aclose()


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
        address = _parsed(url)
        with _translated():
            async with (
                asyncio.timeout(self._limits.duration.total_seconds()),
                self._places,
                self._opened().stream(method, address, headers=headers, content=content) as response,
            ):
                return await self._read(response)

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

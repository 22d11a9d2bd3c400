"""Connections to hosts that are not ours, made to the very address that was checked.

A name that changes its address meanwhile (DNS rebinding) gains nothing.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta

import httpcore

from shared.adapters.public_addresses import text_is_loopback, text_is_public
from shared.domain.errors import AddressRefused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses that a host's name has. Raises `OSError` or `UnicodeError`."""


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
        harmless = text_is_loopback if host == "localhost" or text_is_loopback(host) else text_is_public
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

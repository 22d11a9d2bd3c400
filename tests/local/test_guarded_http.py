"""The guarded client against real servers on loopback, with real TLS and the system's resolver."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from local.graph.certificate import write_certificate
from shared.adapters.guarded_http import GuardedHttp, HttpLimits
from shared.domain.errors import AddressRefused, OutsideUnavailable

Say = Callable[[asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b'Content-Length: 9\r\n\r\n{"a": []}'


@dataclass
class Server:
    """A server that says the same to everyone; notes who asked for what."""

    port: int = 0
    names: list[str | None] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def url(self, host: str = "localhost") -> str:
        return f"https://{host}:{self.port}/keys"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@asynccontextmanager
async def serving(certificate: tuple[Path, Path], say: Say) -> AsyncIterator[Server]:
    """A server on 127.0.0.1 alone."""
    noted = Server()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _socket, name, _context: noted.names.append(name)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            noted.requests.append(await reader.readuntil(b"\r\n\r\n"))
            await say(writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client has gone, as it should
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", ssl=context)
    noted.port = server.sockets[0].getsockname()[1]
    try:
        yield noted
    finally:
        server.close()


def at_once(said: bytes) -> Say:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    return say


def by_and_by(first: bytes, then: bytes, pause: float) -> Say:
    """`first`, and then `then` for ever."""

    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(then)
            await writer.drain()
            await asyncio.sleep(pause)

    return say


@asynccontextmanager
async def client(*hosts: str, limits: HttpLimits | None = None) -> AsyncIterator[GuardedHttp]:
    http = GuardedHttp(frozenset(hosts or {"localhost"}), limits or HttpLimits())
    try:
        yield http
    finally:
        await http.aclose()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_json_comes_over_tls_under_the_host_s_name(certificate: tuple[Path, Path], host: str) -> None:
    async with serving(certificate, at_once(JSON)) as server, client(host) as http:
        assert await http.get_json(server.url(host)) == {"a": []}
    assert server.names == ["localhost" if host == "localhost" else None]
    assert f"\r\nHost: {host}:{server.port}\r\n".encode() in server.requests[0]


async def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: tuple[Path, Path]) -> None:
    async with serving(certificate, at_once(JSON)) as server, client() as http:
        with pytest.raises(OutsideUnavailable):
            await http.get_json(server.url())
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_of_another_host_is_refused(certificate: tuple[Path, Path]) -> None:
    async with serving(certificate, at_once(JSON)) as server, client("127.0.0.1", "::1") as http:
        with pytest.raises(AddressRefused):
            await http.get_json(server.url("localhost"))
        assert await http.get_json(server.url("127.0.0.1")) == {"a": []}
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    other = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.2", ssl=context)
    async with client("127.0.0.2") as http:
        with pytest.raises(OutsideUnavailable):
            await http.get_json(f"https://127.0.0.2:{other.sockets[0].getsockname()[1]}/")
    other.close()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_leads_nowhere(certificate: tuple[Path, Path], status: int) -> None:
    async with serving(certificate, at_once(JSON)) as target:
        moved = f"HTTP/1.1 {status} Moved\r\nLocation: {target.url()}\r\nContent-Length: 0\r\n\r\n".encode()
        async with serving(certificate, at_once(moved)) as server, client() as http:
            with pytest.raises(OutsideUnavailable):
                await http.get_json(server.url())
    assert (len(server.requests), target.requests) == (1, [])


CHUNK = b"1000\r\n" + b" " * 0x1000 + b"\r\n"
SLOW = HttpLimits(duration=timedelta(seconds=0.5))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "say",
    [
        by_and_by(OK + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK, 0),
        by_and_by(OK + b"Content-Length: 99999999999\r\n\r\n", b" " * 10_000, 0),
        by_and_by(OK + b"\r\n", b" " * 10_000, 0),
        by_and_by(OK, b"X-More: and more\r\n" * 100, 0),
        by_and_by(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0),
    ],
    ids=["chunks", "length", "until closed", "headers", "to be continued"],
)
async def test_an_endless_answer_ends_with_the_limit(certificate: tuple[Path, Path], say: Say) -> None:
    async with serving(certificate, say) as server, client(limits=SLOW) as http:
        with pytest.raises(OutsideUnavailable):
            await http.get_json(server.url())


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "say",
    [
        by_and_by(b"", b"", 0.05),
        by_and_by(OK + b"Content-Length: 100\r\n\r\n", b"", 0.05),
        by_and_by(OK + b"Content-Length: 1000000\r\n\r\n", b" ", 0.05),
        by_and_by(OK, b"X: x\r\n", 0.05),
    ],
    ids=["nothing", "no body", "a byte at a time", "a header at a time"],
)
async def test_a_slow_answer_is_given_up_in_time(certificate: tuple[Path, Path], say: Say) -> None:
    async with serving(certificate, say) as server, client(limits=SLOW) as http:
        begun = time.monotonic()
        with pytest.raises(OutsideUnavailable):
            await http.get_json(server.url())
        assert time.monotonic() - begun < 2


async def test_a_server_that_never_shakes_hands_is_given_up_in_time() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the client is gone
        writer.close()
        gone.set()

    gone = asyncio.Event()
    server = await asyncio.start_server(silent, "127.0.0.1")
    async with client(limits=SLOW) as http:
        with pytest.raises(OutsideUnavailable):
            await http.get_json(f"https://localhost:{server.sockets[0].getsockname()[1]}/")
        await asyncio.wait_for(gone.wait(), 1)
    server.close()


async def test_a_port_where_nobody_listens_is_unavailable() -> None:
    async with client() as http:
        with pytest.raises(OutsideUnavailable):
            await http.get_json("https://localhost:1/")


async def test_a_name_that_none_can_be_is_unavailable_to_the_system_too() -> None:
    host = "a" * 80
    async with client(host) as http:
        with pytest.raises(OutsideUnavailable):
            await http.get_json(f"https://{host}/")


@pytest.mark.usefixtures("trusted")
async def test_the_client_works_again_after_what_went_wrong(certificate: tuple[Path, Path]) -> None:
    async with client(limits=SLOW) as http:
        async with serving(certificate, by_and_by(OK, b"", 0.05)) as server:
            calls = [http.get_json(server.url()) for _ in range(30)]  # more than at once
            told = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(one) for one in told} == {OutsideUnavailable}
        async with serving(certificate, at_once(JSON)) as server:
            assert await http.get_json(server.url()) == {"a": []}

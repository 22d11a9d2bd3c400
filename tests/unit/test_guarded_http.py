"""Calls to addresses that are not ours: where they may lead, what they may bring back."""

import asyncio
import gzip
import json
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.guarded_http import DEFAULT_LIMITS, GuardedHttp, HttpLimits
from shared.adapters.guarded_network import GuardedNetwork
from shared.adapters.public_addresses import is_public
from shared.domain.errors import AddressRefused, OutsideUnavailable

HOST = "contoso.b2clogin.com"
URL = f"https://{HOST}/keys"
PUBLIC, PUBLIC_6 = "20.190.151.7", "2603:1006:2000::7"


def answer(body: bytes = b"{}", status: int = 200, *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status} Some", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


@dataclass
class Wire(httpcore.AsyncNetworkStream):
    """A connection that says `pieces` and then nothing; notes what it is told."""

    pieces: list[bytes]
    stalls: bool
    given: int = 0
    closed: bool = False
    told: bytearray = field(default_factory=bytearray)
    names: list[str | None] = field(default_factory=list)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's
        if not self.pieces and self.stalls:
            await asyncio.sleep(60)
        piece = self.pieces.pop(0) if self.pieces else b""
        self.given += len(piece)
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - httpcore's
        self.told += buffer

    async def aclose(self) -> None:
        self.closed = True

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.check_hostname
        assert ssl_context.verify_mode == ssl.CERT_REQUIRED
        self.names.append(server_hostname)
        return self

    def get_extra_info(self, info: str) -> object:  # noqa: ARG002 - httpcore's
        return None


@dataclass
class Net(httpcore.AsyncNetworkBackend):
    """A network of one answer; `addresses` are what names have, one list for each time that is asked."""

    addresses: list[Sequence[str]]
    pieces: tuple[bytes, ...] = (answer(),)
    dead: frozenset[str] = frozenset()
    stalls: bool = False
    asked: list[str] = field(default_factory=list)
    called: list[tuple[str, int]] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)

    async def resolve(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002 - the resolver's parameters
        self.asked.append(host)
        found = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        if not found:
            raise socket.gaierror
        return found

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's
        local_address: str | None = None,  # noqa: ARG002 - httpcore's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - httpcore's
    ) -> httpcore.AsyncNetworkStream:
        self.called.append((host, port))
        if host in self.dead:
            raise httpcore.ConnectTimeout
        self.wires.append(Wire(list(self.pieces), self.stalls))
        return self.wires[-1]

    def guarded(self, limits: HttpLimits) -> GuardedNetwork:
        """This network, guarded."""
        return GuardedNetwork(limits.connect, self.resolve, self)

    def http(self, *hosts: str, limits: HttpLimits = DEFAULT_LIMITS) -> GuardedHttp:
        """A client of this network."""
        return GuardedHttp(frozenset(hosts or {HOST}), limits, self.guarded(limits))


def net(*addresses: str, **more: object) -> Net:
    return Net([addresses or (PUBLIC,)], **more)  # type: ignore[arg-type] # the fields by name


# --- where a call may lead


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, f"64:ff9b::{PUBLIC}", f"::ffff:{PUBLIC}"])
async def test_a_public_address_is_called_by_the_host_s_name(address: str) -> None:
    network = net(address)
    assert await network.http().get_json(URL) == {}
    assert network.called == [(address, 443)]
    assert network.wires[0].names == [HOST]
    assert b"\r\nHost: contoso.b2clogin.com\r\n" in network.wires[0].told


PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "169.254.169.254",
    "169.254.130.5",
    "168.63.129.16",
    "100.64.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::1.2.3.4",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:0a00:1::",
    "2002:a9fe:a9fe::",
    "2002:0808:0808::",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::168.63.129.16",
    "64:ff9b:1::8.8.8.8",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:168.63.129.16",
    "::ffff:100.64.0.1",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_an_address_that_is_not_public_is_never_called(address: str) -> None:
    for addresses in ((address,), (PUBLIC, address), (address, PUBLIC_6)):
        network = net(*addresses)
        with pytest.raises(AddressRefused):
            await network.guarded(DEFAULT_LIMITS).connect_tcp(HOST, 443)
        assert network.called == []


@given(st.ip_addresses())
def test_an_address_inside_another_is_judged_by_itself(address: object) -> None:
    plain = ip_address(str(address))
    if plain.version == 4:
        number = int(plain)
        for base in ("::ffff:0:0", "64:ff9b::"):
            assert is_public(ip_address(int(ip_address(base)) + number)) == is_public(plain)
        assert not is_public(ip_address((0x2002 << 112) + (number << 80)))
    if is_public(plain):
        assert plain.is_global


async def test_a_name_is_asked_for_once_so_that_it_cannot_change_meanwhile() -> None:
    network = Net([(PUBLIC,), ("127.0.0.1",)])
    await network.http().get_json(URL)
    assert (network.asked, network.called) == ([HOST], [(PUBLIC, 443)])


async def test_every_new_connection_is_checked() -> None:
    network = Net([(PUBLIC,), ("169.254.169.254",)])
    http = network.http()
    await http.get_json(URL)
    await http.aclose()
    with pytest.raises(AddressRefused):
        await http.get_json(URL)
    assert network.called == [(PUBLIC, 443)]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
async def test_loopback_is_called_where_it_is_written_as_such(host: str) -> None:
    network = net("127.0.0.1", "::1", dead=frozenset({"127.0.0.1"}))
    await network.http(host.strip("[]")).get_json(f"https://{host}:8443/keys")
    assert network.called == [("127.0.0.1", 8443), ("::1", 8443)]


@pytest.mark.parametrize("address", [PUBLIC, "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])
async def test_a_loopback_name_leads_nowhere_else(address: str) -> None:
    network = net("127.0.0.1", address)
    with pytest.raises(AddressRefused):
        await network.http("localhost").get_json("https://localhost/keys")
    assert network.called == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "localtest.me", "localhost."])
async def test_a_name_that_only_leads_to_loopback_is_not_called(host: str) -> None:
    network = net("127.0.0.1")
    with pytest.raises(AddressRefused):
        await network.http(host).get_json(f"https://{host}/")
    assert network.called == []


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/",
        f"ftp://{HOST}/",
        f"//{HOST}/",
        f"/{HOST}",
        "",
        "https://",
        "https:///keys",
        f"https:{HOST}/",
        f"https://user@{HOST}/",
        f"https://user:secret@{HOST}/",
        f"https://:secret@{HOST}/",
        f"https://{HOST}./",
        f"https://evil.{HOST}/",
        f"https://{HOST}.evil.example/",
        f"https://{HOST}@evil.example/",
        f"https://evil.example/{HOST}",
        f"https://evil.example#@{HOST}/",
        f"https://evil.example\\@{HOST}/",
        f"https://{HOST}\\@evil.example/",
        f"https://{HOST}%2eevil.example/",
        f"https://{HOST}:99999999/",
        f"https://{HOST}:65536/",
        f"https://{HOST}:{'9' * 5000}/",
        f"https://{HOST}:x/",
        f"https://{HOST}\r\nX: y/",
        f"https://{HOST}\0/",
        f"https://{HOST}\t/",
        "https://contos\u043e.b2clogin.com/",
        "https://20.190.151.7/",
        "https://169.254.169.254/metadata/identity",
        "https://[::ffff:169.254.169.254]/",
        "https://0xa9fea9fe/",
        "https://localhost/",
        "file:///etc/passwd",
        "unix:///var/run/docker.sock",
    ],
)
async def test_an_address_of_another_form_or_host_is_refused_unasked(url: str) -> None:
    network = net()
    with pytest.raises(AddressRefused):
        await network.http().get_json(url)
    assert (network.asked, network.called) == ([], [])


@pytest.mark.parametrize(
    "url", [f"HTTPS://{HOST.upper()}/", f"https://{HOST}:443/", f"https://{HOST}:8443/x?y#z"]
)
async def test_an_allowed_host_has_no_case_and_any_port(url: str) -> None:
    assert await net().http().get_json(url) == {}


@given(st.text())
def test_any_text_is_refused_as_an_address(text: str) -> None:
    with pytest.raises(AddressRefused):
        asyncio.run(net().http().get_json(text))


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    network = net()
    await network.http().get_json(URL)
    assert network.called == [(PUBLIC, 443)]


async def test_the_next_address_is_tried_where_one_is_dead() -> None:
    network = net(PUBLIC_6, PUBLIC, dead=frozenset({PUBLIC_6}))
    await network.http().get_json(URL)
    assert network.called == [(PUBLIC_6, 443), (PUBLIC, 443)]


@pytest.mark.parametrize(
    "network", [Net([()]), net(PUBLIC, dead=frozenset({PUBLIC}))], ids=["no name", "dead"]
)
async def test_a_host_that_is_not_there_is_unavailable(network: Net) -> None:
    with pytest.raises(OutsideUnavailable):
        await network.http().get_json(URL)


async def test_a_name_that_none_can_be_is_unavailable() -> None:
    async def no_name(host: str, _port: int) -> Sequence[str]:
        return [host.encode("idna").decode()]

    host = "a" * 80
    network = GuardedNetwork(DEFAULT_LIMITS.connect, no_name, net())
    with pytest.raises(OutsideUnavailable):
        await GuardedHttp(frozenset({host}), network=network).get_json(f"https://{host}/")


# --- what a call may bring back


async def test_json_is_read_in_whatever_pieces_it_comes() -> None:
    whole = answer(b'{"keys": []}')
    pieces = tuple(whole[start : start + 7] for start in range(0, len(whole), 7))
    assert await net(pieces=pieces).http().get_json(URL) == {"keys": []}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"<html>", b"[" * 100_000, b"9" * 5000])
async def test_what_is_not_a_json_object_is_unavailable(body: bytes) -> None:
    with pytest.raises(OutsideUnavailable):
        await net(pieces=(answer(body),)).http().get_json(URL)


@pytest.mark.parametrize("status", [201, 204, 206, 400, 401, 404, 429, 500, 503])
async def test_json_comes_with_200_alone(status: int) -> None:
    with pytest.raises(OutsideUnavailable):
        await net(pieces=(answer(b"{}", status),)).http().get_json(URL)


@pytest.mark.parametrize("status", [101, 300, 301, 302, 303, 304, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    network = net(pieces=(answer(b"", status, f"Location: {URL}2"),))
    with pytest.raises(OutsideUnavailable):
        await network.http().request("GET", URL)
    assert len(network.called) == 1
    assert network.wires[0].told.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "unknown"])
async def test_a_packed_answer_is_refused_unopened(encoding: str) -> None:
    bomb = answer(gzip.compress(b"0" * 10_000_000), 200, f"Content-Encoding: {encoding}")
    with pytest.raises(OutsideUnavailable):
        await net(pieces=(bomb,)).http().request("GET", URL)


async def test_a_plain_answer_is_asked_for() -> None:
    network = net(pieces=(answer(b"{}", 200, "Content-Encoding: identity"),))
    assert await network.http().get_json(URL) == {}
    assert b"\r\nAccept-Encoding: identity\r\n" in network.wires[0].told


LARGE = HttpLimits(body=1000)
CHUNK = b"64\r\n" + b" " * 100 + b"\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def test_a_body_may_be_as_long_as_the_limit() -> None:
    body = b"{" + b" " * 998 + b"}"
    assert await net(pieces=(answer(body),)).http(limits=LARGE).get_json(URL) == {}


@pytest.mark.parametrize(
    "pieces",
    [
        (answer(b" " * 1001),),
        (b"HTTP/1.1 200 OK\r\n\r\n", *[b" " * 100] * 10_000),
        (CHUNKED, *[CHUNK] * 10_000),
        (CHUNKED + CHUNK * 100,),
        (b"HTTP/1.1 500 Error\r\n\r\n", *[b" " * 100] * 10_000),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,),
        (b"HTTP/1.1 200 OK\r\n", *[b"X: x\r\n"] * 100_000),
    ],
    ids=["length", "until closed", "chunks", "chunks at once", "error", "long header", "many headers"],
)
async def test_more_than_the_limit_is_not_read(pieces: tuple[bytes, ...]) -> None:
    network = net(pieces=pieces)
    with pytest.raises(OutsideUnavailable):
        await network.http(limits=LARGE).request("GET", URL)
    assert network.wires[0].given <= max(len(pieces[0]), 200_000)
    assert network.wires[0].closed


@pytest.mark.parametrize(
    "pieces",
    [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",), (b"nonsense\r\n\r\n",), (b"HTTP/1.1 2",)],
)
async def test_an_answer_that_is_cut_or_is_none_is_unavailable(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(OutsideUnavailable):
        await net(pieces=pieces).http().get_json(URL)


@pytest.mark.parametrize(
    "pieces", [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",), (CHUNKED + CHUNK,)]
)
async def test_a_slow_answer_is_given_up(pieces: tuple[bytes, ...]) -> None:
    network = net(pieces=pieces, stalls=True)
    with pytest.raises(OutsideUnavailable):
        await network.http(limits=HttpLimits(duration=timedelta(milliseconds=50))).get_json(URL)


async def test_a_cookie_is_not_kept() -> None:
    network = net(pieces=(answer(b"{}", 200, "Set-Cookie: a=b; Path=/"), answer()))
    http = network.http()
    await http.get_json(URL)
    await http.get_json(URL)
    assert b"cookie" not in b"".join(bytes(wire.told).lower() for wire in network.wires)


async def test_a_connection_is_used_again() -> None:
    network = net(pieces=(answer(), answer()))
    http = network.http()
    await http.get_json(URL)
    await http.get_json(URL)
    assert len(network.called) == 1


# --- any request


async def test_a_request_is_sent_as_it_is_given_and_answered_as_it_comes() -> None:
    network = net(pieces=(answer(b"no", 422, "X-Reason: Why"),))
    headers: Mapping[str, str] = {"Content-Type": "application/json", "Signature": "s"}
    told = await network.http().request("POST", f"{URL}?a=b", headers=headers, content=b'{"a": 1}')
    assert (told.status, told.headers["x-reason"], told.body) == (422, "Why", b"no")
    head, _, body = bytes(network.wires[0].told).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /keys?a=b HTTP/1.1\r\n")
    assert b"\r\nSignature: s" in head
    assert json.loads(body) == {"a": 1}


async def test_a_header_that_is_two_is_not_sent() -> None:
    network = net()
    with pytest.raises(OutsideUnavailable):
        await network.http().request("GET", URL, headers={"X": "a\r\nHost: evil.example"})
    assert network.wires[0].told == b""


async def test_an_answer_does_not_print_what_it_holds() -> None:
    told = await net(pieces=(answer(b"secret", 200, "X-Secret: secret"),)).http().request("GET", URL)
    assert "secret" not in repr(told)


async def test_closing_unopened_is_no_error() -> None:
    await net().http().aclose()


@pytest.mark.parametrize("status", [204, 302, 410, 503])
async def test_of_an_answer_to_a_post_the_head_alone_is_read(status: int) -> None:
    endless = answer(b"x" * 10_000_000, status, "Content-Encoding: gzip", "Retry-After: 7")
    network = net(PUBLIC, pieces=tuple(endless[at : at + 1000] for at in range(0, len(endless), 1000)))
    told = await network.http().post(URL, headers={"x-id": "1"}, content=b"{}")
    assert (told.status, told.headers["retry-after"], told.body) == (status, "7", b"")
    assert network.wires[0].given < 10_000
    assert network.wires[0].closed

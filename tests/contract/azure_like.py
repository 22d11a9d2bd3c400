"""Azurite with the manners of a real account that it lacks: refusals, another clock, blobs that stay.

A small server in front of each of its services hands calls on as they are; shared keys sign the path alone,
so that signatures hold.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

SERVICES = ("Blob", "Queue", "Table")
HOP = frozenset({"connection", "date", "keep-alive", "server", "transfer-encoding"})


class Refusal(NamedTuple):
    """How every call of a service is answered."""

    status: int
    code: str


class Answer(NamedTuple):
    """Of Azurite."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Manners:
    """`stays` is what a removed blob is listed as: XML beside its name."""

    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    ahead: timedelta = timedelta()
    stays: str = ""
    removed: set[str] = field(default_factory=set)

    def remembered(self, method: str, path: str) -> None:
        if method == "DELETE":
            self.removed.add(unquote(path).split("/", 3)[-1])

    def listed(self, asked: str, body: bytes) -> bytes:
        """A list of blobs, those among it that were removed where they are asked for."""
        query = parse_qs(urlsplit(asked).query)
        if not self.stays or "deleted" not in query.get("include", [""])[0]:
            return body
        names = [name for name in self.removed if name.startswith(query.get("prefix", [""])[0])]
        blobs = "".join(f"<Blob><Name>{name}</Name>{self.stays}{BLOCK_BLOB}</Blob>" for name in names)
        return body.replace(b"<Blobs/>", b"<Blobs></Blobs>").replace(b"</Blobs>", f"{blobs}</Blobs>".encode())


BLOCK_BLOB = "<Properties><BlobType>BlockBlob</BlobType></Properties>"
SOFT_DELETED = "<Deleted>true</Deleted>"
A_VERSION = "<VersionId>2026-11-26T00:00:00.0000000Z</VersionId>"


@contextmanager
def azure_like(connection_string: str, manners: Manners) -> Iterator[str]:
    """The connection string of an account with these manners."""
    parts = dict(part.split("=", 1) for part in connection_string.split(";"))
    with ExitStack() as servers:
        for name in SERVICES:
            address = urlsplit(parts[f"{name}Endpoint"])
            port = servers.enter_context(_server(name, address.netloc, manners))
            parts[f"{name}Endpoint"] = f"http://127.0.0.1:{port}{address.path}"
        yield ";".join(f"{name}={value}" for name, value in parts.items())


@contextmanager
def _server(service: str, behind: str, manners: Manners) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            refusal = manners.refusals.get(service)
            self._send(_refused(refusal) if refusal else self._handed_on(body))

        def _handed_on(self, body: bytes) -> Answer:
            connection = HTTPConnection(behind, timeout=30)
            connection.request(self.command, self.path, body, dict(self.headers))
            got = connection.getresponse()
            manners.remembered(self.command, urlsplit(self.path).path)
            answer = Answer(got.status, got.getheaders(), manners.listed(self.path, got.read()))
            connection.close()
            return answer

        def _send(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            self.send_header("Date", format_datetime(datetime.now(UTC) + manners.ahead, usegmt=True))
            for name, value in answer.headers:
                if name.lower() not in HOP and (self.command == "HEAD" or name.lower() != "content-length"):
                    self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body if self.command != "HEAD" else b"")

        do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do_HEAD = _answer  # noqa: N815 - http.server names them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
            """Nothing is said."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _refused(refusal: Refusal) -> Answer:
    body = f"<?xml version='1.0'?><Error><Code>{refusal.code}</Code><Message>no</Message></Error>".encode()
    return Answer(
        refusal.status, [("x-ms-error-code", refusal.code), ("content-type", "application/xml")], body
    )

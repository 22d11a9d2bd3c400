"""What telemetry comes to: in memory, and over HTTP as an OpenTelemetry collector takes it."""

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.adapters.telemetry.open_telemetry import OpenTelemetry
from shared.adapters.telemetry.scrubbing import ScrubbedSpans


@dataclass(frozen=True)
class InMemory:
    """OpenTelemetry as the app has it; what it exports is kept here."""

    telemetry: OpenTelemetry
    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """In the order in which they ended."""
        return self.exporter.get_finished_spans()

    def metrics(self) -> dict[str, Any]:
        """What was measured, by name, as JSON has it."""
        data = self.reader.get_metrics_data()
        found = json.loads(data.to_json())["resource_metrics"] if data else []
        scopes = [scope for one in found for scope in one["scope_metrics"]]
        return {metric["name"]: metric for scope in scopes for metric in scope["metrics"]}


def in_memory(sampling: float = 1.0) -> InMemory:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    processor = SimpleSpanProcessor(ScrubbedSpans(exporter))
    return InMemory(OpenTelemetry(processor, reader, sampling), exporter, reader)


@dataclass(frozen=True)
class CameSpan:
    """A span as it came over HTTP."""

    name: str
    trace: str
    number: str
    parent: str
    attributes: Mapping[str, str]


@dataclass
class Collector:
    """Takes what is posted to it; `posted` has path and body of each call."""

    url: str = ""
    posted: list[tuple[str, str]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def spans(self) -> list[CameSpan]:
        """Every span that came in OTLP's JSON, in the order in which they came."""
        bodies = [json.loads(body) for path, body in self.posted if path == "/v1/traces"]
        scopes = [s for body in bodies for one in body["resourceSpans"] for s in one["scopeSpans"]]
        return [_span(span) for scope in scopes for span in scope["spans"]]

    def metrics(self) -> set[str]:
        """The names of metrics that came."""
        bodies = [json.loads(body) for path, body in self.posted if path == "/v1/metrics"]
        scopes = [s for body in bodies for one in body["resourceMetrics"] for s in one["scopeMetrics"]]
        return {str(metric["name"]) for scope in scopes for metric in scope["metrics"]}

    def text(self) -> str:
        """All that came."""
        return "\n".join(body for _, body in self.posted)


def _span(span: Mapping[str, Any]) -> CameSpan:
    values = {one["key"]: str(next(iter(one["value"].values()))) for one in span.get("attributes", ())}
    return CameSpan(span["name"], span["traceId"], span["spanId"], span.get("parentSpanId", ""), values)


@contextmanager
def started_collector() -> Iterator[Collector]:
    """A collector on a port of its own."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            zipped = self.headers.get("content-encoding") == "gzip"
            collector.headers.append({name.lower(): value for name, value in self.headers.items()})
            collector.posted.append((self.path, (gzip.decompress(body) if zipped else body).decode()))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def started_bad_collector(mode: str) -> Iterator[str]:
    """The address of one that takes calls and then is silent, or answers by a byte a second."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if mode == "dripping":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            with suppress(OSError):
                while not ended.wait(1):
                    self.wfile.write(b"x" if mode == "dripping" else b"")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()

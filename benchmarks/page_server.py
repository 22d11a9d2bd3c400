"""Graph's lists of audit events and nothing else, over HTTP, in a process of its own and without quotas."""

import json
import re
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from urllib.parse import parse_qs, quote, urlsplit

from benchmarks.many_events import INITIATOR, PAGE, TARGET, Person, events_of, first_at, person_of

PATH = "/v1.0/auditLogs/directoryAudits"
_FILTER = re.compile(r"(targetResources|initiatedBy).* eq '([0-9a-f-]{36})'\)?(?:.* le (\S+))?")


@dataclass(frozen=True)
class _Asked:
    """Which list of whom, and from which event on."""

    person: Person
    role: str
    first: int


class Pages(BaseHTTPRequestHandler):
    """`GET /v1.0/auditLogs/directoryAudits`, its next links included."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """Head and body leave together."""

    def do_GET(self) -> None:
        """Answer one page."""
        options = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        body = _page(f"http://{self.headers['Host']}{PATH}", options).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def address_of(base: str, person: Person, role: str) -> str:
    """Where a list begins, as the app would ask for it."""
    holder = {TARGET: "targetResources/any(t: t/id", INITIATOR: "initiatedBy/user/id"}[role]
    closing = ")" if role == TARGET else ""
    return f"{base}{PATH}?%24filter=" + quote(f"{holder} eq '{person.object_id}'{closing}")


def _page(address: str, options: dict[str, str]) -> str:
    asked = _asked(options)
    listed = list(islice(events_of(asked.person, asked.role, asked.first), PAGE + 1))
    shown = ",".join(event for _, event in listed[:PAGE])
    if len(listed) <= PAGE:
        return f'{{"value":[{shown}]}}'
    link = f"{address}?%24filter={quote(options['$filter'])}&%24skiptoken={listed[PAGE][0]}"
    return f'{{"value":[{shown}],"@odata.nextLink":"{link}"}}'


def _asked(options: dict[str, str]) -> _Asked:
    asked = _FILTER.fullmatch(options["$filter"])
    assert asked is not None, options
    role = TARGET if asked[1] == "targetResources" else INITIATOR
    first = first_at(asked[3]) if asked[3] else 0
    return _Asked(person_of(asked[2]), role, int(options.get("$skiptoken", first)))


def main() -> None:
    """Serve until standard input ends; the first line printed says where."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

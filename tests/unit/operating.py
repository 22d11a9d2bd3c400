"""The operators' command line before the app's own functions, without a network."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import azure.functions as func
import httpx
from typer.testing import CliRunner

from delete_function.receipts_http import keys
from operate.app import app
from operate.session import Surroundings
from shared.adapters.receipt_signer import JwsSigner
from shared.domain.states import Kind
from shared.domain.subject import EmailSubject
from tests.unit.receipts import signer_of
from tests.unit.staff import OLGA, Office, an_office, token_of

URL = "https://app.example"
STORAGE = "example.invalid"
ROUTES: Mapping[str, str] = {
    r"GET /api/operations/requests": "list_requests",
    r"GET /api/operations/requests/(?P<id>[^/]+)": "show_request",
    r"POST /api/operations/requests/(?P<id>[^/]+)/(?P<act>[^/]+)": "act_on_request",
    r"POST /api/operations/people/search": "search_people",
    r"POST /api/operations/holds": "place_hold",
    r"POST /api/operations/holds/lift": "lift_hold",
    r"POST /api/operations/batches": "make_batch",
    r"GET /api/operations/batches": "list_batches",
    r"GET /api/operations/batches/(?P<id>[^/]+)": "show_batch",
    r"POST /api/operations/batches/(?P<id>[^/]+)/start": "start_batch",
    r"POST /api/operations/batches/(?P<id>[^/]+)/stop": "stop_batch",
    r"POST /api/operations/batches/(?P<id>[^/]+)/result": "link_result",
    r"POST /api/operations/checks": "run_checks",
    r"GET /api/health": "health",
}


@dataclass
class OfficeTransport(httpx.BaseTransport):
    """Calls functions and storage; `instead` are answers and failures that come first, in their order."""

    office: Office
    signer: JwsSigner
    instead: list[httpx.Response | BaseException] = field(default_factory=list)
    calls: list[httpx.Request] = field(default_factory=list)
    blocks: dict[str, bytes] = field(default_factory=dict)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        if not self.instead and request.url.host == STORAGE:
            return self._stored(request)
        if not self.instead:
            return _answered(asyncio.run(self._called(request)))
        first = self.instead.pop(0)
        if isinstance(first, BaseException):
            raise first
        return first

    def _stored(self, request: httpx.Request) -> httpx.Response:
        """Blocks, put together by a list of them; or a blob."""
        blobs, name = self.office.bulk.blobs.committed, request.url.path.removeprefix("/")
        if request.method == "GET":
            return httpx.Response(200, content=blobs[name])
        if request.url.params["comp"] == "block":
            self.blocks[request.url.params["blockid"]] = request.read()
        else:
            named = re.findall(r"<Latest>(.*?)</Latest>", request.read().decode())
            blobs[name] = b"".join(self.blocks[one] for one in named)
        return httpx.Response(201)

    async def _called(self, request: httpx.Request) -> func.HttpResponse:
        asked = f"{request.method} {request.url.path}"
        if asked == "GET /api/receipts/keys":
            return await keys(self.signer)
        for route, name in ROUTES.items():
            if found := re.fullmatch(route, asked):
                query, headers = dict(request.url.params), dict(request.headers)
                functions = self.office.functions
                return await functions.call(name, request.read(), headers, query, **found.groupdict())
        return func.HttpResponse(status_code=404)


def _answered(response: func.HttpResponse) -> httpx.Response:
    headers = {**response.headers, "content-type": str(response.mimetype)}
    return httpx.Response(response.status_code, headers=headers, content=response.get_body())


@dataclass
class Ended:
    """How a command ended; `err` is one line unless a test says otherwise."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> object:
        """The one JSON value."""
        return json.loads(self.out)


@dataclass
class Terminal:
    """Somebody at work: the office before them, and how long they have waited."""

    office: Office = field(default_factory=an_office)
    slept: list[float] = field(default_factory=list)
    signer: JwsSigner = field(default_factory=signer_of)

    def __post_init__(self) -> None:
        self.transport = OfficeTransport(self.office, self.signer)

    def run(
        self,
        *words: str,
        who: str = OLGA,
        typed: str = "",
        environment: Mapping[str, str | None] | None = None,
    ) -> Ended:
        """One command, as whoever has the token."""
        usual = {"OPERATE_URL": URL, "OPERATE_TOKEN": self.token(who), "COLUMNS": None}
        done = CliRunner().invoke(
            app,
            words,
            input=typed,
            env={**usual, **(environment or {})},
            obj=self._around(),
            prog_name="operate",
        )
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ended(done.exit_code, done.stdout, done.stderr)

    def token(self, who: str = OLGA) -> str:
        return token_of(who, self.office.world.clock.now()).token()

    def _around(self) -> Surroundings:
        return Surroundings(self.transport, self._sleep, self.office.world.clock.now)

    def _sleep(self, seconds: float) -> None:
        """Meanwhile the workers work."""
        self.slept.append(seconds)
        asyncio.run(self._pass(timedelta(seconds=seconds)))

    async def _pass(self, duration: timedelta) -> None:
        await self.office.world.clock.sleep(duration)
        await self.office.bulk.run_what_is_due()
        await self.office.world.run_what_is_due()

    def accept(self, kind: Kind = Kind.EXPORT, address: str = "ada@example.com") -> str:
        """A request that nobody has looked at; its id."""
        return asyncio.run(self.office.world.accept(kind, EmailSubject(address))).request.id

    def pass_time(self, duration: timedelta) -> None:
        """Nobody works meanwhile."""
        asyncio.run(self.office.world.clock.sleep(duration))

    def settle(self, request_id: str) -> str:
        """Let time pass until nothing more is due; where it stands then."""
        return asyncio.run(self.office.world.settle(request_id)).status

    def status(self, request_id: str) -> str:
        return asyncio.run(self.office.world.request(request_id)).status

    def ended(self, kind: Kind = Kind.EXPORT) -> str:
        """A request that has come to its end; its id."""
        self.settle(request_id := self.accept(kind))
        return request_id

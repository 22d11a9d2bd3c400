"""Graph v1.0: who calls, whether they may, and which handler answers. 501 for what is not known."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.graph.answers import GraphError, denied, failed, unknown
from local.graph.asked import Refused
from local.graph.call import METHODS, Call
from local.graph.control import Control, as_refusal
from local.graph.directory import Json, Tenant
from local.graph.fault import GRAPH, Incoming
from local.graph.faults import Faults
from local.graph.operations import Operation
from local.graph.quotas import Quotas, Usage
from local.graph.strikes import Struck, strike
from local.graph.tokens import Issuer, TokenRefused

ADVANCED = frozenset({"$count", "$search"})
_INSIDE = re.compile(r"/v1\.0/+(.+?)/*", re.IGNORECASE)
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


@dataclass(frozen=True)
class Caller:
    """An app in a tenant, with the roles that its token carries."""

    tenant: Tenant
    app_id: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Graph:
    """The simulator's Graph side."""

    tenants: dict[str, Tenant]
    issuer: Issuer
    faults: Faults
    quotas: Quotas
    operations: tuple[Operation, ...]
    control: Control
    others: tuple[Route, ...] = ()
    """What is served beside Graph."""

    def asgi(self) -> Starlette:
        """The ASGI application, control address included."""
        everything = Route("/{path:path}", self.answer, methods=METHODS)
        return Starlette(
            routes=[*self.control.routes(), *self.others, everything],
            exception_handlers={Refused: as_refusal},
        )

    async def answer(self, request: Request) -> Response:
        """Any call but those to the control address."""
        caller = self._caller(request)
        known = {"app_id": caller.app_id} if isinstance(caller, Caller) else {}
        tenant = caller.tenant.name if isinstance(caller, Caller) else None
        fault = self.faults.next_for(Incoming(GRAPH, tenant, request))
        response = await strike(fault, Struck(request, lambda: self._handled(request, caller), failed))
        entry: Json = {"method": request.method, "path": request.url.path, "status": response.status_code}
        struck = {"fault": fault.kind} if fault else {}
        response.headers.setdefault("date", self.control.date())
        self.control.calls.append({"tenant": tenant, **known, **entry, **struck})
        return response

    async def _handled(self, request: Request, caller: Caller | GraphError) -> Response:
        path = _path(request)
        costs: dict[str, str] = {}
        try:
            operation, name = self._operation(request, path)
            tenant = _authorised(caller, operation)
            options = _options(request, operation)
            costs = self.quotas.take(tenant, Usage(request.method, path, options))
            body = await _body(request) if _has_body(request) else {}
            response = self._done(operation, Call(request, tenant, options, body, name))
        except GraphError as error:
            response = failed(request, error)
        response.headers.update(costs)
        return response

    def _done(self, operation: Operation, call: Call) -> Response:
        response = operation.handle(call)
        if call.request.method != "GET":
            self.control.writes.append(_write(call))
        return response

    def _operation(self, request: Request, path: str) -> tuple[Operation, str]:
        for operation in self.operations:
            match = operation.path.fullmatch(path)
            if match and operation.method == request.method:
                return operation, "".join(match.groups())
        raise unknown(f"{request.method} {_whole_path(request)}")

    def _caller(self, request: Request) -> Caller | GraphError:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _unauthenticated("Access token is empty.")
        try:
            said = self.issuer.read(token)
        except TokenRefused as error:
            return _unauthenticated(str(error))
        tenant = next(one for one in self.tenants.values() if one.tenant_id == said.tenant_id)
        return Caller(tenant, said.app_id, said.roles)


def _write(call: Call) -> Json:
    written = {"method": call.request.method, "path": _path(call.request), "object_id": call.name.lower()}
    return {"tenant": call.tenant.name, **written, **({"body": call.body} if call.body else {})}


def _path(request: Request) -> str:
    """What is asked for, after the version; nothing where no version is named."""
    inside = _INSIDE.fullmatch(_whole_path(request))
    return inside[1] if inside else ""


def _whole_path(request: Request) -> str:
    return unquote(request.scope["raw_path"].decode().partition("?")[0])


def _unauthenticated(message: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", message, {"www-authenticate": _CHALLENGE})


def _authorised(caller: Caller | GraphError, operation: Operation) -> Tenant:
    if isinstance(caller, GraphError):
        raise caller
    if not any(way <= caller.roles for way in operation.ways):
        raise denied()
    return caller.tenant


def _options(request: Request, operation: Operation) -> dict[str, str]:
    options = {name.lower(): value for name, value in request.query_params.items() if value}
    if refused := sorted(set(options) & ADVANCED):
        raise GraphError(400, "Request_UnsupportedQuery", f"{refused[0]} is not supported for B2C tenants.")
    if strange := sorted(set(options) - operation.options):
        raise unknown(f"the query option {strange[0]} of {request.method} {request.url.path}")
    return options


def _has_body(request: Request) -> bool:
    """Whether one is sent, or must be. Of a call without, nothing is read: its caller may have gone."""
    return request.method == "PATCH" or request.headers.get("content-length", "0") != "0"


async def _body(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        text = "Unable to read JSON request payload. Please ensure Content-Type header is set"
        raise GraphError(400, "BadRequest", f"{text} and payload is of valid JSON format.")
    return body

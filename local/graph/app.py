"""Graph v1.0: who calls, whether they may, and which handler answers. 501 for what is not known."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.graph.answers import GraphError, failed, unknown
from local.graph.call import Call
from local.graph.control import Control
from local.graph.cut import CutConnection
from local.graph.directory import Json, Tenant
from local.graph.faults import Faults, as_error
from local.graph.operations import Operation
from local.graph.tokens import Issuer, TokenRefused

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ADVANCED = frozenset({"$count", "$search"})
_INSIDE = re.compile(r"/v1\.0/+(.+?)/*", re.IGNORECASE)
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


@dataclass(frozen=True)
class Caller:
    """A tenant's app, with the roles that its token carries."""

    tenant: Tenant
    roles: frozenset[str]


@dataclass(frozen=True)
class Graph:
    """The simulator's Graph side."""

    tenants: dict[str, Tenant]
    issuer: Issuer
    faults: Faults
    operations: tuple[Operation, ...]
    control: Control

    def asgi(self) -> Starlette:
        """The ASGI application, control address included."""
        everything = Route("/{path:path}", self.answer, methods=METHODS)
        return Starlette(routes=[*self.control.routes(), everything])

    async def answer(self, request: Request) -> Response:
        """Any call but those to the control address."""
        caller = self._caller(request)
        tenant = caller.tenant.name if isinstance(caller, Caller) else None
        fault = self.faults.next_for(request, tenant)
        if fault is not None and fault.kind == "cut_before":
            response: Response = CutConnection()
        elif fault is not None and fault.kind in {"429", "503"}:
            response = failed(request, as_error(fault))
        else:
            response = await self._handled(request, caller)
            response = CutConnection() if fault is not None else response
        entry: Json = {"method": request.method, "path": request.url.path, "status": response.status_code}
        self.control.calls.append({"tenant": tenant, **entry})
        return response

    async def _handled(self, request: Request, caller: Caller | GraphError) -> Response:
        try:
            operation, name = self._operation(request)
            tenant = _authorised(caller, operation)
            options = _options(request, operation)
            body = await _body(request) if request.method == "PATCH" else {}
            return operation.handle(Call(request, tenant, options, body, name))
        except GraphError as error:
            return failed(request, error)

    def _operation(self, request: Request) -> tuple[Operation, str]:
        path = unquote(request.scope["raw_path"].decode().partition("?")[0])
        inside = _INSIDE.fullmatch(path)
        for operation in self.operations if inside else ():
            match = operation.path.fullmatch(inside[1]) if inside else None
            if match and operation.method == request.method:
                return operation, "".join(match.groups())
        raise unknown(f"{request.method} {path}")

    def _caller(self, request: Request) -> Caller | GraphError:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _unauthenticated("Access token is empty.")
        try:
            said = self.issuer.read(token)
        except TokenRefused as error:
            return _unauthenticated(str(error))
        tenant = next(one for one in self.tenants.values() if one.tenant_id == said.tenant_id)
        return Caller(tenant, said.roles)


def _unauthenticated(message: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", message, {"www-authenticate": _CHALLENGE})


def _authorised(caller: Caller | GraphError, operation: Operation) -> Tenant:
    if isinstance(caller, GraphError):
        raise caller
    if not caller.roles & operation.roles:
        text = "Insufficient privileges to complete the operation."
        raise GraphError(403, "Authorization_RequestDenied", text)
    return caller.tenant


def _options(request: Request, operation: Operation) -> dict[str, str]:
    options = {name.lower(): value for name, value in request.query_params.items() if value}
    if refused := sorted(set(options) & ADVANCED):
        raise GraphError(400, "Request_UnsupportedQuery", f"{refused[0]} is not supported for B2C tenants.")
    if strange := sorted(set(options) - operation.options):
        raise unknown(f"the query option {strange[0]} of {request.method} {request.url.path}")
    return options


async def _body(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        text = "Unable to read JSON request payload. Please ensure Content-Type header is set"
        raise GraphError(400, "BadRequest", f"{text} and payload is of valid JSON format.")
    return body

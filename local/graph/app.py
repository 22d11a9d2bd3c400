"""Graph v1.0: who calls, whether they may, and which handler answers. 501 for what is not known."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.graph import users_api
from local.graph.answers import GraphError, failed, not_found, ok, unknown
from local.graph.audits_api import AuditPages
from local.graph.control import Control
from local.graph.cut import CutConnection
from local.graph.directory import Json, Tenant
from local.graph.faults import Faults, as_error
from local.graph.tokens import Caller, Issuer

READ_USERS = frozenset(
    {"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
)
READ_APPS = frozenset({"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"})
OPTIONS = frozenset({"$select", "$filter", "$top", "$skiptoken", "$orderby"})
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


@dataclass(frozen=True)
class Call:
    """One authorised call, taken apart."""

    request: Request
    tenant: Tenant
    options: dict[str, str]
    body: Json
    parts: tuple[str, ...]


Handle = Callable[[Call], Response]


@dataclass(frozen=True)
class Operation:
    """One call that is known: its path as a pattern, and the roles of which the caller needs one."""

    method: str
    path: re.Pattern[str]
    roles: frozenset[str]
    handle: Handle


def operations(audits: AuditPages) -> tuple[Operation, ...]:
    """The table of what the simulator knows."""

    def known(method: str, path: str, roles: frozenset[str], handle: Handle) -> Operation:
        return Operation(method, re.compile(path, re.IGNORECASE), roles, handle)

    write = frozenset({"User.ReadWrite.All"})
    purge = frozenset({"User.DeleteRestore.All"})
    user, binned = r"users/([^/]+)", r"directory/deletedItems/([0-9a-f-]{36})"
    return (
        known("GET", "users", READ_USERS, lambda c: users_api.list_users(c.request, c.tenant, c.options)),
        known(
            "GET", user, READ_USERS, lambda c: users_api.get_user(c.request, c.tenant, c.options, *c.parts)
        ),
        known("PATCH", user, write, lambda c: users_api.patch_user(c.request, c.tenant, c.body, *c.parts)),
        known("DELETE", user, write | purge, lambda c: users_api.delete_user(c.request, c.tenant, *c.parts)),
        known("POST", f"{user}/revokeSignInSessions", write, _revoked),
        known(
            "GET",
            binned,
            READ_USERS | purge,
            lambda c: users_api.get_deleted(c.request, c.tenant, c.options, *c.parts),
        ),
        known(
            "GET",
            r"directory/deletedItems/(?:microsoft\.)?graph\.user",
            READ_USERS | purge,
            lambda c: users_api.list_deleted(c.request, c.tenant, c.options),
        ),
        known("DELETE", binned, purge, lambda c: users_api.purge_deleted(c.request, c.tenant, *c.parts)),
        known(
            "POST",
            f"{binned}/restore",
            write | purge,
            lambda c: users_api.restore_deleted(c.request, c.tenant, *c.parts),
        ),
        known(
            "GET",
            "auditLogs/directoryAudits",
            frozenset({"AuditLog.Read.All"}),
            lambda c: audits.answer(c.request, c.tenant, c.options),
        ),
        known("GET", "applications", READ_APPS, _extensions_app),
        known("GET", r"applications/([0-9a-f-]{36})/extensionProperties", READ_APPS, _extensions),
    )


@dataclass(frozen=True)
class Graph:
    """The simulator's Graph side."""

    tenants: dict[str, Tenant]
    issuer: Issuer
    faults: Faults
    audits: AuditPages
    control: Control

    def asgi(self) -> Starlette:
        """The ASGI application, control address included."""
        everything = Route("/{path:path}", self.answer, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
        return Starlette(routes=[*self.control.routes(), everything])

    async def answer(self, request: Request) -> Response:
        """Any call but those to the control address."""
        tenant = self._tenant(self._caller(request))
        fault = self.faults.next_for(request, tenant.name if tenant else None)
        if fault is not None and fault.kind == "cut_before":
            response: Response = CutConnection()
        elif fault is not None and fault.kind in {"429", "503"}:
            response = failed(request, as_error(fault))
        else:
            response = await self._handled(request)
            response = CutConnection() if fault is not None else response
        entry: Json = {"method": request.method, "path": request.url.path, "status": response.status_code}
        self.control.calls.append({"tenant": tenant.name if tenant else None, **entry})
        return response

    async def _handled(self, request: Request) -> Response:
        try:
            operation, parts = self._operation(request)
            tenant = self._authorised(request, operation)
            body = await request.json() if request.method == "PATCH" else {}
            return operation.handle(Call(request, tenant, _options(request), body, parts))
        except GraphError as error:
            return failed(request, error)

    def _operation(self, request: Request) -> tuple[Operation, tuple[str, ...]]:
        path = unquote(request.scope["raw_path"].decode().partition("?")[0])
        inside = re.fullmatch(r"/v1\.0/+(.+?)/*", path)
        for operation in operations(self.audits) if inside else ():
            match = operation.path.fullmatch(inside[1]) if inside else None
            if match and operation.method == request.method:
                return operation, match.groups()
        raise unknown(f"{request.method} {path.partition('users/')[0]}")

    def _authorised(self, request: Request, operation: Operation) -> Tenant:
        caller = self._caller(request)
        tenant = self._tenant(caller)
        if caller is None or tenant is None:
            sent = request.headers.get("authorization")
            text = "Lifetime validation failed, the token is expired." if sent else "Access token is empty."
            challenge = {"www-authenticate": _CHALLENGE}
            raise GraphError(401, "InvalidAuthenticationToken", text, challenge)
        if not caller.roles & operation.roles:
            text = "Insufficient privileges to complete the operation."
            raise GraphError(403, "Authorization_RequestDenied", text)
        return tenant

    def _caller(self, request: Request) -> Caller | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.issuer.read(token) if scheme.lower() == "bearer" else None

    def _tenant(self, caller: Caller | None) -> Tenant | None:
        known = (one for one in self.tenants.values() if caller and one.tenant_id == caller.tenant_id)
        return next(known, None)


def _options(request: Request) -> dict[str, str]:
    options = {name: value for name, value in request.query_params.items() if value}
    if refused := sorted(set(options) & {"$count", "$search"}):
        raise GraphError(400, "Request_UnsupportedQuery", f"{refused[0]} is not supported for B2C tenants.")
    if strange := sorted(set(options) - OPTIONS):
        raise unknown(f"the query option {strange[0]}")
    return options


def _revoked(call: Call) -> Response:
    if call.parts[0] not in call.tenant.users:
        raise not_found(call.parts[0])
    return ok(call.request, {"value": True})


def _extensions_app(call: Call) -> Response:
    if call.options.get("$filter") != "startswith(displayName,'b2c-extensions-app')":
        raise unknown("this filter on applications")
    app = {"id": call.tenant.extensions_app, "displayName": "b2c-extensions-app. Do not modify."}
    return ok(call.request, {"value": [app]})


def _extensions(call: Call) -> Response:
    if call.parts[0] != call.tenant.extensions_app:
        raise not_found(call.parts[0])
    names = [{"id": name, "name": name, "targetObjects": ["User"]} for name in call.tenant.extension_names]
    return ok(call.request, {"value": names})

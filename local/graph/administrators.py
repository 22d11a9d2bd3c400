"""Administrators' tokens for Graph, as a command line that somebody has signed in to gets them."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.asked import Refused, asked_of
from local.graph.directory import Tenant
from local.graph.tokens import AUDIENCES, Claims, Issuer

MAY = ("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All")
COMMAND_LINE = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""The Azure CLI's application id."""


class Administrators:
    """Makes tokens under the control address."""

    def __init__(self, tenants: dict[str, Tenant], issuer: Issuer) -> None:
        self._tenants = tenants
        self._issuer = issuer

    def route(self) -> Route:
        """Where tests ask."""
        return Route("/_control/administrators", self.answer, methods=["POST"])

    async def answer(self, request: Request) -> Response:
        """A token of somebody in `tenant` who may do what `roles` say; everything by default."""
        asked = await asked_of(request)
        tenant, roles = self._tenants.get(str(asked.get("tenant"))), asked.get("roles", list(MAY))
        if tenant is None or not isinstance(roles, list):
            raise Refused(f"tenant must be one of {', '.join(self._tenants)}, and roles a list")
        claims = Claims(tenant.tenant_id, COMMAND_LINE, frozenset(map(str, roles)))
        return JSONResponse({"token": self._issuer.issue(claims, sorted(AUDIENCES)[0])})

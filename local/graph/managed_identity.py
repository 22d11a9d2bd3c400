"""The endpoint by which an App Service gives its managed identities' tokens ("REST endpoint reference")."""

import hmac
import secrets
import time
import uuid
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.directory import Json
from local.graph.sign_in.jws import compact
from local.graph.sign_in.keys import SigningKey

PATH = "/_identity/token"
VERSION = "2019-08-01"
LIFE = 24 * 3600
RESOURCE = (
    "/subscriptions/simulated/resourcegroups/simulated"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-privacy"
)
"""The identity as Azure Resource Manager knows it."""


@dataclass(frozen=True)
class UserAssigned:
    """A user-assigned identity of the company's own tenant."""

    tenant_id: str
    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    principal_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class IdentityEndpoint:
    """Gives tokens to whoever has the header's secret."""

    identity: UserAssigned
    root: str
    key: SigningKey
    header: str = field(default_factory=lambda: secrets.token_hex(16))

    def route(self) -> Route:
        """Where `IDENTITY_ENDPOINT` leads."""
        return Route(PATH, self.answer)

    def about(self, graph_url: str) -> Json:
        """What a process that has the identity is told, and what a registration must trust."""
        return {
            "endpoint": f"{graph_url}{PATH}",
            "header": self.header,
            "client_id": self.identity.client_id,
            "principal_id": self.identity.principal_id,
            "tenant_id": self.identity.tenant_id,
            "issuer": self.root,
        }

    async def answer(self, request: Request) -> Response:
        """A token for the resource that is asked for."""
        asked = request.query_params
        if not hmac.compare_digest(request.headers.get("x-identity-header", ""), self.header):
            return JSONResponse({"statusCode": 401, "message": "Unauthorized"}, 401)
        if asked.get("api-version") != VERSION or asked.get("client_id") != self.identity.client_id:
            return JSONResponse({"statusCode": 400, "message": "No User Assigned Identity found."}, 400)
        ends = int(time.time()) + LIFE
        token = self._token(asked.get("resource", ""), ends)
        told = {"resource": asked.get("resource"), "token_type": "Bearer", "client_id": asked["client_id"]}
        return JSONResponse({"access_token": token, "expires_on": str(ends), **told})

    def _token(self, resource: str, ends: int) -> str:
        identity = self.identity
        claims: Json = {
            "aud": resource,
            "iss": f"{self.root}/{identity.tenant_id}/v2.0",
            "iat": ends - LIFE,
            "nbf": ends - LIFE,
            "exp": ends,
            "azp": identity.client_id,
            "idtyp": "app",
            "oid": identity.principal_id,
            "sub": identity.principal_id,
            "tid": identity.tenant_id,
            "ver": "2.0",
            "xms_mirid": RESOURCE,
        }
        return compact(claims, self.key)

"""The login endpoint: client credentials in, access token out."""

import hmac
import time
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.directory import Tenant
from local.graph.tokens import LIFE, Issuer


class Login:
    """Answers for every tenant, by id or by domain."""

    def __init__(self, tenants: dict[str, Tenant], issuer: Issuer) -> None:
        self._tenants = {key: one for one in tenants.values() for key in (one.tenant_id, one.domain)}
        self._issuer = issuer

    def asgi(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route("/{tenant}/oauth2/v2.0/token", self.token, methods=["POST"]),
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self.metadata),
            Route("/{tenant}/discovery/v2.0/keys", self.keys),
        ]
        return Starlette(routes=routes)

    async def metadata(self, request: Request) -> Response:
        """OpenID Connect discovery."""
        tenant = self._tenants.get(request.path_params["tenant"])
        if tenant is None:
            return _refused(400, "invalid_tenant", "AADSTS90002: Tenant not found.")
        root = f"{request.url.scheme}://{request.url.netloc}/{tenant.tenant_id}"
        return JSONResponse(
            {
                "issuer": f"https://sts.windows.net/{tenant.tenant_id}/",
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "jwks_uri": f"{root}/discovery/v2.0/keys",
            }
        )

    async def keys(self, _request: Request) -> Response:
        """The keys that tokens are signed with."""
        return JSONResponse(self._issuer.keys())

    async def token(self, request: Request) -> Response:
        """The client credentials grant (RFC 6749, 4.4)."""
        tenant = self._tenants.get(request.path_params["tenant"])
        if tenant is None:
            return _refused(400, "invalid_request", "AADSTS90002: Tenant not found.")
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") != "client_credentials":
            return _refused(
                400, "unsupported_grant_type", "AADSTS70003: Only client_credentials is simulated."
            )
        secret = form.get("client_secret", "")
        known = form.get("client_id") == tenant.client_id
        if not known or not hmac.compare_digest(secret.encode(), tenant.client_secret.encode()):
            return _refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        token = self._issuer.issue(tenant)
        return JSONResponse(
            {"token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE, "access_token": token}
        )


def _refused(status: int, error: str, description: str) -> Response:
    stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    return JSONResponse({"error": error, "error_description": description, "timestamp": stamp}, status)

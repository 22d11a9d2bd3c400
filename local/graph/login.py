"""The login endpoint: client credentials in, access token out."""

import hmac
import time
import uuid
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.directory import Tenant
from local.graph.tokens import AUDIENCE, LIFE, Issuer

REQUIRED = ("grant_type", "client_id", "client_secret", "scope")


class LoginRefused(Exception):
    """An answer that is not a token: status, OAuth's error, Entra's own number and text."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.error = error
        self.number = number


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
        return Starlette(routes=routes, exception_handlers={LoginRefused: _refused})

    async def metadata(self, request: Request) -> Response:
        """OpenID Connect discovery; the issuer is that of v2.0 tokens, of which Graph takes none."""
        tenant = self._tenant(request)
        root = f"{request.url.scheme}://{request.url.netloc}/{tenant.tenant_id}"
        return JSONResponse(
            {
                "issuer": f"{root}/v2.0",
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "jwks_uri": f"{root}/discovery/v2.0/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, request: Request) -> Response:
        """The keys that tokens are signed with."""
        self._tenant(request)
        return JSONResponse(self._issuer.keys())

    async def token(self, request: Request) -> Response:
        """The client credentials grant (RFC 6749, 4.4)."""
        tenant = self._tenant(request)
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        _check_request(form)
        _check_client(form, tenant)
        token = self._issuer.issue(tenant)
        return JSONResponse(
            {"token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE, "access_token": token}
        )

    def _tenant(self, request: Request) -> Tenant:
        name = str(request.path_params["tenant"])
        tenant = self._tenants.get(name.lower())
        if tenant is None:
            raise LoginRefused(400, "invalid_request", 90002, f"Tenant '{name}' not found.")
        return tenant


def _check_request(form: dict[str, str]) -> None:
    if form.get("grant_type", "client_credentials") != "client_credentials":
        text = "The app requested an unsupported grant type; only client_credentials is simulated."
        raise LoginRefused(400, "unsupported_grant_type", 70003, text)
    for name in REQUIRED:
        if name not in form:
            text = f"The request body must contain the following parameter: '{name}'."
            raise LoginRefused(400, "invalid_request", 900144, text)
    if form["scope"] != f"{AUDIENCE}/.default":
        text = "Client credential flows must have a scope value with /.default suffixed to the resource."
        raise LoginRefused(400, "invalid_scope", 1002012, f"{text} Simulated: {AUDIENCE}/.default.")


def _check_client(form: dict[str, str], tenant: Tenant) -> None:
    if form["client_id"] != tenant.client_id:
        text = f"Application with identifier '{form['client_id']}' was not found in the directory."
        raise LoginRefused(400, "unauthorized_client", 700016, text)
    if not hmac.compare_digest(form["client_secret"].encode(), tenant.client_secret.encode()):
        raise LoginRefused(401, "invalid_client", 7000215, "Invalid client secret provided.")


def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, LoginRefused):
        raise error
    stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    body = {
        "error": error.error,
        "error_description": f"AADSTS{error.number}: {error} Trace ID: {trace} "
        f"Correlation ID: {correlation} Timestamp: {stamp}",
        "error_codes": [error.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    return JSONResponse(body, error.status)

"""The login endpoint: everybody's tokens, those of the app for Graph among them."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.answers import GraphError
from local.graph.directory import Json, Tenant
from local.graph.fault import LOGIN, Incoming
from local.graph.faults import Faults
from local.graph.sign_in.accounts import Customers
from local.graph.sign_in.authority import Authority, Product
from local.graph.sign_in.desk import FOR_PEOPLE
from local.graph.sign_in.endpoints import UNDER_POLICY, UNDER_TENANT, Endpoints
from local.graph.sign_in.forms import form_of
from local.graph.sign_in.refusals import SignInRefused, refused
from local.graph.strikes import Struck, strike
from local.graph.tokens import AUDIENCE, LIFE, Issuer

REQUIRED = ("grant_type", "client_id", "client_secret", "scope")


class Login:
    """The ASGI application's parts: the endpoints of signing in, and the one that gives tokens."""

    def __init__(self, sign_in: Endpoints, issuer: Issuer, faults: Faults) -> None:
        self._sign_in = sign_in
        self._issuer = issuer
        self._faults = faults

    def asgi(self) -> Starlette:
        """The ASGI application; a website's scripts may call it from wherever they were loaded."""
        tokens = [
            Route(f"{under}/oauth2/v2.0/token", self.token, methods=["POST"])
            for under in (UNDER_TENANT, UNDER_POLICY)
        ]
        return Starlette(
            routes=[*self._sign_in.routes(), *tokens],
            middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"])],
            exception_handlers={SignInRefused: refused},
        )

    async def token(self, request: Request) -> Response:
        """The token endpoint, or what a fault makes of it."""
        authority = self._sign_in.authority(request)
        fault = self._faults.next_for(Incoming(LOGIN, authority.directory.name, request))
        return await strike(fault, Struck(request, lambda: self._granted(request, authority), _unavailable))

    async def _granted(self, request: Request, authority: Authority) -> Response:
        form, directory = await form_of(request), authority.directory
        for_graph = authority.product is Product.EXTERNAL_ID and form.get("grant_type") not in FOR_PEOPLE
        if for_graph and isinstance(directory, Customers):
            answer = self._for_graph(directory.tenant, form)
        else:
            answer = self._sign_in.desk.answer(authority, form)
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    def _for_graph(self, tenant: Tenant, form: Mapping[str, str]) -> Json:
        """The client credentials grant (RFC 6749, 4.4) for Graph, the only API there that apps call alone."""
        _check_request(form)
        _check_client(form, tenant)
        token = self._issuer.issue(tenant)
        return {"token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE, "access_token": token}


def _check_request(form: Mapping[str, str]) -> None:
    if form.get("grant_type", "client_credentials") != "client_credentials":
        text = "The app requested an unsupported grant type; only client_credentials is simulated."
        raise SignInRefused("unsupported_grant_type", f"AADSTS70003: {text}")
    for name in REQUIRED:
        if name not in form:
            text = f"The request body must contain the following parameter: '{name}'."
            raise SignInRefused("invalid_request", f"AADSTS900144: {text}")
    if form["scope"] != f"{AUDIENCE}/.default":
        text = "Client credential flows must have a scope value with /.default suffixed to the resource."
        raise SignInRefused("invalid_scope", f"AADSTS1002012: {text} Simulated: {AUDIENCE}/.default.")


def _check_client(form: Mapping[str, str], tenant: Tenant) -> None:
    if form["client_id"] != tenant.client_id:
        text = f"Application with identifier '{form['client_id']}' was not found in the directory."
        raise SignInRefused("unauthorized_client", f"AADSTS700016: {text}")
    if not hmac.compare_digest(form["client_secret"].encode(), tenant.client_secret.encode()):
        raise SignInRefused("invalid_client", "AADSTS7000215: Invalid client secret provided.")
    if tenant.secret_ends <= datetime.now(UTC):
        text = f"The provided client secret keys for app '{tenant.client_id}' are expired."
        raise SignInRefused("invalid_client", f"AADSTS7000222: {text}")


def _unavailable(request: Request, error: GraphError) -> Response:
    text = "A transient error has occurred. Please try again."
    response = refused(
        request, SignInRefused("temporarily_unavailable", f"AADSTS90033: {text}", error.status)
    )
    response.headers.update(error.headers)
    return response

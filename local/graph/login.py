"""The login endpoint: everybody's tokens, those of the app for Graph among them."""

from collections.abc import Mapping

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
from local.graph.proofs import Proofs
from local.graph.sign_in.accounts import Customers
from local.graph.sign_in.authority import Authority, Product
from local.graph.sign_in.desk import FOR_PEOPLE
from local.graph.sign_in.endpoints import UNDER_POLICY, UNDER_TENANT, Endpoints
from local.graph.sign_in.forms import form_of
from local.graph.sign_in.refusals import SignInRefused, refused
from local.graph.strikes import Struck, strike
from local.graph.tokens import AUDIENCES, LIFE, Claims, Issuer

REQUIRED = ("grant_type", "client_id", "scope")


class Login:
    """The ASGI application's parts: the endpoints of signing in, and the one that gives tokens."""

    def __init__(self, sign_in: Endpoints, proofs: Proofs, issuer: Issuer, faults: Faults) -> None:
        self._sign_in = sign_in
        self._proofs = proofs
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
        audience = _audience(form)
        self._proofs.check(form, tenant)
        roles = self._proofs.registry.roles(tenant, form["client_id"])
        token = self._issuer.issue(
            Claims(tenant.tenant_id, form["client_id"].lower(), frozenset(roles)), audience
        )
        return {"token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE, "access_token": token}


def _audience(form: Mapping[str, str]) -> str:
    """The Graph that a token is asked for. Raises `SignInRefused`."""
    if form.get("grant_type", "client_credentials") != "client_credentials":
        text = "The app requested an unsupported grant type; only client_credentials is simulated."
        raise SignInRefused("unsupported_grant_type", f"AADSTS70003: {text}")
    for name in REQUIRED:
        if name not in form:
            text = f"The request body must contain the following parameter: '{name}'."
            raise SignInRefused("invalid_request", f"AADSTS900144: {text}")
    audience = form["scope"].removesuffix("/.default")
    if audience not in AUDIENCES or audience == form["scope"]:
        text = "Client credential flows must have a scope value with /.default suffixed to the resource."
        raise SignInRefused("invalid_scope", f"AADSTS1002012: {text} Simulated: that of Graph in each cloud.")
    return audience


def _unavailable(request: Request, error: GraphError) -> Response:
    text = "A transient error has occurred. Please try again."
    response = refused(
        request, SignInRefused("temporarily_unavailable", f"AADSTS90033: {text}", error.status)
    )
    response.headers.update(error.headers)
    return response

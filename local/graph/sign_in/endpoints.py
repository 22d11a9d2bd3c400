"""The addresses of signing in: Entra's and External ID's under a tenant, B2C's also under a policy."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.cut import CutConnection
from local.graph.sign_in.authorities import Authorities
from local.graph.sign_in.authority import Authority
from local.graph.sign_in.desk import Desk
from local.graph.sign_in.devices import Devices
from local.graph.sign_in.front import Front
from local.graph.sign_in.held import Kept
from local.graph.sign_in.metadata import document
from local.graph.sign_in.switches import Switches

UNDER_TENANT, UNDER_POLICY = "/{tenant}", "/{tenant}/{policy}"
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Endpoints:
    """Everything but the token endpoint's address, which Graph's own tokens come from too."""

    authorities: Authorities
    switches: Switches
    front: Front
    devices: Devices
    desk: Desk

    @classmethod
    def of(cls, authorities: Authorities) -> "Endpoints":
        """Endpoints at which nobody has signed in yet."""
        kept, devices, switches = Kept(), Devices(), Switches()
        return cls(authorities, switches, Front(kept, switches), devices, Desk(kept, devices))

    def routes(self) -> list[Route]:
        """The routes of every authority."""
        device = f"{UNDER_TENANT}/oauth2/v2.0/device"
        return [
            *self._common(UNDER_TENANT),
            *self._common(UNDER_POLICY),
            Route(f"{device}code", self._at(self.devices.begin), methods=["POST"]),
            Route(f"{device}auth", self._at(self.devices.page), methods=["GET", "POST"]),
        ]

    def authority(self, request: Request) -> Authority:
        """The authority that the address names. Raises `SignInRefused`."""
        names = request.path_params
        return self.authorities.find(str(names["tenant"]), str(names.get("policy", "")))

    async def metadata(self, request: Request) -> Response:
        """The discovery document."""
        self.switches.metadata[request.url.path] += 1
        return self._unless_down(document(self.authority(request)))

    async def keys(self, request: Request) -> Response:
        """The keys that tokens are signed with."""
        self.switches.keys[request.url.path] += 1
        return self._unless_down(self.authority(request).ring.published())

    def _unless_down(self, body: dict[str, object]) -> Response:
        if not self.switches.down:
            return JSONResponse(body)
        return CutConnection() if self.switches.cut else Response("Service Unavailable", 503)

    def _common(self, under: str) -> list[Route]:
        return [
            Route(f"{under}/v2.0/.well-known/openid-configuration", self.metadata),
            Route(f"{under}/discovery/v2.0/keys", self.keys),
            Route(f"{under}/oauth2/v2.0/authorize", self._at(self.front.authorize), methods=["GET", "POST"]),
            Route(f"{under}/oauth2/v2.0/logout", self._at(self.front.logout)),
        ]

    def _at(self, answer: Callable[[Request, Authority], Awaitable[Response]]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return await answer(request, self.authority(request))

        return endpoint

"""The control address's part that is about signing in."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.asked import Refused, asked_of, switch
from local.graph.directory import Json
from local.graph.sign_in.authorities import Authorities
from local.graph.sign_in.mint import Mint
from local.graph.sign_in.switches import Switches

SWITCHES = frozenset({"down", "cut", "second_factor"})


@dataclass(frozen=True)
class SignInControl:
    """What tests ask about keys, tokens and the login endpoint."""

    authorities: Authorities
    switches: Switches
    mint: Mint

    def routes(self) -> list[Route]:
        """What the control address gains."""
        return [
            Route("/_control/signing-keys", self.change_keys, methods=["POST"]),
            Route("/_control/login", self.change_login, methods=["GET", "POST", "DELETE"]),
            Route("/_control/tokens", self.make_token, methods=["POST"]),
        ]

    async def change_keys(self, request: Request) -> Response:
        """Another key signs, in every authority."""
        asked = _only(await asked_of(request), frozenset({"rotate", "drop_old"}))
        drop_old = switch({"drop_old": False, **asked}, "drop_old")
        if not switch(asked, "rotate"):
            raise Refused("rotate must be true: there is nothing else to do with keys")
        for ring in {one.ring for one in self.authorities.every}:
            ring.rotate(drop_old=drop_old)
        return Response(status_code=204)

    async def change_login(self, request: Request) -> Response:
        """How the login endpoint stands; change it; or everything as at the start."""
        if request.method == "GET":
            return JSONResponse(self.switches.shown())
        if request.method == "DELETE":
            self.switches.clear()
            return Response(status_code=204)
        asked = _only(await asked_of(request), SWITCHES)
        for name in asked:
            setattr(self.switches, name, switch(asked, name))
        return Response(status_code=204)

    async def make_token(self, request: Request) -> Response:
        """A token without a browser."""
        return JSONResponse({"token": self.mint.token(await asked_of(request))})


def _only(asked: Json, known: frozenset[str]) -> Json:
    if strange := sorted(set(asked) - known):
        raise Refused(f"there is no {strange[0]} here; known: {', '.join(sorted(known))}")
    return asked

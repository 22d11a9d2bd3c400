"""An app that takes webhooks, and checks their signatures by itself (Standard Webhooks 1.0.0)."""

import base64
import hashlib
import hmac
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.inbox.answers import Answers

LEEWAY = 300
"""Seconds that a call's time may be off, so that it cannot be played again later."""


class Hooks:
    """Takes calls at any path below /webhooks/ and keeps those that are genuine."""

    def __init__(self, secret: str) -> None:
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self.answers = Answers()
        self.taken: list[dict[str, object]] = []

    def routes(self) -> list[Route]:
        """The receiver, and what tests steer it by."""
        return [
            Route("/webhooks/{name}", self.take, methods=["POST"]),
            Route("/_control/webhooks", self.control, methods=["GET", "DELETE"]),
            Route("/_control/webhooks/answers", self.answers.ask, methods=["POST"]),
        ]

    async def take(self, request: Request) -> Response:
        """204 for a genuine call, 401 for any other."""
        body = await request.body()
        if (asked := self.answers.next()) is not None:
            return asked.response()
        if not self._is_genuine(request, body):
            return Response(status_code=401)
        told = {"name": request.path_params["name"], "headers": dict(request.headers), "body": body.decode()}
        self.taken.append(told)
        return Response(status_code=204)

    async def control(self, request: Request) -> Response:
        """The calls so far, or forget them."""
        if request.method == "DELETE":
            self.answers.clear()
            self.taken.clear()
        return JSONResponse(self.taken)

    def _is_genuine(self, request: Request, body: bytes) -> bool:
        headers = request.headers
        named, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not at.isdecimal() or abs(time.time() - int(at)) > LEEWAY:
            return False
        digest = hmac.digest(self._key, f"{named}.{at}.".encode() + body, hashlib.sha256)
        expected = f"v1,{base64.b64encode(digest).decode()}"
        given = headers.get("webhook-signature", "").split(" ")
        return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given)

"""HTTP triggers: keys, prefix, routes and methods as the real host has them."""

import hmac
import logging
import os
from collections.abc import Iterable, Mapping

import azure.functions as func
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.host.admin import Admin
from local.host.config import HostConfig
from local.host.invoke import Invoker
from local.host.load import HttpFunction
from local.host.routes import Routes

LARGEST_BODY = 100 * 1024 * 1024
log = logging.getLogger("host.http")


class BodyTooLarge(Exception):
    """More bytes than FUNCTIONS_REQUEST_BODY_SIZE_LIMIT."""


class HttpDispatch:
    """Answers HTTP calls with the app's functions; what the host itself refuses has an empty body."""

    def __init__(
        self,
        functions: tuple[HttpFunction, ...],
        config: HostConfig,
        key: str,
        invoker: Invoker,
        admin: Admin,
    ) -> None:
        self._routes = Routes(functions, config.route_prefix)
        self._key = key
        self._invoker = invoker
        self._admin = admin
        self._largest_body = _largest_body()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call: this is the ASGI application."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        """The function's answer; 404 where there is none, 401 for a wrong key, 413, 500 for its failure."""
        if self._admin.knows(request.url.path):
            return self._admin.answer(request) if self._has_key(request) else Response(status_code=401)
        found = self._routes.find(request.method, request.scope["raw_path"].decode("latin-1"))
        if found is None:
            return Response(status_code=404)
        function, parameters = found
        if function.auth_level != "anonymous" and not self._has_key(request):
            return Response(status_code=401)
        try:
            handed = await self._handed(request, parameters)
            return _response(await self._invoker.call(function.handler, **{function.parameter: handed}))
        except BodyTooLarge:
            return Response(status_code=413)
        except Exception:
            log.exception("%s failed", function.name)
            return Response(status_code=500)

    def _has_key(self, request: Request) -> bool:
        given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
        return hmac.compare_digest(given.encode(), self._key.encode())

    async def _handed(self, request: Request, parameters: Mapping[str, str]) -> func.HttpRequest:
        return func.HttpRequest(
            method=request.method,
            url=str(request.url),
            headers=_joined(request.headers.items()),
            params=_joined(request.query_params.multi_items()),
            route_params=parameters,
            body=await self._body(request),
        )

    async def _body(self, request: Request) -> bytes:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > self._largest_body:
                raise BodyTooLarge
        return bytes(body)


def _largest_body() -> int:
    limit = os.environ.get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", str(LARGEST_BODY))
    if not limit.isdecimal():
        raise ValueError("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT must be a number of bytes")
    return int(limit)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is given more than once reaches a function as one text, with commas."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _response(answer: object) -> Response:
    if isinstance(answer, str):
        return Response(answer, media_type="text/plain")
    if not isinstance(answer, func.HttpResponse):
        raise TypeError("an HTTP function must return HttpResponse or str")
    response = Response(answer.get_body(), status_code=answer.status_code)
    for name, value in answer.headers.items():
        if name.lower() == "set-cookie":
            response.headers.append(name, value)
        else:
            response.headers[name] = value
    # As the worker has it: the function's own header goes first, and only text has a charset.
    charset = f"; charset={answer.charset}" if answer.mimetype.startswith("text/") else ""
    response.headers.setdefault("content-type", answer.mimetype + charset)
    return response

"""HTTP triggers: keys, prefix, routes and methods as the real host has them."""

import asyncio
import hmac
import inspect
import logging
import os
from dataclasses import dataclass

import azure.functions as func
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.host.load import HttpFunction

LARGEST_BODY = 100 * 1024 * 1024
log = logging.getLogger("host.http")


class BodyTooLarge(Exception):
    """More bytes than FUNCTIONS_REQUEST_BODY_SIZE_LIMIT."""


@dataclass(frozen=True)
class HttpDispatch:
    """Answers HTTP calls with the app's functions; what the host itself refuses has an empty body."""

    functions: tuple[HttpFunction, ...]
    prefix: str
    key: str
    timeout: float

    def asgi(self) -> Starlette:
        """The ASGI application: one route per path, methods told apart by us."""
        paths: dict[str, list[HttpFunction]] = {}
        for function in self.functions:
            paths.setdefault(_path(self.prefix, function.route), []).append(function)
        routes = [Route(path, _Endpoint(self, tuple(there))) for path, there in sorted(paths.items())]
        return Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_found})

    async def answer(self, there: tuple[HttpFunction, ...], request: Request) -> Response:
        """The function's answer; 404 for a wrong method, 401 for a wrong key, 413, 500 for its failure."""
        function = next((one for one in there if request.method in one.methods), None)
        if function is None:
            return Response(status_code=404)
        if function.auth_level != "anonymous" and not self._has_key(request):
            return Response(status_code=401)
        try:
            return await asyncio.wait_for(_call(function, request), self.timeout)
        except BodyTooLarge:
            return Response(status_code=413)
        except Exception:
            log.exception("%s failed", function.name)
            return Response(status_code=500)

    def _has_key(self, request: Request) -> bool:
        given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
        return hmac.compare_digest(given.encode(), self.key.encode())


class _Endpoint:
    """An ASGI endpoint for one path: a class, so that Starlette leaves the methods to us."""

    def __init__(self, dispatch: HttpDispatch, there: tuple[HttpFunction, ...]) -> None:
        self._dispatch = dispatch
        self._there = there

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        response = await self._dispatch.answer(self._there, Request(scope, receive))
        await response(scope, receive, send)


async def _call(function: HttpFunction, request: Request) -> Response:
    handed = func.HttpRequest(
        method=request.method,
        url=str(request.url),
        headers=dict(request.headers),
        params=dict(request.query_params),
        route_params={name: str(value) for name, value in request.path_params.items()},
        body=await _body(request),
    )
    if inspect.iscoroutinefunction(function.handler):
        answer = await function.handler(**{function.parameter: handed})
    else:
        answer = await asyncio.to_thread(function.handler, **{function.parameter: handed})
    return _response(answer)


def _response(answer: object) -> Response:
    if isinstance(answer, str):
        return Response(answer, media_type="text/plain")
    if not isinstance(answer, func.HttpResponse):
        raise TypeError("an HTTP function must return HttpResponse or str")
    headers = {**answer.headers, "content-type": f"{answer.mimetype}; charset={answer.charset}"}
    return Response(answer.get_body(), status_code=answer.status_code, headers=headers)


async def _body(request: Request) -> bytes:
    limit = int(os.environ.get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", LARGEST_BODY))
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise BodyTooLarge
    return bytes(body)


def _path(prefix: str, route: str) -> str:
    return "/" + "/".join(part for part in (prefix, route.strip("/")) if part)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return Response(status_code=404)

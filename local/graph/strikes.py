"""What each kind of fault makes of the call that it strikes: the whole catalogue."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from local.graph.answers import GraphError, denied, expired_page, too_many
from local.graph.call import METHODS
from local.graph.cut import CutConnection, Trickle
from local.graph.fault import GRAPH, LOGIN, Fault

_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>Bad Gateway</body>\r\n</html>\r\n"


@dataclass(frozen=True)
class Struck:
    """The call: what answers it, and how its endpoint words a failure."""

    request: Request
    answer: Callable[[], Awaitable[Response]]
    failed: Callable[[Request, GraphError], Response]


Strike = Callable[[Fault, Struck], Awaitable[Response]]


async def strike(fault: Fault | None, struck: Struck) -> Response:
    """The answer, or what the fault makes of it."""
    return await (CATALOGUE[fault.kind].strike(fault, struck) if fault else struck.answer())


def _instead(made: Callable[[dict[str, str]], GraphError]) -> Strike:
    async def failing(fault: Fault, struck: Struck) -> Response:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return struck.failed(struck.request, made(headers))

    return failing


def _error(status: int, code: str, message: str) -> Strike:
    return _instead(lambda headers: GraphError(status, code, message, headers))


async def _gateway(fault: Fault, _struck: Struck) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Response(_GATEWAY, 502, headers, "text/html")


async def _slow(fault: Fault, struck: Struck) -> Response:
    # The wait comes first: a caller who gives up meets an effect that is yet to come.
    await asyncio.sleep(fault.seconds)
    return await struck.answer()


async def _slow_body(fault: Fault, struck: Struck) -> Response:
    return Trickle(await struck.answer(), fault.seconds)


async def _cut_before(_fault: Fault, _struck: Struck) -> Response:
    return CutConnection()


async def _cut_after(_fault: Fault, struck: Struck) -> Response:
    await struck.answer()
    return CutConnection()


async def _truncated(_fault: Fault, struck: Struck) -> Response:
    whole = await struck.answer()
    kept = {name: value for name, value in whole.headers.items() if name != "content-length"}
    return Response(bytes(whole.body)[: len(whole.body) // 2], whole.status_code, kept)


async def _no_json(_fault: Fault, _struck: Struck) -> Response:
    return Response(_GATEWAY, 200, media_type="text/html")


@dataclass(frozen=True)
class Kind:
    """What a kind does, and what it needs to do it: `fields` of the fault, methods, a piece of the query."""

    strike: Strike
    fields: frozenset[str] = frozenset()
    methods: frozenset[str] = METHODS
    endpoints: frozenset[str] = frozenset({GRAPH, LOGIN})
    query: str = ""


_WAITS = frozenset({"retry_after"})
_LASTS = frozenset({"seconds"})
_WITH_BODY = frozenset({"GET", "POST"})
_LATER_PAGE = "$skiptoken="

CATALOGUE: Mapping[str, Kind] = {
    "403": Kind(_instead(lambda _headers: denied()), endpoints=frozenset({GRAPH})),
    "429": Kind(_instead(too_many), _WAITS),
    "500": Kind(_error(500, "InternalServerError", "Encountered an internal server error."), _WAITS),
    "502": Kind(_gateway, _WAITS),
    "503": Kind(_error(503, "serviceNotAvailable", "The service is temporarily unavailable."), _WAITS),
    "504": Kind(_error(504, "UnknownError", ""), _WAITS),
    "slow": Kind(_slow, _LASTS),
    "slow_body": Kind(_slow_body, _LASTS, _WITH_BODY),
    "cut_before": Kind(_cut_before),
    "cut_after": Kind(_cut_after),
    "truncated": Kind(_truncated, methods=_WITH_BODY),
    "no_json": Kind(_no_json, methods=_WITH_BODY),
    "expired_page": Kind(
        _instead(expired_page), methods=frozenset({"GET"}), endpoints=frozenset({GRAPH}), query=_LATER_PAGE
    ),
}
PASSING = frozenset(CATALOGUE) - {"403"}
"""What another try can get past; a 403 means what it says."""

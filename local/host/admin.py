"""`POST /admin/functions/{name}`: run a function that is not called by HTTP, now."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

_PATH = re.compile(r"/admin/functions/(\w+)/?", re.IGNORECASE)
Call = Callable[[], Awaitable[None]]


class Admin:
    """Starts functions by name; the answer does not wait for them."""

    def __init__(self, calls: Mapping[str, Call]) -> None:
        self._calls = calls
        self._running: set[asyncio.Task[None]] = set()

    def knows(self, path: str) -> bool:
        """Whether the path is one of the host's own for running a function."""
        return _PATH.fullmatch(path) is not None

    def answer(self, request: Request) -> Response:
        """202 when the function was started, 404 for one there is none of."""
        found = _PATH.fullmatch(request.url.path)
        call = self._calls.get(found[1]) if found and request.method == "POST" else None
        if call is None:
            return Response(status_code=404)
        task = asyncio.ensure_future(call())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return Response(status_code=202)

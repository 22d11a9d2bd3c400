"""Answers that do not come as they should: cut in the middle, or piece by piece."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PIECES = 10


class CutConnection(Response):
    """Promises more bytes than it sends; the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half a body."""
        del scope, receive  # what an ASGI application is given; nothing here depends on it
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"value": [', "more_body": True})
        raise ConnectionAbortedError("cut on demand")


class Trickle(Response):
    """Another answer, its body in pieces over `seconds`."""

    def __init__(self, whole: Response, seconds: float) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))
        self._pause = seconds / PIECES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head at once and the pieces one after another."""
        del scope, receive  # what an ASGI application is given; nothing here depends on it
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        size = -(-len(self.body) // PIECES) or 1
        for start in range(0, len(self.body), size):
            await asyncio.sleep(self._pause)
            piece = self.body[start : start + size]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

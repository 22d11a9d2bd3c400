"""Cut a connection: the client sees it closed in the middle of an answer."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class CutConnection(Response):
    """Promises more bytes than it sends; the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half a body."""
        del scope, receive  # what an ASGI application is given; nothing here depends on it
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"value": [', "more_body": True})
        raise ConnectionAbortedError("cut on demand")

"""Answers that a test asks for ahead of the usual ones."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


@dataclass(frozen=True)
class Answer:
    """What is said in place of the usual."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None

    def response(self) -> Response:
        """The same as a response."""
        return JSONResponse(self.body, self.status, dict(self.headers))


class Answers:
    """Each is given once, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: deque[Answer] = deque()

    def next(self) -> Answer | None:
        """None where the usual is to be answered."""
        return self._waiting.popleft() if self._waiting else None

    def clear(self) -> None:
        """Nothing but the usual from here on."""
        self._waiting.clear()

    async def ask(self, request: Request) -> Response:
        """`POST …/answers`: status, and perhaps headers, body and how many `times`."""
        asked = await request.json()
        times = int(asked.pop("times", 1))
        self._waiting.extend([Answer(**asked)] * times)
        return Response(status_code=204)

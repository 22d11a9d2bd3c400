"""Graph faked at its transport: the SDK and the adapter are real, the answers are written here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken

from shared.adapters.graph.client import LazyConnection, connect
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.principals import serving_both
from tests.fakes import FakeClock
from tests.unit.samples import NOW

BASE = Endpoints().base_url
OBJECT_ID = "73f6134c-e647-4ab1-8ccb-287be982da02"

SDK_WARNS = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
"""The SDK's modules warn, while they are imported, of classes that nobody here uses."""

Answer = httpx.Response | Exception


@dataclass
class FixedToken:
    """A credential whose token everybody knows."""

    fault: Exception | None = None

    async def get_token(self, *_: str, **__: Any) -> AccessToken:  # azure-core declares these as Any
        if self.fault:
            raise self.fault
        return AccessToken("token", 2**31)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "FixedToken":
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None: ...


@dataclass
class Paper:
    """A directory whose Graph gives these answers in turn, and what it was asked."""

    answers: Sequence[Answer]
    fault_at_login: Exception | None = None
    asked: list[httpx.Request] = field(default_factory=list)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))

    def directory(self, share: float = 1.0) -> GraphDirectory:
        return GraphDirectory(serving_both(self.connection()), Endpoints(), self.clock, share)

    def connection(self) -> LazyConnection:
        transport = httpx.MockTransport(self._answer)
        return LazyConnection(_opener(transport, FixedToken(self.fault_at_login)))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def paths(self) -> list[str]:
        """Path and query as sent, encoded."""
        return [request.url.raw_path.decode() for request in self.asked]


def _opener(transport: httpx.MockTransport, credential: FixedToken) -> Callable[[], Any]:
    return lambda: connect(Endpoints(), credential, transport)


def ok(**body: object) -> httpx.Response:
    return httpx.Response(200, json=body)


def page(*items: object, link: str | None = None) -> httpx.Response:
    return ok(value=list(items), **({"@odata.nextLink": link} if link else {}))


def user(**more: object) -> httpx.Response:
    return ok(id=OBJECT_ID, userPrincipalName="u@contoso.onmicrosoft.com", **more)


def failing(status: int, code: str = "Code", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"error": {"code": code, "message": f"Resource '{OBJECT_ID}' and ada@example.com."}}
    return httpx.Response(status, headers=named, json=body)


ABSENT = "Request_ResourceNotFound"
"""Graph's code for an object that is not there."""

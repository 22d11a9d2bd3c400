"""Every call to an adapter, made a point where something can happen.

`Points` wraps the adapters of a world. It counts the calls of one worker; at the chosen one it does what
the test asks: before the call, after it, or both.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.domain.ports import BlobSink

Happen = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """What happens at a point unless a test says otherwise."""


class Killed(BaseException):
    """The process is gone: nothing catches this but the test."""


@dataclass
class Points:
    """Counts calls while `armed`; `names` are those seen so far."""

    at: int = -1
    before: Happen = nothing
    after: Happen = nothing
    armed: bool = True
    names: list[str] = field(default_factory=list)

    def wrapped(self, adapter: Any, name: str) -> Any:  # stands for any port
        """The adapter, each of its calls a point."""
        return _Wrapped(self, adapter, name)

    async def around(self, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """Make one call a point."""
        if not self.armed:
            return await call()
        chosen = len(self.names) == self.at
        self.names.append(name)
        if chosen:
            await self.before()
        result = await call()
        if chosen:
            await self.after()
        return result


class _Wrapped:
    def __init__(self, points: Points, adapter: Any, name: str) -> None:
        self._points, self._adapter, self._name = points, adapter, name

    def __getattr__(self, method: str) -> Any:
        target, name = getattr(self._adapter, method), f"{self._name}.{method}"
        if method == "create":
            return lambda *given: self._created(name, target, *given)
        if method in {"read", "audit_events", "sign_ins"} and not self._name.startswith("register"):
            return lambda *given: self._listed(name, target, *given)

        async def call(*given: Any, **named: Any) -> Any:
            return await self._points.around(name, lambda: target(*given, **named))

        return call

    @asynccontextmanager
    async def _created(self, name: str, target: Any, *given: Any) -> AsyncIterator[BlobSink]:
        context = target(*given)
        sink = await self._points.around(name, context.__aenter__)
        try:
            yield _WrappedSink(self._points, sink, name)
        except BaseException as error:
            if isinstance(error, Killed):
                raise  # a process that is gone does not clean up
            await context.__aexit__(type(error), error, error.__traceback__)
            raise
        await self._points.around(f"{name}:commit", lambda: context.__aexit__(None, None, None))

    async def _listed(self, name: str, target: Any, *given: Any) -> AsyncIterator[Any]:
        items = target(*given)
        while True:
            try:
                item = await self._points.around(name, items.__anext__)
            except StopAsyncIteration:
                return
            yield item


class _WrappedSink:
    def __init__(self, points: Points, sink: BlobSink, name: str) -> None:
        self._points, self._sink, self._name = points, sink, name

    async def write(self, data: bytes) -> None:
        await self._points.around(f"{self._name}:write", lambda: self._sink.write(data))

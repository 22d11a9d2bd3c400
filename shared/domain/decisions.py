"""What people decide about a request: withdraw it, let it go on, have it tried again, refuse it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.errors import Overtaken, StorageUnavailable
from shared.domain.ports import Clock, Log, RequestStore, WorkQueue
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest

Decide = Callable[[PrivacyRequest, datetime], PrivacyRequest]
TRIES = 10
"""Against a worker that saves at the same time: the request is read again and the decision taken anew."""


@dataclass(frozen=True)
class Decisions:
    """Each raises `UnknownRequest`, `StorageUnavailable`, and `InvalidTransition` where it is too late."""

    store: RequestStore
    queue: WorkQueue
    promises: Promises
    clock: Clock
    log: Log

    async def cancel(self, request_id: str, by: str, reason: str = "withdrawn") -> PrivacyRequest:
        """Withdraw the request; possible until the mark is set."""
        return await self._decide(request_id, lambda request, now: request.cancelled(now, reason, by))

    async def refuse(self, request_id: str, by: str, reason: str) -> PrivacyRequest:
        """Refuse a request that awaits approval; possible until the mark is set."""
        return await self._decide(request_id, lambda request, now: request.refused(now, reason, by))

    async def approve(self, request_id: str, by: str) -> PrivacyRequest:
        """Let a request go on that awaits approval."""
        return await self._go_on(request_id, lambda request, now: request.approved(now, by))

    async def retry(self, request_id: str, by: str) -> PrivacyRequest:
        """Have a failed request tried again; it resumes where it stopped."""
        return await self._go_on(request_id, lambda request, now: request.retried(now, by))

    async def _go_on(self, request_id: str, decide: Decide) -> PrivacyRequest:
        request = await self._decide(request_id, decide)
        await self.queue.send(request.id)
        return request

    async def _decide(self, request_id: str, decide: Decide) -> PrivacyRequest:
        for _ in range(TRIES):
            stored = await self.store.get(request_id)
            decided = decide(stored.request, self.clock.now())
            try:
                await self.store.save(replace(stored, request=decided))
            except Overtaken:
                continue
            await self.promises.renew(decided)
            self.log.info("decided", status=decided.status, reason=decided.reason)
            return decided
        raise StorageUnavailable

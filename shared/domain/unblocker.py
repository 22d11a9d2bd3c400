"""Let accounts be used again that a request blocked and then did not delete.

A request may be cancelled while a worker is about to block: as long as one may be at it, the account is
opened at each look, and that is noted only afterwards.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from shared.domain.agenda import TIDY_AFTER
from shared.domain.claims import Claims
from shared.domain.directories import Directories
from shared.domain.errors import AskOperator, DirectoryFault, Overtaken, UnknownRequest
from shared.domain.ports import Clock, Log, RequestStore, Stored
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest
from shared.domain.states import Status

GIVEN_UP_AFTER = timedelta(days=30)
"""So long after the end nothing is tried any more, and operators are told."""


@dataclass(frozen=True)
class Unblocker:
    """Works at requests that have ended; what cannot be done now is promised to come again."""

    store: RequestStore
    promises: Promises
    directories: Directories
    claims: Claims
    clock: Clock
    log: Log

    async def run(self, request_id: str) -> None:
        """Put back what was changed. Raises `StorageUnavailable`: the message must come again."""
        try:
            stored = await self.store.get(request_id)
        except UnknownRequest:
            return
        try:
            for tenant in stored.request.to_unblock:
                stored = await self._unblock(stored, tenant)
        except Overtaken:
            self.log.info("unblock_overtaken")

    async def _unblock(self, stored: Stored, tenant: str) -> Stored:
        progress = stored.request.progress(tenant)
        if progress.account is None or await self.claims.are_with_another(stored.request, tenant):
            return stored  # that one has the account blocked; it is opened once that one has ended
        try:
            await self.directories.of(progress).enable(progress.account.object_id)
        except (DirectoryFault, AskOperator) as fault:
            self.log.warning("unblock_failed", tenant=tenant, code=fault.code)
            return await self._given_up(stored, tenant, fault.code) if self._is_spent(stored) else stored
        if self._may_be_blocked_yet(stored.request):
            return stored
        self.log.info("unblocked", tenant=tenant)
        return await self._save(stored, stored.request.with_unblocked(tenant, self.clock.now()))

    async def _given_up(self, stored: Stored, tenant: str, code: str) -> Stored:
        """An administrator has to open it by hand: the person must not be kept on record for ever."""
        self.log.error("unblock_given_up", tenant=tenant, code=code)
        return await self._save(stored, stored.request.with_unblocked(tenant, self.clock.now(), code))

    async def _save(self, stored: Stored, request: PrivacyRequest) -> Stored:
        saved = await self.store.save(replace(stored, request=request))
        await self.promises.renew(request)
        return saved

    def _is_spent(self, stored: Stored) -> bool:
        ended = stored.request.ended_at
        return ended is not None and self.clock.now() - ended > GIVEN_UP_AFTER

    def _may_be_blocked_yet(self, request: PrivacyRequest) -> bool:
        ended = request.ended_at if request.status is Status.CANCELLED else None
        return ended is not None and self.clock.now() < ended + TIDY_AFTER

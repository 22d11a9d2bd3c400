"""Let accounts be used again that a request blocked and then did not delete.

A request may be cancelled while a worker is about to block: as long as one may be at it, the account is
opened at each look, and that is noted only afterwards.
"""

from dataclasses import dataclass, replace

from shared.domain.agenda import TIDY_AFTER
from shared.domain.directories import Directories
from shared.domain.errors import AskOperator, DirectoryFault, Overtaken, UnknownRequest
from shared.domain.ports import Clock, Log, RequestStore, Stored
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest, Status


@dataclass(frozen=True)
class Unblocker:
    """Works at requests that have ended; what cannot be done now is promised to come again."""

    store: RequestStore
    promises: Promises
    directories: Directories
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
        if progress.account is None:
            return stored
        try:
            await self.directories.of(progress).enable(progress.account.object_id)
        except (DirectoryFault, AskOperator) as fault:
            self.log.warning("unblock_failed", tenant=tenant, code=fault.code)
            return stored
        if self._may_be_blocked_yet(stored.request):
            return stored
        opened = stored.request.with_unblocked(tenant, self.clock.now())
        saved = await self.store.save(replace(stored, request=opened))
        await self.promises.renew(opened)
        self.log.info("unblocked", tenant=tenant)
        return saved

    def _may_be_blocked_yet(self, request: PrivacyRequest) -> bool:
        ended = request.ended_at if request.status is Status.CANCELLED else None
        return ended is not None and self.clock.now() < ended + TIDY_AFTER

"""Let accounts be used again that a request blocked and then did not delete.

Whoever withdraws a request does not stop the worker that is at it: its block may come after our unblocking.
So an account is opened at once, and once more when that worker's lease is over; only then it is written down.
"""

from dataclasses import dataclass, replace

from shared.domain.directories import Directories
from shared.domain.errors import AskOperator, DirectoryFault, Overtaken, UnknownRequest
from shared.domain.ports import Clock, Log, RequestStore, Stored
from shared.domain.promises import Promises


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
        if stored.request.may_be_worked_at(self.clock.now()):
            return stored
        opened = stored.request.with_unblocked(tenant, self.clock.now())
        saved = await self.store.save(replace(stored, request=opened))
        await self.promises.renew(opened)
        self.log.info("unblocked", tenant=tenant)
        return saved

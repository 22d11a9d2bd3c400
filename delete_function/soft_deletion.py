"""Move an account to the recycle bin and read back that it is there.

A DELETE in Graph is soft: the user stays in the recycle bin for 30 days and can be restored
(Graph, user-delete). The outcome says so and nothing more.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from delete_function.second_look import second_look
from shared.domain.account import Account
from shared.domain.directories import Directories
from shared.domain.errors import NotYetSo
from shared.domain.identify import RECYCLE_BIN_KEEPS, wait_for_window
from shared.domain.plan import StepResult, Unfinished
from shared.domain.ports import Clock, Log
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.turn import Turn


@dataclass(frozen=True)
class SoftDeletion:
    """Three steps a tenant: send, read back, and where there is nothing to see, read back again."""

    directories: Directories
    clock: Clock
    log: Log
    window: timedelta
    audits_kept: timedelta

    async def send(self, request: PrivacyRequest, tenant: str, turn: Turn) -> StepResult:
        """Send the DELETE if the account is there and still the one that was pinned.

        That it may be sent is saved first: whoever ends the request after an answer that was lost must not be
        told that the account is kept.
        """
        progress = request.progress(tenant)
        pinned = progress.account
        if pinned is None or progress.outcome is not None:
            return request
        if progress.delete_sent_at is not None:
            await self._send(request, progress, pinned, turn)
            return request
        there = await second_look(self.directories.of(progress), pinned, request)
        noted = request.with_progress(replace(progress, delete_sent_at=self.clock.now()))
        return noted if there is None else Unfinished(noted)

    async def verify(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account, turn: Turn
    ) -> TenantProgress:
        """The account as it is read back. Raises `NotYetSo`."""
        # Whoever is still there is sent for again: an earlier look may have met a replica that lagged behind.
        if await self._send(request, progress, pinned, turn):
            raise NotYetSo
        recycled = await self.directories.of(progress).recycled(pinned.object_id)
        if recycled is None:
            return replace(progress, absent_since=progress.absent_since or self.clock.now())
        until = recycled.soft_deleted_at + RECYCLE_BIN_KEEPS
        if until > request.due_at:
            self.log.warning("purge_after_due", tenant=progress.tenant)
        return replace(progress, outcome=Outcome.SOFT_DELETED, restorable_until=until, absent_since=None)

    async def verify_again(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account, turn: Turn
    ) -> TenantProgress:
        """Whoever is in neither place, two windows after the first look, is gone. Raises `RetryLater`."""
        wait_for_window(progress, self.clock, 2 * self.window)
        second = await self.verify(request, progress, pinned, turn)
        if second.outcome is not None:
            return second
        audits_until = self.clock.now() + self.audits_kept
        return replace(second, outcome=Outcome.ALREADY_GONE, audits_until=audits_until)

    async def _send(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account, turn: Turn
    ) -> bool:
        """Whether the account was there."""
        directory = self.directories.of(progress)
        if await second_look(directory, pinned, request) is None:
            return False
        turn.check_lease()
        await directory.soft_delete(pinned.object_id)
        return True

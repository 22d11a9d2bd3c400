"""Remove an account from the recycle bin, or wait until Graph does, and read back that it is gone.

Where Graph refuses the purge, the account goes by itself, 30 days after it was moved there (Graph,
user-delete). It is called purged once it was seen in the recycle bin, and then twice, a replication window
apart, in neither place.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from delete_function.second_look import check_same_person
from shared.domain.account import RecycledAccount
from shared.domain.directories import Directories
from shared.domain.errors import AskOperator, NotYetSo, PermissionMissing, RetryLater
from shared.domain.holds import Holds
from shared.domain.identify import RECYCLE_BIN_KEEPS, wait_for_window
from shared.domain.plan import StepResult, Unfinished
from shared.domain.ports import Clock, Directory, Log
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.states import PURGE_FALLS_DUE
from shared.domain.subject import ObjectIdSubject
from shared.domain.turn import Turn

RESTORED = "account_restored"
NOT_PURGED = "purge_overdue"
PROTECTED_FOR = timedelta(days=7)
"""Graph may protect a user from being purged for so long (beta, `isHardDeleteProtectionEnabled`)."""
GRACE = timedelta(days=2)
"""So long after its date an account that is still in the recycle bin is reported."""
IN_THE_BIN = frozenset({Outcome.SOFT_DELETED, Outcome.ALREADY_SOFT_DELETED, Outcome.RESTORED})


@dataclass(frozen=True)
class Purging:
    """Three steps a tenant. Where `tries` is false the right to purge is not there, or not to be used."""

    directories: Directories
    holds: Holds
    clock: Clock
    log: Log
    window: timedelta
    audits_kept: timedelta
    tries: bool = True

    async def purge(self, request: PrivacyRequest, tenant: str, turn: Turn) -> StepResult:
        """Have the account leave the recycle bin. Raises `RetryLater`, `AskOperator`, `NotYetSo`."""
        progress = request.progress(tenant)
        object_id = _object_id(request, progress)
        if progress.outcome not in IN_THE_BIN or object_id is None:
            return request
        directory = self.directories.of(progress)
        if await self._is_back(directory, object_id):
            return await self._deal_with_restored(request, progress, directory, object_id, turn)
        recycled = await directory.recycled(object_id)
        if recycled is None:
            return request
        if progress.restorable_until is None or progress.restorable_until < _until(recycled):
            return Unfinished(request.with_progress(_in_the_bin(progress, recycled)))
        await self._purge(request, progress, directory, object_id, recycled, turn)
        return request

    async def verify(self, request: PrivacyRequest, tenant: str, turn: Turn) -> StepResult:
        """Note since when the account is in neither place. Raises as `purge` does."""
        progress = request.progress(tenant)
        if progress.outcome not in IN_THE_BIN:
            return request
        if await self._is_somewhere(request, progress):
            return await self._once_more(request, tenant, turn)
        return request.with_progress(replace(progress, absent_since=self.clock.now()))

    async def verify_again(self, request: PrivacyRequest, tenant: str, turn: Turn) -> StepResult:
        """Once more, a window later: then it is purged. Raises as `purge` does."""
        progress = request.progress(tenant)
        if progress.outcome not in IN_THE_BIN:
            return request
        wait_for_window(progress, self.clock, self.window)
        if await self._is_somewhere(request, progress):
            return await self._once_more(request, tenant, turn)
        if progress.absent_since is None:
            return Unfinished(request.with_progress(replace(progress, absent_since=self.clock.now())))
        purged = replace(progress, outcome=Outcome.PURGED, restorable_until=None)
        return request.with_progress(replace(purged, audits_until=self.clock.now() + self.audits_kept))

    async def _purge(
        self,
        request: PrivacyRequest,
        progress: TenantProgress,
        directory: Directory,
        object_id: str,
        recycled: RecycledAccount,
        turn: Turn,
    ) -> None:
        if not self.tries or progress.account is None:  # of whom no second look is possible
            raise self._later(recycled)
        await self.holds.check(request)
        turn.check_lease()
        try:
            await directory.purge(object_id)
        except PermissionMissing as refusal:
            self.log.info("purge_refused", tenant=progress.tenant)
            raise self._later(recycled) from refusal

    def _later(self, recycled: RecycledAccount) -> RetryLater | AskOperator:
        """Again when a protection has run out, then when the recycle bin is emptied; reported after that."""
        now, until = self.clock.now(), _until(recycled)
        moments = (recycled.soft_deleted_at + PROTECTED_FOR, until, until + GRACE / 2, until + GRACE)
        upcoming = [moment for moment in moments if moment > now]
        return RetryLater(upcoming[0] - now, PURGE_FALLS_DUE) if upcoming else AskOperator(NOT_PURGED)

    async def _deal_with_restored(
        self,
        request: PrivacyRequest,
        progress: TenantProgress,
        directory: Directory,
        object_id: str,
        turn: Turn,
    ) -> StepResult:
        """Somebody wanted the account back: an operator decides whether it is deleted once more."""
        if progress.outcome is not Outcome.RESTORED:
            restored = replace(progress, outcome=Outcome.RESTORED, restorable_until=None)
            return Unfinished(request.with_progress(restored).without_approval(RESTORED))
        present = await directory.account(object_id)
        if RESTORED not in request.approvals or progress.account is None:
            raise AskOperator(RESTORED)
        if present is not None:
            check_same_person(progress.account, present, request)
            await self.holds.check(request)
            turn.check_lease()
            await directory.soft_delete(object_id)
        raise NotYetSo

    async def _once_more(self, request: PrivacyRequest, tenant: str, turn: Turn) -> StepResult:
        """An earlier look may have met a replica that lagged behind, or somebody has restored the account.

        Either way it does not count as one of the two.
        """
        progress = request.progress(tenant)
        if progress.absent_since is not None:
            return Unfinished(request.with_progress(replace(progress, absent_since=None)))
        result = await self.purge(request, tenant, turn)
        if isinstance(result, Unfinished):
            return result
        raise NotYetSo

    async def _is_somewhere(self, request: PrivacyRequest, progress: TenantProgress) -> bool:
        object_id, directory = _object_id(request, progress), self.directories.of(progress)
        if object_id is None:
            return False
        return await self._is_back(directory, object_id) or await directory.recycled(object_id) is not None

    async def _is_back(self, directory: Directory, object_id: str) -> bool:
        return await directory.account(object_id) is not None


def _until(recycled: RecycledAccount) -> datetime:
    return recycled.soft_deleted_at + RECYCLE_BIN_KEEPS


def _in_the_bin(progress: TenantProgress, recycled: RecycledAccount) -> TenantProgress:
    outcome = Outcome.SOFT_DELETED if progress.account else Outcome.ALREADY_SOFT_DELETED
    return replace(progress, outcome=outcome, restorable_until=_until(recycled))


def _object_id(request: PrivacyRequest, progress: TenantProgress) -> str | None:
    """Of the account that was pinned, or of one that was in the recycle bin when it was looked for."""
    if progress.account is not None:
        return progress.account.object_id
    subject = request.subject
    if isinstance(subject, ObjectIdSubject) and subject.tenant == progress.tenant:
        return subject.object_id
    return None

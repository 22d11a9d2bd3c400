"""Keep the person's account from being used while it is deleted; what is not deleted is opened again."""

from dataclasses import dataclass, replace

from delete_function.second_look import second_look
from shared.domain.account import Account
from shared.domain.directories import Directories
from shared.domain.plan import StepResult, Unfinished
from shared.domain.ports import Directory
from shared.domain.progress import TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.turn import Turn


@dataclass(frozen=True)
class Blocking:
    """A step a tenant, in two parts: what is to be put back is saved before anything is changed."""

    directories: Directories

    async def block(self, request: PrivacyRequest, tenant: str, turn: Turn) -> StepResult:
        """Block sign-in and end the sessions, both so far as Graph can (access tokens live on)."""
        progress = request.progress(tenant)
        if progress.account is None or progress.outcome:
            return request
        directory = self.directories.of(progress)
        if await second_look(directory, progress.account, request) is None:
            return request
        if progress.enabled_before is None:
            return await self._remembered(request, progress, directory, progress.account)
        turn.check_lease()
        await directory.disable(progress.account.object_id)
        await directory.revoke_sessions(progress.account.object_id)
        return request

    async def _remembered(
        self, request: PrivacyRequest, progress: TenantProgress, directory: Directory, account: Account
    ) -> StepResult:
        """Save whether sign-in was allowed; where that is not saved, this request has blocked nobody."""
        standing = await directory.standing(account.object_id)
        if standing is None:
            return request
        return Unfinished(request.with_progress(replace(progress, enabled_before=standing.enabled)))

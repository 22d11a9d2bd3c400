"""Keep the person's account from being used while it is deleted; what is not deleted is opened again."""

from dataclasses import dataclass, replace

from delete_function.second_look import second_look
from shared.domain.directories import Directories
from shared.domain.request import PrivacyRequest
from shared.domain.turn import Turn


@dataclass(frozen=True)
class Blocking:
    """Two steps a tenant: what is to be put back is saved before anything is changed."""

    directories: Directories

    async def remember(self, request: PrivacyRequest, tenant: str) -> PrivacyRequest:
        """Save whether sign-in was allowed; what an earlier try of this request saved is kept."""
        progress = request.progress(tenant)
        if progress.account is None or progress.outcome or progress.enabled_before is not None:
            return request
        standing = await self.directories.of(progress).standing(progress.account.object_id)
        if standing is None:
            return request
        return request.with_progress(replace(progress, enabled_before=standing.enabled))

    async def block(self, request: PrivacyRequest, tenant: str, turn: Turn) -> PrivacyRequest:
        """Block sign-in and end the sessions, both so far as Graph can (access tokens live on)."""
        progress = request.progress(tenant)
        if progress.account is None or progress.outcome:
            return request
        directory = self.directories.of(progress)
        if await second_look(directory, progress.account, request) is None:
            return request
        turn.check_lease()
        await directory.disable(progress.account.object_id)
        await directory.revoke_sessions(progress.account.object_id)
        return request

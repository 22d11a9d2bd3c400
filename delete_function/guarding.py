"""What comes before anything is done to an account: who must agree, for how long, and what forbids it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from delete_function.guard_rails import GuardRails
from delete_function.second_look import second_look
from shared.domain.directories import Directories
from shared.domain.errors import AskOperator, RetryLater
from shared.domain.ports import Clock
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import COPY_READY
from shared.domain.topology import CrossTenantMatch
from shared.domain.turn import Turn

CROSS_TENANT_MATCH = "cross_tenant_match"
APPROVAL = "approval"
COOLING_OFF = "cooling_off"


@dataclass(frozen=True)
class Policy:
    """What the company has set: `asks` has an operator approve every deletion."""

    asks: bool = False
    cooling_off: timedelta = timedelta()
    guard_rails: GuardRails = field(default_factory=GuardRails)


@dataclass(frozen=True)
class Guarding:
    """The work of the first steps of a deletion."""

    directories: Directories
    clock: Clock
    cross_tenant_match: CrossTenantMatch
    policy: Policy

    async def matches(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """A match in a tenant beside the one named waits for an operator, unless settings accept it."""
        found = [name for name, progress in request.tenants.items() if progress.account]
        beside = [name for name in found if name not in request.named] or found[1:]
        asks = self.cross_tenant_match is CrossTenantMatch.ASK
        if beside and asks and CROSS_TENANT_MATCH not in request.approvals:
            raise AskOperator(CROSS_TENANT_MATCH)
        return request

    async def approval(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """By somebody other than who asked, where settings want it and there is somebody to delete."""
        if self.policy.asks and request.has_account and APPROVAL not in request.approvals:
            raise AskOperator(APPROVAL)
        return request

    async def cooling_off(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """Time to think better of it, counted from the request."""
        left = request.accepted_at + self.policy.cooling_off - self.clock.now()
        if request.has_account and left > timedelta():
            raise RetryLater(left, COOLING_OFF)
        return request

    async def copy_received(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """The person says that they have their copy, or it has expired."""
        archive, now = request.archive, self.clock.now()
        if archive is None or request.copy_confirmed_at is not None or archive.expires_at <= now:
            return request
        raise RetryLater(archive.expires_at - now, COPY_READY)

    async def rails(self, request: PrivacyRequest, tenant: str) -> PrivacyRequest:
        """An account that must not be deleted is retained; one that has changed waits for an operator."""
        progress = request.progress(tenant)
        if progress.account is None or progress.outcome is not None:
            return request
        directory = self.directories.of(progress)
        present = await second_look(directory, progress.account, request)
        standing = await directory.standing(progress.account.object_id)
        if present is None or standing is None:
            return request
        objection = self.policy.guard_rails.objection(present, standing)
        if objection is None:
            return request
        return request.with_progress(replace(progress, outcome=Outcome.RETAINED, reason=objection))

"""The deletion: identify, claim the accounts, mark, soft-delete in each tenant, read back, erase archives.

A DELETE in Graph is soft: the user stays in the recycle bin for 30 days and can be restored
(Graph, user-delete). The outcome says so and nothing more.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from shared.domain.account import Account
from shared.domain.claims import Claims
from shared.domain.directories import Directories
from shared.domain.erasure import Erasure
from shared.domain.errors import AskOperator, NotYetSo
from shared.domain.identify import RECYCLE_BIN_KEEPS, Identification, wait_for_window
from shared.domain.plan import Step, StepWork, names
from shared.domain.ports import Clock
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.topology import CrossTenantMatch
from shared.domain.turn import Turn

CROSS_TENANT_MATCH = "cross_tenant_match"

Advance = Callable[[PrivacyRequest, TenantProgress, Account, Turn], Awaitable[TenantProgress]]


@dataclass(frozen=True)
class DeletionPlan:
    """Makes the steps of a deletion."""

    identification: Identification
    claims: Claims
    erasure: Erasure
    directories: Directories
    clock: Clock

    def __call__(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """The steps, three of acting and reading back per tenant; what waits in one holds up no archive."""
        identify = self.identification.steps(request)
        guard = Step("guard", self._guard, names(identify))
        claim = self.claims.step(names((guard,)))
        mark = Step("mark", self._mark, names((claim,)))
        act = (step for tenant in request.searched for step in self._in_tenant(tenant, mark))
        erase = self.erasure.step(names((mark,)))
        return (*identify, guard, claim, mark, *act, erase)

    def _in_tenant(self, tenant: str, mark: Step) -> tuple[Step, ...]:
        delete = Step(f"soft-delete:{tenant}", self._with(tenant, self._soft_delete), names((mark,)))
        verify = Step(f"verify:{tenant}", self._with(tenant, self._verify), names((delete,)))
        again = Step(f"verify-again:{tenant}", self._with(tenant, self._verify_again), names((verify,)))
        return delete, verify, again

    async def _guard(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """A match in a tenant beside the one named waits for an operator, unless settings accept it."""
        found = [name for name, progress in request.tenants.items() if progress.account]
        beside = [name for name in found if name not in request.named] or found[1:]
        asks = self.identification.topology.cross_tenant_match is CrossTenantMatch.ASK
        if beside and asks and CROSS_TENANT_MATCH not in request.approvals:
            raise AskOperator(CROSS_TENANT_MATCH)
        return request

    async def _mark(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """Saved before the first call that cannot be taken back: no cancel is granted between the two."""
        await self.claims.close_to_exports(request)
        if any(progress.account for progress in request.tenants.values()):
            return request.with_mark(self.clock.now())
        return request

    def _with(self, tenant: str, advance: Advance) -> StepWork:
        async def step(request: PrivacyRequest, turn: Turn) -> PrivacyRequest:
            progress = request.progress(tenant)
            if progress.account is None or progress.outcome is not None:
                return request
            return request.with_progress(await advance(request, progress, progress.account, turn))

        return step

    async def _soft_delete(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account, turn: Turn
    ) -> TenantProgress:
        await self._send(request, progress, pinned, turn)
        return progress

    async def _send(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account, turn: Turn
    ) -> bool:
        """Send the DELETE if the account is there and still the one that was pinned; whether it was there."""
        directory = self.directories.of(progress)
        present = await directory.account(pinned.object_id)
        if present is None:
            return False
        _check_same_person(pinned, present, request)
        turn.check_lease()
        await directory.soft_delete(pinned.object_id)
        return True

    async def _verify(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account, turn: Turn
    ) -> TenantProgress:
        # Whoever is still there is sent for again: an earlier look may have met a replica that lagged behind.
        if await self._send(request, progress, pinned, turn):
            raise NotYetSo
        recycled = await self.directories.of(progress).recycled(pinned.object_id)
        if recycled is None:
            return replace(progress, absent_since=self.clock.now())
        return replace(
            progress,
            outcome=Outcome.SOFT_DELETED,
            restorable_until=recycled.soft_deleted_at + RECYCLE_BIN_KEEPS,
        )

    async def _verify_again(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account, turn: Turn
    ) -> TenantProgress:
        wait_for_window(progress, self.clock, self.identification.window)
        second = await self._verify(request, progress, pinned, turn)
        return second if second.outcome else replace(progress, outcome=Outcome.NOT_FOUND)


def _check_same_person(pinned: Account, present: Account, request: PrivacyRequest) -> None:
    """The account must still be the one that was identified. Raises `AskOperator`."""
    made_since = present.created_at is not None and present.created_at > request.accepted_at
    if sorted(present.identities) != sorted(pinned.identities) or made_since:
        raise AskOperator("account_changed")

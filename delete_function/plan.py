"""The deletion: identify, soft-delete in each tenant, read back.

A DELETE in Graph is soft: the user stays in the recycle bin for 30 days and can be restored
(Graph, user-delete). The outcome says so and nothing more.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from shared.domain.account import Account
from shared.domain.errors import AskOperator, NotYetSo
from shared.domain.identify import RECYCLE_BIN_KEEPS, Identification, wait_for_window
from shared.domain.plan import Step, names
from shared.domain.ports import Clock, Directory
from shared.domain.request import Outcome, PrivacyRequest, TenantProgress
from shared.domain.topology import CrossTenantMatch

StepWork = Callable[[PrivacyRequest], Awaitable[PrivacyRequest]]
Advance = Callable[[PrivacyRequest, TenantProgress, Account], Awaitable[TenantProgress]]


@dataclass(frozen=True)
class DeletionPlan:
    """Makes the steps of a deletion."""

    identification: Identification
    directories: Mapping[str, Directory]
    clock: Clock

    def __call__(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """The steps, three of acting and reading back per tenant."""
        identify = self.identification.steps(request)
        guard = Step("guard", self._guard, names(identify))
        act = (
            step
            for tenant in self.identification.searched(request)
            for step in self._in_tenant(tenant, guard)
        )
        return (*identify, guard, *act)

    def _in_tenant(self, tenant: str, guard: Step) -> tuple[Step, ...]:
        delete = Step(f"soft-delete:{tenant}", self._with(tenant, self._soft_delete), names((guard,)))
        verify = Step(f"verify:{tenant}", self._with(tenant, self._verify), names((delete,)))
        again = Step(f"verify-again:{tenant}", self._with(tenant, self._verify_again), names((verify,)))
        return delete, verify, again

    async def _guard(self, request: PrivacyRequest) -> PrivacyRequest:
        """A match in a tenant beside the one named waits for an operator, unless settings accept it."""
        topology = self.identification.topology
        found = [name for name, progress in request.tenants.items() if progress.account]
        named = topology.named(request.subject)
        beside = [name for name in found if name not in named] or found[1:]
        if beside and topology.cross_tenant_match is CrossTenantMatch.ASK:
            raise AskOperator("cross_tenant_match")
        return request

    def _with(self, tenant: str, advance: Advance) -> StepWork:
        async def step(request: PrivacyRequest) -> PrivacyRequest:
            progress = request.progress(tenant)
            if progress.account is None or progress.outcome is not None:
                return request
            return request.with_progress(await advance(request, progress, progress.account))

        return step

    async def _soft_delete(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account
    ) -> TenantProgress:
        directory = self.directories[progress.tenant]
        present = await directory.account(pinned.object_id)
        if present is not None:
            _check_same_person(pinned, present, request)
            await directory.soft_delete(pinned.object_id)
        return progress

    async def _verify(
        self, _request: PrivacyRequest, progress: TenantProgress, pinned: Account
    ) -> TenantProgress:
        directory = self.directories[progress.tenant]
        if await directory.account(pinned.object_id) is not None:
            raise NotYetSo
        recycled = await directory.recycled(pinned.object_id)
        if recycled is None:
            return replace(progress, absent_since=self.clock.now())
        return replace(
            progress,
            outcome=Outcome.SOFT_DELETED,
            restorable_until=recycled.soft_deleted_at + RECYCLE_BIN_KEEPS,
        )

    async def _verify_again(
        self, request: PrivacyRequest, progress: TenantProgress, pinned: Account
    ) -> TenantProgress:
        wait_for_window(progress, self.clock, self.identification.window)
        second = await self._verify(request, progress, pinned)
        return second if second.outcome else replace(progress, outcome=Outcome.NOT_FOUND)


def _check_same_person(pinned: Account, present: Account, request: PrivacyRequest) -> None:
    """The account must still be the one that was identified. Raises `AskOperator`."""
    made_since = present.created_at is not None and present.created_at > request.accepted_at
    if sorted(present.identities) != sorted(pinned.identities) or made_since:
        raise AskOperator("account_changed")

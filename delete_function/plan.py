"""The deletion: identify, agree, guard, block, mark, delete in each tenant, purge, erase archives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from delete_function.blocking import Blocking
from delete_function.guarding import Guarding
from delete_function.purging import Purging
from delete_function.soft_deletion import SoftDeletion
from shared.domain.account import Account
from shared.domain.claims import Claims
from shared.domain.erasure import Erasure
from shared.domain.holds import Holds
from shared.domain.identify import Identification
from shared.domain.plan import Step, StepResult, StepWork, names
from shared.domain.ports import Clock
from shared.domain.progress import TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.turn import Turn

InTenant = Callable[[PrivacyRequest, str, Turn], Awaitable[StepResult]]
OnAccount = Callable[[PrivacyRequest, TenantProgress, Account, Turn], Awaitable[TenantProgress]]


@dataclass(frozen=True)
class DeletionPlan:
    """Makes the steps of a deletion."""

    identification: Identification
    guarding: Guarding
    claims: Claims
    holds: Holds
    blocking: Blocking
    soft_deletion: SoftDeletion
    purging: Purging
    erasure: Erasure
    clock: Clock

    def __call__(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """The steps; what waits in one tenant holds up neither another nor the archives."""
        before = self._before(request)
        mark = Step("mark", self._mark, names(before))
        holds = Step("holds", self._check_holds, names((mark,)))
        act = (step for tenant in request.searched for step in self._in_tenant(tenant, holds))
        erase = self.erasure.step(names((holds,)))
        return (*before, mark, holds, *act, erase)

    def _before(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """Everything that can be taken back: nothing is changed before all of it was looked at."""
        identify = self.identification.steps(request)
        matches = Step("matches", self.guarding.matches, names(identify))
        approval = Step("approval", self.guarding.approval, names((matches,)))
        cooling_off = Step("cooling-off", self.guarding.cooling_off, names((approval,)))
        claim = self.claims.step(names((cooling_off,)))
        held = Step("held", self._check_holds, names((claim,)))
        rails = _each("guard-rails", request, _untimed(self.guarding.rails), names((held,)))
        somebody = Step("somebody", self.guarding.somebody, names(rails))
        remember = _each("remember", request, _untimed(self.blocking.remember), names((somebody,)))
        block = _each("block", request, self.blocking.block, names(remember))
        agree = (matches, approval, cooling_off, claim, held)
        return (*identify, *agree, *rails, somebody, *remember, *block)

    def _in_tenant(self, tenant: str, holds: Step) -> tuple[Step, ...]:
        soft, purging = self.soft_deletion, self.purging
        works: tuple[tuple[str, InTenant], ...] = (
            ("soft-delete", _on_account(soft.send)),
            ("verify", _on_account(soft.verify)),
            ("verify-again", _on_account(soft.verify_again)),
            ("purge", purging.purge),
            ("verify-purge", purging.verify),
            ("verify-purge-again", purging.verify_again),
        )
        steps: list[Step] = []
        for name, work in works:
            steps.append(Step(f"{name}:{tenant}", _in(tenant, work), names((steps[-1] if steps else holds,))))
        return tuple(steps)

    async def _mark(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """Saved before the first call that cannot be taken back: no cancel is granted between the two."""
        await self.claims.close_to_exports(request)
        if any(progress.account and not progress.outcome for progress in request.tenants.values()):
            return request.with_mark(self.clock.now())
        return request

    async def _check_holds(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """Before anything is changed, and again after the mark: a hold may have come between."""
        await self.holds.check(request)
        return request


def _each(name: str, request: PrivacyRequest, work: InTenant, needs: frozenset[str]) -> tuple[Step, ...]:
    return tuple(Step(f"{name}:{tenant}", _in(tenant, work), needs) for tenant in request.searched)


def _in(tenant: str, work: InTenant) -> StepWork:
    return lambda request, turn: work(request, tenant, turn)


def _untimed(work: Callable[[PrivacyRequest, str], Awaitable[PrivacyRequest]]) -> InTenant:
    """Work that changes nothing outside, and so needs no lease."""
    return lambda request, tenant, _turn: work(request, tenant)


def _on_account(work: OnAccount) -> InTenant:
    """Work on an account that was found and of which it is not known yet how it ends."""

    async def step(request: PrivacyRequest, tenant: str, turn: Turn) -> PrivacyRequest:
        progress = request.progress(tenant)
        if progress.account is None or progress.outcome is not None:
            return request
        return request.with_progress(await work(request, progress, progress.account, turn))

    return step

"""The deletion: identify, agree, guard, block, mark, delete in each tenant, purge, erase archives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from delete_function.audit_check import AuditCheck
from delete_function.blocking import Blocking
from delete_function.guarding import Guarding
from delete_function.purging import Purging
from delete_function.soft_deletion import SoftDeletion
from shared.domain.account import Account
from shared.domain.claims import LOOK_AGAIN, Claims
from shared.domain.erasure import Erasure
from shared.domain.errors import Refuse, RetryLater
from shared.domain.holds import Holds
from shared.domain.identify import Identification
from shared.domain.plan import Step, StepResult, StepWork, names
from shared.domain.ports import Clock
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.states import COPY_STEP
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
    audit_check: AuditCheck | None
    """Where settings want a deletion to wait for the end of audit events."""
    erasure: Erasure
    copying: Callable[[PrivacyRequest, frozenset[str]], tuple[Step, ...]]
    """Makes the steps that make a copy of the person's data first, where that was asked for."""
    clock: Clock

    def __call__(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """The steps; what waits in one tenant holds up neither another nor the archives."""
        agree = self._agree(request)
        held = agree[-1]
        prepare = self._prepare(request, held)
        mark = Step("mark", self._mark, names((held,)))
        act = (step for tenant in request.searched for step in self._in_tenant(tenant, mark))
        return (*agree, *prepare, mark, *act, self.erasure.step(names((mark,))))

    def _agree(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """Who it is, that they and the company want it, and that nobody else is at it."""
        identify = self.identification.steps(request)
        matches = Step("matches", self.guarding.matches, names(identify))
        approval = Step("approval", self.guarding.approval, names((matches,)))
        claim = self.claims.step(names((approval,)))
        copy = self._copy(request, claim)
        cooling_off = Step("cooling-off", self.guarding.cooling_off, names((claim, *copy)))
        held = Step("held", self._check_holds, names((cooling_off,)))
        return (*identify, matches, approval, claim, *copy, cooling_off, held)

    def _copy(self, request: PrivacyRequest, claim: Step) -> tuple[Step, ...]:
        if not request.copy_first:
            return ()
        copy = self.copying(request, names((claim,)))
        return (*copy, Step(COPY_STEP, self.guarding.copy_received, names(copy)))

    def _prepare(self, request: PrivacyRequest, held: Step) -> tuple[Step, ...]:
        """Every account is looked at before the first is changed; what is changed here can be put back."""
        rails = _each("guard-rails", request, _untimed(self.guarding.rails), (held,) * len(request.searched))
        block = _each("block", request, self.blocking.block, rails)
        return (*rails, *block)

    def _in_tenant(self, tenant: str, mark: Step) -> tuple[Step, ...]:
        soft, purging = self.soft_deletion, self.purging
        works: tuple[tuple[str, InTenant], ...] = (
            ("soft-delete", soft.send),
            ("verify", _on_account(soft.verify)),
            ("verify-again", _on_account(soft.verify_again)),
            ("purge", purging.purge),
            ("verify-purge", purging.verify),
            ("verify-purge-again", purging.verify_again),
            *((("audit-events", self.audit_check.check),) if self.audit_check else ()),
        )
        steps = [Step(f"holds:{tenant}", self._check_holds, names((mark,)) | {f"block:{tenant}"})]
        for name, work in works:
            steps.append(Step(f"{name}:{tenant}", _in(tenant, work), names((steps[-1],))))
        return tuple(steps)

    async def _mark(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """Saved before the first call that cannot be taken back: no cancel is granted between the two.

        Raises `Refuse` where every account must be kept, `RetryLater` where none is ready. A request that is
        tried again may have deleted accounts already, and goes on with those.
        """
        found = [progress for progress in request.tenants.values() if progress.account]
        to_delete = [progress for progress in found if progress.outcome is None]
        if found and all(progress.outcome is Outcome.RETAINED for progress in found):
            raise Refuse(found[0].reason or "retained")
        ready = request.irreversible_at or any(f"block:{one.tenant}" in request.done for one in to_delete)
        if to_delete and not ready:
            raise RetryLater(LOOK_AGAIN, "tenants_not_ready")
        await self.claims.close_to_exports(request)
        return request.with_mark(self.clock.now()) if to_delete else request

    async def _check_holds(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """Before anything is changed, and again after the mark: a hold may have come between."""
        await self.holds.check(request)
        return request


def _each(name: str, request: PrivacyRequest, work: InTenant, after: tuple[Step, ...]) -> tuple[Step, ...]:
    """A step in each tenant, each after the one of the same tenant."""
    return tuple(
        Step(f"{name}:{tenant}", _in(tenant, work), names((before,)))
        for tenant, before in zip(request.searched, after, strict=True)
    )


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

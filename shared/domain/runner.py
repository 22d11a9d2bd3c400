"""Run a request's plan, saving each step as it is done.

To claim is to write the next run and its lease under the version that was read; each later write
names the version of the one before, so a worker that was overtaken can save nothing.

      claim ──── steps ──── save          another worker may claim
        |<------------ LEASE ------------->|
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.errors import (
    AskOperator,
    Overtaken,
    PrivacyError,
    Refuse,
    RetryLater,
    StorageUnavailable,
    Throttled,
    UnknownRequest,
)
from shared.domain.plan import Plan, Step, names
from shared.domain.ports import Clock, Log, RequestStore, Stored, WorkQueue
from shared.domain.request import FINAL, Kind, PrivacyRequest, Status

LEASE = timedelta(minutes=11)
"""Longer than the host lets a function run (host.json functionTimeout, 10 minutes)."""
LEASE_MARGIN = timedelta(seconds=30)
LONGEST_NUDGE = timedelta(minutes=15)
RESTING = FINAL | {Status.AWAITING_APPROVAL, Status.FAILED}


@dataclass(frozen=True)
class RetryPolicy:
    """How long failing tries go on, and how far apart they are (back-off with full jitter)."""

    budget: timedelta = timedelta(hours=24)
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=10)

    def pause(self, tries: int) -> timedelta:
        """A random time up to `first` doubled per try, at most `longest`, at least a second."""
        ceiling = min(self.longest, self.first * (1 << min(tries, 20)))
        # full jitter spreads retries; nothing secret depends on it
        return max(timedelta(seconds=1), ceiling * random.random())  # noqa: S311 - see above

    def spent(self, request: PrivacyRequest, now: datetime) -> bool:
        """Whether tries have failed in a row for the whole budget."""
        return request.failing_since is not None and now - request.failing_since >= self.budget


@dataclass(frozen=True)
class Pause:
    """Why a run stopped before the end, and when to go on; `failed` counts against the budget."""

    after: timedelta
    reason: str
    failed: int = 0


@dataclass(frozen=True)
class Runner:
    """Runs requests by id; safe to call twice, late, or from two workers at once."""

    store: RequestStore
    queue: WorkQueue
    clock: Clock
    log: Log
    plans: Mapping[Kind, Plan]
    retries: RetryPolicy = field(default_factory=RetryPolicy)

    async def run(self, request_id: str) -> None:
        """Do what can be done now. Raises `StorageUnavailable`: the message must come again."""
        claimed = await self._claim(request_id)
        if claimed is None:
            return
        try:
            await self._work(claimed)
        except Overtaken:
            self.log.warning("run_overtaken", run=claimed.request.run)

    async def count_poison(self, request_id: str) -> None:
        """A message failed too often: count a try against the budget and nudge again."""
        claimed = await self._claim(request_id)
        if claimed is not None:
            await self._pause(claimed, [self._failure(claimed.request, "message_poisoned")])

    async def _claim(self, request_id: str) -> Stored | None:
        try:
            stored = await self.store.get(request_id)
        except UnknownRequest:
            self.log.warning("message_without_request")
            return None
        request, now = stored.request, self.clock.now()
        if request.status in RESTING:
            self.log.info("message_dropped", status=request.status)
            return None
        ready_at = _ready_at(request)
        if ready_at is not None and ready_at > now:
            await self._nudge(request_id, ready_at - now)
            return None
        try:
            return await self.store.save(replace(stored, request=request.claimed(now, now + LEASE)))
        except Overtaken:
            self.log.info("claim_overtaken")
            return None

    async def _work(self, stored: Stored) -> None:
        plan = self.plans[stored.request.kind](stored.request)
        self.log.info("run_started", kind=stored.request.kind, run=stored.request.run)
        pauses: list[Pause] = []
        for step in plan:
            if step.name in stored.request.done or not step.needs <= stored.request.done:
                continue
            try:
                stored = await self._do(step, stored)
            except Refuse as refusal:
                return await self._end(stored, stored.request.refused(self.clock.now(), refusal.code))
            except AskOperator as question:
                request = stored.request.awaiting_approval(self.clock.now(), question.code)
                return await self._end(stored, request)
            except (Overtaken, StorageUnavailable):
                raise
            except Exception as error:  # noqa: BLE001 - whatever a step meets counts and is reported
                pauses.append(self._paused_by(error, step, stored.request))
        if names(plan) <= stored.request.done:
            return await self._end(stored, stored.request.completed(self.clock.now()))
        return await self._pause(stored, pauses)

    async def _do(self, step: Step, stored: Stored) -> Stored:
        found = await step.run(stored.request)
        now = self.clock.now()
        saved = await self.store.save(replace(stored, request=found.with_done(step.name, now)))
        self.log.info("step_done", step=step.name)
        return saved

    def _paused_by(self, error: Exception, step: Step, request: PrivacyRequest) -> Pause:
        if isinstance(error, RetryLater):
            return Pause(error.after, error.code)
        if isinstance(error, Throttled):
            return Pause(error.retry_after or self.retries.pause(3), error.code)
        if isinstance(error, PrivacyError):
            self.log.warning("step_failed", step=step.name, code=error.code, tries=request.tries + 1)
            return self._failure(request, error.code)
        self.log.exception("step_failed", step=step.name, code="unexpected_error", tries=request.tries + 1)
        return self._failure(request, "unexpected_error")

    def _failure(self, request: PrivacyRequest, reason: str) -> Pause:
        return Pause(self.retries.pause(request.tries), reason, failed=1)

    async def _pause(self, stored: Stored, pauses: list[Pause]) -> None:
        now, request = self.clock.now(), stored.request
        if any(pause.failed for pause in pauses):
            request = request.with_failed_try(now)
        if self.retries.spent(request, now):
            reason = next(pause.reason for pause in pauses if pause.failed)
            return await self._end(stored, request.failed(now, reason))
        soonest = min(pauses, key=lambda pause: pause.after)
        await self._end(stored, request.waiting(now, now + soonest.after, soonest.reason))
        return await self._nudge(request.id, soonest.after)

    async def _end(self, stored: Stored, request: PrivacyRequest) -> None:
        await self.store.save(replace(stored, request=request))
        self.log.info("run_ended", kind=request.kind, status=request.status, reason=request.reason)

    async def _nudge(self, request_id: str, after: timedelta) -> None:
        await self.queue.send(request_id, min(after, LONGEST_NUDGE))


def _ready_at(request: PrivacyRequest) -> datetime | None:
    """When a worker may claim: after the wait, or a little after the lease of one that vanished."""
    if request.status is Status.WAITING:
        return request.until
    if request.leased_until is not None:
        return request.leased_until + LEASE_MARGIN
    return None

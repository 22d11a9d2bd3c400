"""Run a request's plan, saving each step as it is done.

To claim is to write the next run and its lease under the version that was read; each later write
names the version of the one before, so a worker that was overtaken can save nothing. How long a run
may go on is drawn in `shared.domain.turn`.
"""

import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.agenda import LONGEST_NUDGE, ready_at
from shared.domain.endings import Endings
from shared.domain.errors import (
    AskOperator,
    DirectoryFault,
    GiveUp,
    Overtaken,
    PrivacyError,
    Refuse,
    RetryLater,
    Throttled,
    UnknownRequest,
)
from shared.domain.no_telemetry import NoTelemetry
from shared.domain.plan import Plan, Step, Unfinished, names
from shared.domain.ports import Clock, Log, RequestStore, Stored, Telemetry, WorkQueue
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.domain.telemetry import QUEUE_AGE, SpanName
from shared.domain.turn import Timing, Turn

LONGEST_SILENCE = timedelta(hours=1)
"""So long without anything done a question to an operator waits for steps that are to go on soon."""


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
    failed: bool = False


@dataclass(frozen=True)
class Runner:
    """Runs requests by id; safe to call twice, late, or from two workers at once."""

    store: RequestStore
    queue: WorkQueue
    promises: Promises
    clock: Clock
    log: Log
    plans: Mapping[Kind, Plan]
    timing: Timing = field(default_factory=Timing)
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    telemetry: Telemetry = field(default_factory=NoTelemetry)

    async def run(self, request_id: str) -> None:
        """Do what can be done now. Raises `StorageUnavailable`: the message must come again."""
        turn = self.timing.begin(self.clock)
        claimed = await self._claim(request_id)
        if claimed is None:
            return
        request = claimed.request
        with self.telemetry.span(
            SpanName.RUN, request.traceparent, request_id=request.id, kind=request.kind, run=request.run
        ):
            await self._work_unless_overtaken(claimed, turn)

    async def _work_unless_overtaken(self, claimed: Stored, turn: Turn) -> None:
        try:
            await self._work(claimed, turn)
        except Overtaken:
            self.log.warning("run_overtaken", run=claimed.request.run)

    async def count_poison(self, request_id: str) -> None:
        """A message failed too often: count a try against the budget and nudge again."""
        claimed = await self._claim(request_id)
        if claimed is not None:
            self.log.warning("message_poisoned", tries=claimed.request.tries + 1)
            await self._pause(claimed, [self._failure(claimed.request, "message_poisoned")])

    async def _claim(self, request_id: str) -> Stored | None:
        """The request with our lease; None where nothing can be done now: its promise brings it again."""
        try:
            stored = await self.store.get(request_id)
        except UnknownRequest:
            self.log.warning("message_without_request")
            return None
        request, now = stored.request, self.clock.now()
        ready = ready_at(request, self.timing.margin)
        if ready is None or ready > now:
            self.log.info("message_dropped", status=request.status)
            if ready is not None:  # should its worker have vanished, or its own message have come too early
                await self._nudge(request_id, ready - now)
            return None
        vanished = request.leased_until is not None
        if vanished:  # whoever held the lease ended without a word; that counts as a failed try
            request = request.with_failed_try(now)
        try:
            if vanished and self.retries.spent(request, now):
                await self._end(stored, request.failed(now, "workers_vanish"))
                return None
            claimed = await self.store.save(
                replace(stored, request=request.claimed(now, now + self.timing.lease))
            )
        except Overtaken:
            self.log.info("claim_overtaken")
            return None
        self.telemetry.record(QUEUE_AGE, (now - ready).total_seconds(), kind=request.kind)
        return claimed

    async def _work(self, stored: Stored, turn: Turn) -> None:
        plan = self.plans[stored.request.kind](stored.request)
        self.log.info("run_started", kind=stored.request.kind, run=stored.request.run)
        try:
            worked = await self._each(plan, stored, turn)
        except _Ended as ended:
            return await self._end(ended.stored, ended.request)
        request = worked.stored.request
        if names(plan) <= request.done:
            return await self._end(worked.stored, self._concluded(request))
        if worked.asked:
            return await self._ask(worked)
        return await self._pause(worked.stored, worked.pauses)

    async def _ask(self, worked: "_Worked") -> None:
        """Ask an operator, once the steps that go on soon have; a run that brings none of them on counts."""
        request, now = worked.stored.request, self.clock.now()
        idle = now - (request.failing_since or now)
        if _soon(worked.pauses) and idle < LONGEST_SILENCE:
            tried = replace(worked.stored, request=request.with_failed_try(now))
            return await self._pause(tried, worked.pauses)
        return await self._end(worked.stored, request.awaiting_approval(now, worked.asked[0]))

    async def _each(self, plan: Sequence[Step], stored: Stored, turn: Turn) -> "_Worked":
        """What came of every step that could be done now. Raises `_Ended`."""
        pauses: list[Pause] = []
        asked: list[str] = []
        for step in plan:
            if step.name in stored.request.done or not step.needs <= stored.request.done:
                continue
            if turn.over:
                pauses.append(Pause(timedelta(), "to_be_continued"))
                break
            try:
                stored = await self._measured(step, stored, turn)
            except _Paused as paused:
                stored = paused.stored
                pauses.append(paused.pause)
            except _Asked as question:
                stored = question.stored
                asked.append(question.code)
        return _Worked(stored, pauses, asked)

    def _concluded(self, request: PrivacyRequest) -> PrivacyRequest:
        """Completed only where there is an outcome for every tenant: nothing else was verified."""
        if request.undecided:
            return request.awaiting_approval(self.clock.now(), "outcome_missing")
        return request.completed(self.clock.now())

    async def _measured(self, step: Step, stored: Stored, turn: Turn) -> Stored:
        """The same as `_do`; that a step pauses or ends a run is no error of the span."""
        tenant = step.name.partition(":")[2].partition(":")[0] or None
        with self.telemetry.span(
            SpanName.STEP, request_id=stored.request.id, step=step.name, tenant=tenant
        ) as span:
            try:
                return await self._do(step, stored, turn)
            except _Paused as paused:
                span.note(code=paused.pause.reason)
                signal: _Paused | _Asked | _Ended = paused
            except _Asked as question:
                span.note(code=question.code)
                signal = question
            except _Ended as ended:
                span.note(code=ended.request.reason, status=ended.request.status)
                signal = ended
        raise signal

    async def _do(self, step: Step, stored: Stored, turn: Turn) -> Stored:
        """The request with the step done. Raises `_Ended`, `_Paused`, `_Asked`."""
        while True:
            try:
                result = await step.run(stored.request, turn)
            except Overtaken:  # our lease has run out, or another has written what we were writing
                raise
            except (Refuse, AskOperator, GiveUp) as signal:
                raise self._halt(signal, stored) from signal
            except Exception as error:
                raise _Paused(stored, self._paused_by(error, step, stored.request)) from error
            if not isinstance(result, Unfinished):
                done = result.with_done(step.name, self.clock.now())
                stored = await self.store.save(replace(stored, request=done))
                self.log.info("step_done", step=step.name)
                return stored
            advanced = result.request.advanced(step.name, self.clock.now())
            stored = await self.store.save(replace(stored, request=advanced))
            if turn.over:
                raise _Paused(stored, Pause(timedelta(), "to_be_continued"))

    def _halt(self, signal: Refuse | AskOperator | GiveUp, stored: Stored) -> "_Ended | _Asked":
        """After the mark nothing is taken back: an operator says how it ends, and other steps go on."""
        request, now = stored.request, self.clock.now()
        if isinstance(signal, GiveUp):
            return _Ended(stored, request.failed(now, signal.code))
        if request.irreversible_at is not None:
            return _Asked(stored, signal.code)
        if isinstance(signal, Refuse):
            return _Ended(stored, request.refused(now, signal.code))
        return _Ended(stored, request.awaiting_approval(now, signal.code))

    def _paused_by(self, error: Exception, step: Step, request: PrivacyRequest) -> Pause:
        if isinstance(error, RetryLater):
            return Pause(error.after, error.code)
        if isinstance(error, Throttled):
            return Pause(error.retry_after or self.retries.pause(3), error.code)
        if isinstance(error, PrivacyError):
            call = error.call if isinstance(error, DirectoryFault) else None
            self.log.warning(
                "step_failed", step=step.name, code=error.code, call=call, tries=request.tries + 1
            )
            return self._failure(request, error.code)
        self.log.exception("step_failed", step=step.name, code="unexpected_error", tries=request.tries + 1)
        return self._failure(request, "unexpected_error")

    def _failure(self, request: PrivacyRequest, reason: str) -> Pause:
        return Pause(self.retries.pause(request.tries), reason, failed=True)

    async def _pause(self, stored: Stored, pauses: Sequence[Pause]) -> None:
        now, request = self.clock.now(), stored.request
        failures = [pause for pause in pauses if pause.failed]
        if failures:
            request = request.with_failed_try(now)
        if failures and self.retries.spent(request, now):
            return await self._end(stored, request.failed(now, failures[0].reason))
        soonest = min(pauses, key=lambda pause: pause.after)
        await self._end(stored, request.waiting(now, now + soonest.after, soonest.reason))
        await self._nudge(request.id, soonest.after)
        return None

    async def _nudge(self, request_id: str, after: timedelta) -> None:
        if after <= LONGEST_NUDGE:
            await self.queue.send(request_id, after)

    async def _promise(self, request: PrivacyRequest) -> None:
        """Promise the next look by the record as it stands: others may have written, and promised, since."""
        await self.promises.renew(request)
        with contextlib.suppress(UnknownRequest):
            standing = (await self.store.get(request.id)).request
            if standing.last != request.last:
                await self.promises.renew(standing)

    async def _end(self, stored: Stored, request: PrivacyRequest) -> None:
        await self.store.save(replace(stored, request=request))
        Endings(self.log, self.telemetry).note(request)
        await self._promise(request)
        if request.follow_up_due(self.clock.now()):
            await self._nudge(request.id, timedelta())
        self.log.info("run_ended", kind=request.kind, status=request.status, reason=request.reason)


@dataclass(frozen=True)
class _Worked:
    """Steps may have been done; others wait (`pauses`), or need an operator (`asked`, reasons)."""

    stored: Stored
    pauses: Sequence[Pause]
    asked: Sequence[str]


class _Ended(Exception):
    """A step has ended the run for good."""

    def __init__(self, stored: Stored, request: PrivacyRequest) -> None:
        super().__init__()
        self.stored = stored
        self.request = request


class _Paused(Exception):
    """A step cannot go on now; others may."""

    def __init__(self, stored: Stored, pause: Pause) -> None:
        super().__init__()
        self.stored = stored
        self.pause = pause


class _Asked(Exception):
    """A step needs an operator after the mark, from which nothing is taken back: others go on."""

    def __init__(self, stored: Stored, code: str) -> None:
        super().__init__()
        self.stored = stored
        self.code = code


def _soon(pauses: Sequence[Pause]) -> bool:
    """Whether all that others wait for is near: an operator's question can wait as long."""
    return bool(pauses) and all(not pause.failed and pause.after <= LONGEST_NUDGE for pause in pauses)

"""Keep every promise: look at requests whose time has come, and do what is due for them.

A look moves the promise under its version before it acts, so two sweeps at once do no harm; a sweep that
dies leaves a promise that comes again.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.agenda import FIRST_DISTANCE, LONGEST_DISTANCE, Act, Item, Retention, agenda, next_look
from shared.domain.claims import ACCOUNT, archive_entry
from shared.domain.errors import Overtaken, PrivacyError, UnknownRequest
from shared.domain.no_telemetry import NoTelemetry
from shared.domain.ports import (
    SHARDS,
    Clock,
    Due,
    DueTable,
    ExportBlobs,
    Log,
    PassingRegister,
    Register,
    RequestStore,
    Stored,
    StoredDue,
    Telemetry,
    WorkQueue,
)
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.telemetry import PROMISES_LAG
from shared.domain.turn import Timing, Turn

MOST_PER_SHARD = 200
MOST_PASSED = 1000
"""Entries of the passing register that one sweep removes."""
STALLED_AFTER = 3
"""Looks without anything having happened after which a request is reported."""
SWEEP_OWNER, SWEEP = "upkeep", "last-sweep"


@dataclass(frozen=True)
class Upkeep:
    """The timer's work."""

    store: RequestStore
    due: DueTable
    register: Register
    passing: PassingRegister
    blobs: ExportBlobs
    queue: WorkQueue
    clock: Clock
    log: Log
    retention: Retention
    timing: Timing
    telemetry: Telemetry = field(default_factory=NoTelemetry)

    async def sweep(self) -> int:
        """Look at every request whose time has come, as long as there is time. The number of looks.

        A request that cannot be looked at is logged and comes again; it holds up no other.
        """
        turn, looks, whole = self.timing.begin(self.clock), 0, True
        lags = [timedelta()]
        for shard in range(SHARDS):
            try:
                falling = await self.due.falling_due(shard, self.clock.now(), MOST_PER_SHARD)
            except PrivacyError as error:
                self.log.warning("promises_unreadable", count=shard, code=error.code)
                whole = False
                continue
            lags.extend(self.clock.now() - stored.due.at for stored in falling[:1])
            for stored in falling:
                if turn.over:
                    self.log.warning("sweep_unfinished", count=looks)
                    return looks
                await self._look_safely(stored, turn)
                looks += 1
        self.telemetry.record(PROMISES_LAG, max(lags).total_seconds())
        await self._forget_what_has_passed(turn)
        if whole:
            await self._note_sweep()
        self.log.info("sweep_ended", count=looks)
        return looks

    async def _forget_what_has_passed(self, turn: Turn) -> None:
        try:
            for entry in await self.passing.passed(self.clock.now(), MOST_PASSED):
                if turn.over:
                    return
                with contextlib.suppress(Overtaken):  # it serves again
                    await self.passing.remove(entry)
        except PrivacyError as error:
            self.log.warning("passed_not_forgotten", code=error.code)

    async def last_sweep(self) -> datetime | None:
        """When a sweep last went through. Raises `StorageUnavailable`."""
        entry = await self.register.read(SWEEP_OWNER, SWEEP)
        return datetime.fromisoformat(entry.value["at"]) if entry else None

    async def _look_safely(self, stored: StoredDue, turn: Turn) -> None:
        try:
            await self._look(stored, turn)
        except Overtaken:
            self.log.info("look_overtaken")
        except PrivacyError as error:
            self.log.warning("look_failed", request_id=stored.due.request_id, code=error.code)
        except Exception:  # such as a record that cannot be read
            self.log.exception("look_failed", request_id=stored.due.request_id, code="unexpected_error")

    async def _look(self, stored: StoredDue, turn: Turn) -> None:
        try:
            found = await self.store.get(stored.due.request_id)
        except UnknownRequest:
            return await self._without_record(stored)
        moved = await self._moved(stored, found.request)
        for item in self._items_due(found.request):
            turn.check_lease()
            acted = await self._acts()[item.act](found)
            if acted is None:  # the request is gone
                return await self.due.remove(moved)
            found = acted
        return await self._until_next(moved, found.request)

    async def _without_record(self, stored: StoredDue) -> None:
        """A submission that got no further than its promise: given some time, the promise is dropped."""
        due = stored.due
        if due.distance > FIRST_DISTANCE:
            return await self.due.remove(stored)
        later = replace(due, at=self.clock.now() + LONGEST_DISTANCE, distance=LONGEST_DISTANCE)
        await self.due.move(replace(stored, due=later))
        return None

    async def _moved(self, stored: StoredDue, request: PrivacyRequest) -> StoredDue:
        """The promise put off, twice as far as before while nothing happens."""
        seen = request.last.number if request.last else 0
        idle = seen == stored.due.seen
        distance = min(stored.due.distance * 2, LONGEST_DISTANCE) if idle else FIRST_DISTANCE
        due = Due(stored.due.request_id, self.clock.now() + distance, distance, seen)
        return await self.due.move(replace(stored, due=due))

    def _items_due(self, request: PrivacyRequest) -> tuple[Item, ...]:
        now = self.clock.now()
        items = agenda(request, self.retention, self.timing.margin)
        return tuple(item for item in items if item.at <= now)

    async def _until_next(self, moved: StoredDue, request: PrivacyRequest) -> None:
        """Where nothing is left to be nudged, wait for the next item instead."""
        if self._items_due(request):
            return
        at = next_look(request, self.retention, self.timing.margin, self.clock.now())
        seen = request.last.number if request.last else 0
        due = replace(moved.due, at=at, distance=FIRST_DISTANCE, seen=seen)
        await self.due.move(replace(moved, due=due))

    def _acts(self) -> Mapping[Act, Callable[[Stored], Awaitable[Stored | None]]]:
        return {
            Act.RUN: self._nudge,
            Act.REMIND_NEAR: self._remind_near,
            Act.REMIND_PAST: self._remind_past,
            Act.REMIND_LAST: self._remind_last,
            Act.TIDY: self._tidy,
            Act.FOLLOW_UP: self._follow_up,
            Act.FORGET: self._forget,
            Act.EXPIRE: self._expire,
            Act.REMOVE: self._remove,
        }

    async def _nudge(self, stored: Stored) -> Stored:
        request = stored.request
        idle_for = self.clock.now() - request.updated_at
        if idle_for > STALLED_AFTER * LONGEST_DISTANCE and request.status is not Status.WAITING:
            self.log.warning(
                "request_stalled", request_id=request.id, kind=request.kind, status=request.status
            )
        await self.queue.send(request.id)
        return stored

    async def _follow_up(self, stored: Stored) -> Stored:
        await self.queue.send(stored.request.id)
        return stored

    async def _remind_near(self, stored: Stored) -> Stored:
        return await self._remind(stored, Act.REMIND_NEAR)

    async def _remind_past(self, stored: Stored) -> Stored:
        return await self._remind(stored, Act.REMIND_PAST)

    async def _remind_last(self, stored: Stored) -> Stored:
        """Nobody has dealt with a failed request, and soon nobody can: whom it is about will be forgotten."""
        request = stored.request
        self.log.warning("request_last_call", request_id=request.id, kind=request.kind, reason=request.reason)
        return await self._reminded(stored, Act.REMIND_LAST)

    async def _remind(self, stored: Stored, which: Act) -> Stored:
        request = stored.request
        self.log.warning(
            "request_overdue" if which is Act.REMIND_PAST else "request_due_soon",
            request_id=request.id,
            kind=request.kind,
            status=request.status,
            reason=request.reason,
        )
        if request.is_leased(self.clock.now()):
            return stored  # its worker's next save must not be refused for this; told again at the next look
        return await self._reminded(stored, which)

    async def _reminded(self, stored: Stored, which: Act) -> Stored:
        return await self._save(stored, stored.request.with_reminder(which.value, self.clock.now()))

    async def _tidy(self, stored: Stored) -> Stored:
        """Remove what runs have left: everything under the request but the published archive."""
        request = stored.request
        kept = request.archive.blob if request.archive and request.archive.removed_at is None else None
        for name in await self.blobs.names(f"{request.id}/"):
            if name != kept:
                await self.blobs.remove(name)
        return await self._save(stored, request.with_tidied(self.clock.now()))

    async def _forget(self, stored: Stored) -> Stored:
        return await self._save(stored, stored.request.forgotten(self.clock.now()))

    async def _expire(self, stored: Stored) -> Stored:
        if stored.request.is_leased(self.clock.now()):
            return stored  # as with a reminder
        await self.blobs.remove(f"{stored.request.id}/")
        self.log.info("archive_expired", request_id=stored.request.id)
        return await self._save(stored, stored.request.with_archive_removed(self.clock.now()))

    async def _remove(self, stored: Stored) -> None:
        """Remove a request: blobs, entries that name it, rows, and the record last."""
        request = stored.request
        await self.blobs.remove(f"{request.id}/")
        await self._remove_entry(request.given_key, f"given-{request.kind}", "request", request.id)
        for key in request.claims:
            await self._remove_entry(key, ACCOUNT, request.kind, request.id)
            await self._remove_entry(key, archive_entry(request.id), Kind.EXPORT, request.id)
        await self.store.remove(request.id)
        self.log.info("request_removed", request_id=request.id, kind=request.kind)

    async def _remove_entry(self, owner: str, name: str, field: str, request_id: str) -> None:
        entry = await self.register.read(owner, name)
        if entry is None or entry.value.get(field) != request_id:
            return
        left = {key: value for key, value in entry.value.items() if key.partition("-")[0] != field}
        if left:
            await self.register.replace(replace(entry, value=left))
        else:
            await self.register.remove(entry)

    async def _save(self, stored: Stored, request: PrivacyRequest) -> Stored:
        return await self.store.save(replace(stored, request=request))

    async def _note_sweep(self) -> None:
        value = {"at": self.clock.now().isoformat()}
        try:
            entry = await self.register.read(SWEEP_OWNER, SWEEP)
            if entry is None:
                await self.register.insert(SWEEP_OWNER, SWEEP, value)
            else:
                await self.register.replace(replace(entry, value=value))
        except PrivacyError as error:
            self.log.info("sweep_not_noted", code=error.code)

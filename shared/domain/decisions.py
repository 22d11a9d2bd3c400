"""What people decide about a request: withdraw it, approve, try again, end it, change its term."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.domain.callers import Operator
from shared.domain.changed import changed
from shared.domain.deadlines import due_at, extended_due_at
from shared.domain.endings import Endings
from shared.domain.errors import InvalidTransition, OwnRequest, StorageUnavailable
from shared.domain.no_telemetry import NoTelemetry
from shared.domain.ports import Clock, Log, RequestStore, Telemetry, WorkQueue
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest
from shared.domain.states import CAN_RUN, Kind, Status

Decide = Callable[[PrivacyRequest, datetime], PrivacyRequest]


class FourEyes(StrEnum):
    """Which requests two operators must approve."""

    NONE = "none"
    DELETIONS = "deletions"
    ALL = "all"

    def wants_two(self, kind: Kind) -> bool:
        """Whether one operator's approval is not enough."""
        return self is FourEyes.ALL or (self is FourEyes.DELETIONS and kind is Kind.DELETION)


@dataclass(frozen=True)
class Decisions:
    """Each raises `UnknownRequest`, `StorageUnavailable`, and `InvalidTransition` where it is too late.

    `note` is free text to stand beside the event.
    """

    store: RequestStore
    queue: WorkQueue
    promises: Promises
    clock: Clock
    log: Log
    zone: ZoneInfo
    four_eyes: FourEyes = FourEyes.NONE
    telemetry: Telemetry = field(default_factory=NoTelemetry)

    async def cancel(self, request_id: str, by: str, note: str | None = None) -> PrivacyRequest:
        """Withdraw the request; possible until the mark is set."""
        return await self._decide(
            request_id, note, lambda request, now: request.cancelled(now, "withdrawn", by)
        )

    async def refuse(self, request_id: str, by: str, reason: str, note: str | None = None) -> PrivacyRequest:
        """Refuse a request that awaits approval; possible until the mark is set."""

        def decide(request: PrivacyRequest, now: datetime) -> PrivacyRequest:
            if request.status is not Status.AWAITING_APPROVAL:
                raise InvalidTransition(f"{request.status} awaits no approval")
            return request.refused(now, reason, by)

        return await self._decide(request_id, note, decide)

    async def approve(self, request_id: str, by: Operator, note: str | None = None) -> PrivacyRequest:
        """Let a request go on that awaits approval; where two must approve, the second does.

        Raises `OwnRequest` for somebody who made the request.
        """

        def decide(request: PrivacyRequest, now: datetime) -> PrivacyRequest:
            if request.submitter in by.names:
                raise OwnRequest
            if self.four_eyes.wants_two(request.kind) and not request.consents:
                return request.consented(now, by.name)
            if by.name in request.consents:
                raise InvalidTransition("a second operator must approve")
            return request.approved(now, by.name)

        return await self._decide(request_id, note, decide)

    async def retry(self, request_id: str, by: str, note: str | None = None) -> PrivacyRequest:
        """Have a failed request tried again; it resumes where it stopped."""
        return await self._decide(request_id, note, lambda request, now: request.retried(now, by))

    async def close(self, request_id: str, by: str, note: str | None = None) -> PrivacyRequest:
        """End a request that an operator has in hand: failed before its mark, it is cancelled.

        Else it is completed with what is so: nothing more is done where it was not finished.
        """

        def decide(request: PrivacyRequest, now: datetime) -> PrivacyRequest:
            if request.status is Status.FAILED and request.irreversible_at is None:
                return request.cancelled(now, "closed", by)
            return request.retained(now, by)

        return await self._decide(request_id, note, decide)

    async def extend(self, request_id: str, by: str, reason: str, note: str | None = None) -> PrivacyRequest:
        """Extend the term, once."""

        def decide(request: PrivacyRequest, now: datetime) -> PrivacyRequest:
            until = extended_due_at(request.regulation, request.received_at, self.zone, request.paused)
            return request.extended(now, until, reason, by)

        return await self._decide(request_id, note, decide)

    async def pause(self, request_id: str, by: str, reason: str, note: str | None = None) -> PrivacyRequest:
        """Let the clock stand still while it is in doubt who asks."""
        return await self._decide(
            request_id, note, lambda request, now: request.clock_paused(now, reason, by)
        )

    async def resume(self, request_id: str, by: str, note: str | None = None) -> PrivacyRequest:
        """Let the clock run again; the due date moves by as many days as it stood still."""

        def decide(request: PrivacyRequest, now: datetime) -> PrivacyRequest:
            paused = request.paused + (now - (request.paused_at or now))
            reckon = extended_due_at if request.extended_for else due_at
            until = reckon(request.regulation, request.received_at, self.zone, paused)
            return request.clock_resumed(now, until, paused, by)

        return await self._decide(request_id, note, decide)

    async def confirm_copy(self, request_id: str, by: str) -> PrivacyRequest:
        """The person has the copy that they asked for before a deletion.

        While a worker is at it this is `StorageUnavailable`: to write then would cost that run its work.
        """

        def decide(request: PrivacyRequest, now: datetime) -> PrivacyRequest:
            confirmed = request.copy_confirmed(now, by)
            if request.is_leased(now):
                raise StorageUnavailable
            return confirmed

        return await self._decide(request_id, None, decide)

    async def end_archive(self, request_id: str, by: str, note: str | None = None) -> PrivacyRequest:
        """Let an archive expire at once; its blob is removed with the next sweep."""
        return await self._decide(request_id, note, lambda request, now: request.archive_ended(now, by))

    async def notify(self, request_id: str, by: str, note: str | None = None) -> PrivacyRequest:
        """Send again what could not be delivered."""
        return await self._decide(
            request_id, note, lambda request, now: request.with_notices_renewed(now, by)
        )

    async def _decide(self, request_id: str, note: str | None, decide: Decide) -> PrivacyRequest:
        def change(request: PrivacyRequest) -> PrivacyRequest:
            made = decide(request, self.clock.now())
            return made.with_note(note) if note else made

        decided = await changed(self.store, request_id, change)
        Endings(self.log, self.telemetry).note(decided)
        await self.promises.renew(decided)
        if decided.status in CAN_RUN or decided.follow_up_due(self.clock.now()):
            await self.queue.send(decided.id)
        self.log.info("decided", status=decided.status, reason=decided.reason)
        return decided

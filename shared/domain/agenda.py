"""What is due for a request, and when: read off its record, so that one promise a request is enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from shared.domain.deadlines import Regulation
from shared.domain.request import PrivacyRequest
from shared.domain.states import FINAL, Status

FIRST_DISTANCE = timedelta(minutes=5)
LONGEST_DISTANCE = timedelta(hours=1)
LONGEST_NUDGE = timedelta(minutes=15)
"""Shorter waits have a message of their own for their end; a longer one is ended by a look."""
QUEUED_FOR = timedelta(minutes=5)
"""So long a message may wait for a worker before a look takes it for lost. Where many wait, a second
message for each, and what it costs to drop it, is what the workers would be busy with.
"""
TIDY_AFTER = timedelta(hours=1)
"""Longer than any lease: nobody is at it any more."""
AT_LEAST_DAILY = timedelta(days=1)
NEAR = timedelta(days=5)
"""So long before the due date operators are reminded."""
LAST_CALL = timedelta(days=7)
"""So long, or half of the time it is kept, before a failed request cannot be tried again any more."""


class Act(Enum):
    """What upkeep does."""

    RUN = "run"
    REMIND_NEAR = "due_soon"
    REMIND_PAST = "overdue"
    REMIND_LAST = "last_call"
    TIDY = "tidy"
    FOLLOW_UP = "follow_up"
    FORGET = "forget"
    EXPIRE = "expire"
    REMOVE = "remove"


@dataclass(frozen=True)
class Retention:
    """How long what is kept.

    CCPA regulations § 7101(a): records of requests are kept for at least 24 months; the same is taken
    for the GDPR's accountability (Art. 5(2)) unless settings say otherwise.
    """

    gdpr: timedelta = timedelta(days=731)
    ccpa: timedelta = timedelta(days=731)
    failed: timedelta = timedelta(days=30)

    def of(self, regulation: Regulation) -> timedelta:
        """How long a request's record is kept after its end."""
        return self.gdpr if regulation is Regulation.GDPR else self.ccpa


@dataclass(frozen=True)
class Item:
    """Something to be done at a time."""

    act: Act
    at: datetime


def agenda(request: PrivacyRequest, retention: Retention, margin: timedelta) -> tuple[Item, ...]:
    """Everything that is still to be done, soonest first; `margin` is waited beyond a lease."""
    work, copy = _of_work(request, margin), _of_the_archive(request)
    items = (*work, *_of_notices(request), *copy, *_of_the_end(request, retention))
    return tuple(sorted(items, key=lambda item: item.at))


def next_look(request: PrivacyRequest, retention: Retention, margin: timedelta, now: datetime) -> datetime:
    """When the soonest item is due; a day from now where only an operator can say what is next."""
    return min((item.at for item in agenda(request, retention, margin)), default=now + AT_LEAST_DAILY)


def ready_at(request: PrivacyRequest, margin: timedelta) -> datetime | None:
    """From when a worker may claim: the wait's end, or a little after the lease of one that vanished.

    None where nobody may: it has ended, an operator must decide, or its clock stands still.
    """
    if request.paused_at is not None:
        return None
    if request.status is Status.WAITING:
        return request.until
    if request.status is Status.RUNNING:
        return request.leased_until + margin if request.leased_until else request.updated_at
    return request.accepted_at if request.status is Status.ACCEPTED else None


def _of_work(request: PrivacyRequest, margin: timedelta) -> Iterator[Item]:
    ready = ready_at(request, margin)
    if ready is not None:
        yield Item(Act.RUN, ready + QUEUED_FOR if _has_message(request) else ready)
    if request.status not in FINAL and request.paused_at is None:
        reminders = ((Act.REMIND_NEAR, request.due_at - NEAR), (Act.REMIND_PAST, request.due_at))
        yield from (Item(act, at) for act, at in reminders if act.value not in request.reminded)


def _has_message(request: PrivacyRequest) -> bool:
    """Whether one was sent for when it is ready. Of a run that vanished, the old one may come, or may not."""
    if request.status is Status.WAITING and request.until:
        return request.until - request.updated_at <= LONGEST_NUDGE
    return request.leased_until is None


def _of_notices(request: PrivacyRequest) -> Iterator[Item]:
    return (Item(Act.FOLLOW_UP, notice.again_at) for notice in request.notices if notice.again_at)


def _of_the_archive(request: PrivacyRequest) -> Iterator[Item]:
    """Also while a deletion is open that comes after the copy: an operator may have it in hand for long."""
    archive = request.archive
    if archive is not None and archive.removed_at is None and request.paused_at is None:
        yield Item(Act.EXPIRE, archive.expires_at)


def _of_the_end(request: PrivacyRequest, retention: Retention) -> Iterator[Item]:
    ended = request.ended_at
    if ended is None:
        return
    if request.to_unblock or request.owes_receipt:
        yield Item(Act.FOLLOW_UP, ended)
    # A failed request may be tried again: until then it keeps what it has collected, and whom it is about.
    failed = request.status is Status.FAILED
    kept = retention.failed if failed else TIDY_AFTER
    if failed and request.subject is not None and Act.REMIND_LAST.value not in request.reminded:
        yield Item(Act.REMIND_LAST, ended + kept - min(LAST_CALL, kept / 2))
    if not request.tidied:
        yield Item(Act.TIDY, ended + kept)
    if (request.subject is not None or request.notes) and not request.to_unblock:
        yield Item(Act.FORGET, ended + kept)
    if not request.to_unblock:
        yield Item(Act.REMOVE, ended + retention.of(request.regulation))

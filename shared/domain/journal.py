"""The journal: what happened to a request, each event bound to the one before it by a hash.

Whoever changes, drops or inserts an event breaks the chain from there on.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.errors import PrivacyError


class JournalBroken(PrivacyError):
    """An event is missing, was changed, or does not follow the one before it."""

    code = "journal_broken"


class What(StrEnum):
    """What happened."""

    ACCEPTED = "accepted"
    RUN_STARTED = "run_started"
    STEP_ADVANCED = "step_advanced"
    """a part of a long step is done and saved; the detail names the step"""
    STEP_DONE = "step_done"
    MARKED = "marked"
    """from here on nothing can be cancelled or refused"""
    WAITING = "waiting"
    AWAITING_APPROVAL = "awaiting_approval"
    CONSENTED = "consented"
    """the first of two operators approves"""
    APPROVED = "approved"
    EXTENDED = "extended"
    """the term was extended; the detail is the reason"""
    PAUSED = "paused"
    """the clock stands still; the detail is the reason"""
    RESUMED = "resumed"
    RETRIED = "retried"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    FAILED = "failed"
    TIDIED = "tidied"
    """what is left over of runs was removed"""
    ARCHIVE_EXPIRED = "archive_expired"
    UNBLOCKED = "unblocked"
    """sign-in is allowed again, since the account is not deleted; the detail is the tenant"""
    UNBLOCK_DEAD = "unblock_dead"
    """sign-in could not be allowed again: an administrator must do it; the detail is the tenant and why"""
    RECEIPT_KEPT = "receipt_kept"
    """the receipt was signed and kept"""
    COPY_CONFIRMED = "copy_confirmed"
    """the person has the copy that was asked for before the deletion"""
    ARCHIVE_ENDED = "archive_ended"
    """an operator has let the archive expire before its time"""
    ARCHIVE_ERASED = "archive_erased"
    """a deletion of the person has removed the archive; `by` names it"""
    LINK_MINTED = "link_minted"
    """a link to the archive was asked for and made"""
    NOTICE_SENT = "notice_sent"
    """somebody was told of the end; the detail is the channel"""
    NOTICE_DEAD = "notice_dead"
    """somebody could not be told; the detail is the channel and why"""
    NOTICE_RENEWED = "notice_renewed"
    """an operator has it sent again"""
    FORGOTTEN = "forgotten"
    """the personal identifiers were removed"""
    REMINDED = "reminded"
    """the due date is near or past; the detail says which"""


@dataclass(frozen=True)
class Event:
    """One entry: numbered from 1; `detail` and `by` are static text, never anything personal."""

    number: int
    at: datetime
    what: What
    detail: str | None
    by: str
    previous: str

    @property
    def hash(self) -> str:
        """SHA-256 over everything in the event, the hash before it included."""
        parts = [self.number, self.at.isoformat(), self.what, self.detail, self.by, self.previous]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def beginning(request_id: str) -> str:
    """What the first event of a request follows."""
    return hashlib.sha256(request_id.encode()).hexdigest()


def check(request_id: str, events: Iterable[Event], head: Event | None) -> None:
    """Raise `JournalBroken` unless these are all the events of the request up to `head`, in order."""
    previous, number, last = beginning(request_id), 0, None
    for event in events:
        if (event.previous, event.number) != (previous, number + 1):
            raise JournalBroken
        previous, number, last = event.hash, event.number, event
    if last != head:
        raise JournalBroken

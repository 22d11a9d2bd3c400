"""What a request can be asked for, where it can stand, and where that leads: `LEADS_TO`."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from shared.domain.notices import Channel


class Kind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    """a copy of the person's data: GDPR Art. 15 and 20"""
    DELETION = "deletion"
    """the person's accounts removed: GDPR Art. 17"""


class Status(StrEnum):
    """Where a request stands."""

    ACCEPTED = "accepted"
    """recorded; nothing done yet"""
    RUNNING = "running"
    """a worker holds the record's lease"""
    WAITING = "waiting"
    """nothing to do before `until`; the reason says why"""
    AWAITING_APPROVAL = "awaiting_approval"
    """an operator must decide; the reason says what about"""
    COMPLETED = "completed"
    """all steps done and verified; there is an outcome for every tenant"""
    REFUSED = "refused"
    """will not be done; the reason can be told to a person"""
    CANCELLED = "cancelled"
    """withdrawn in time"""
    FAILED = "failed"
    """the retry budget is spent; an operator may have it tried again"""


class Proof(StrEnum):
    """Who says that the person asked."""

    APP = "app"
    """the app alone: its own word for it"""
    ID_TOKEN = "id_token"  # noqa: S105 - the kind of proof, no secret
    """the person's fresh ID token came with the app's request"""
    PERSON = "person"
    """the person themselves, by their access token"""
    OPERATOR = "operator"
    """an operator, who has handed in a list: their own word for it"""


VERIFYING = frozenset({Proof.ID_TOKEN, Proof.PERSON})
"""By which the person themselves has shown that they ask."""


LEADS_TO: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.ACCEPTED: frozenset({Status.RUNNING, Status.CANCELLED}),
        Status.RUNNING: frozenset(set(Status) - {Status.ACCEPTED}),
        Status.WAITING: frozenset({Status.RUNNING, Status.CANCELLED}),
        Status.AWAITING_APPROVAL: frozenset(
            {Status.RUNNING, Status.REFUSED, Status.CANCELLED, Status.COMPLETED}
        ),
        Status.COMPLETED: frozenset(),
        Status.REFUSED: frozenset(),
        Status.CANCELLED: frozenset(),
        Status.FAILED: frozenset({Status.RUNNING, Status.CANCELLED, Status.COMPLETED}),
    }
)
FINAL = frozenset(status for status, next_ones in LEADS_TO.items() if not next_ones)
BINDING = frozenset(Status) - FINAL - {Status.FAILED}
"""A request in one of these keeps others about the same account waiting."""
CAN_RUN = frozenset({Status.ACCEPTED, Status.RUNNING, Status.WAITING})
"""A worker may take a request up in these, now or in time; a message that comes too early is dropped."""
REVOCABLE = frozenset({Status.CANCELLED, Status.REFUSED})
"""Not reached any more once the mark is set."""


TOLD_OF: Mapping[Channel, frozenset[Status]] = MappingProxyType(
    {Channel.WEBHOOK: FINAL | {Status.FAILED}, Channel.MAIL: FINAL}
)
"""Ends that are told; that a request has failed is for operators to mend before the person hears of it."""
PURGE_FALLS_DUE = "purge_falls_due"
COPY_READY, COPY_STEP = "copy_to_be_confirmed", "copy-received"
TOLD_WAITS = frozenset({PURGE_FALLS_DUE, COPY_READY})
"""Reasons for waiting that are told once: they last for weeks."""

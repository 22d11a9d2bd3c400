"""A privacy request: a frozen value whose named transitions return the next value.

The states and where they lead are the table `LEADS_TO`; nothing else sets a status.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from shared.domain.account import Account
from shared.domain.deadlines import Regulation
from shared.domain.errors import InvalidTransition
from shared.domain.journal import Event, What, beginning
from shared.domain.subject import Subject


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
        Status.FAILED: frozenset({Status.RUNNING, Status.CANCELLED}),
    }
)
FINAL = frozenset(status for status, next_ones in LEADS_TO.items() if not next_ones)
BINDING = frozenset(Status) - FINAL - {Status.FAILED}
"""A request in one of these keeps others about the same account waiting."""
REVOCABLE = frozenset({Status.CANCELLED, Status.REFUSED})
"""Not reached any more once the mark is set."""


class Outcome(StrEnum):
    """What is true of one tenant at the end."""

    COLLECTED = "collected"
    """everything asked for was read and is in the archive"""
    SOFT_DELETED = "soft_deleted"
    """read back: not among the users, in the recycle bin until `restorable_until`"""
    ALREADY_SOFT_DELETED = "already_soft_deleted"
    """was in the recycle bin before this request looked"""
    NOT_FOUND = "not_found"
    """looked twice, a replication window apart, and not there"""
    NOT_SEARCHED = "not_searched"
    """no setting links this tenant to where the person was named"""
    FAILED = "failed"
    """the retry budget was spent before this tenant was done"""


@dataclass(frozen=True)
class Part:
    """A piece of a section as it lies in staging; `count` of records, `size` in bytes."""

    blob: str
    count: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Section:
    """One part of an export, collected into staging piece by piece.

    `reached` is the time (as Graph wrote it) of which everything newer has been collected;
    None at the start, and for sections that are read at once.
    """

    name: str
    file_name: str
    source: str
    collected_at: datetime
    parts: tuple[Part, ...] = ()
    reached: str | None = None

    @property
    def count(self) -> int:
        """Records in all pieces."""
        return sum(part.count for part in self.parts)

    @property
    def size(self) -> int:
        """Bytes in all pieces."""
        return sum(part.size for part in self.parts)

    def with_part(self, part: Part, reached: str | None) -> "Section":
        """This section with one more piece."""
        return replace(self, parts=(*self.parts, part), reached=reached)


@dataclass(frozen=True)
class TenantProgress:
    """What was found and done in one tenant; `domain` tells it from another that is given its name."""

    tenant: str
    account: Account | None = field(default=None, repr=False)
    absent_since: datetime | None = None
    outcome: Outcome | None = None
    restorable_until: datetime | None = None
    sections: tuple[Section, ...] = ()
    domain: str = ""

    def with_section(self, section: Section) -> "TenantProgress":
        """This progress with one more section; a section collected again takes the place of the old."""
        others = tuple(held for held in self.sections if held.name != section.name)
        return replace(self, sections=(*others, section))

    def section(self, name: str) -> Section | None:
        """The section of this name, as far as it was collected."""
        return next((held for held in self.sections if held.name == name), None)

    def with_outcome(self, outcome: Outcome) -> "TenantProgress":
        """What is true of this tenant."""
        return replace(self, outcome=outcome)


@dataclass(frozen=True)
class Archive:
    """The finished export: its blob, size in bytes, checksum, and until when it is kept."""

    blob: str
    size: int
    sha256: str
    expires_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True)
class PrivacyRequest:
    """One request. Times are aware UTC.

    `subject` is None once the personal identifiers were removed. `named` and `linked` are the tenants that
    are searched, fixed when the request was accepted. `last` is the newest event of the journal.
    """

    id: str
    kind: Kind
    regulation: Regulation
    subject: Subject | None = field(repr=False)
    named: tuple[str, ...]
    linked: tuple[str, ...]
    submitter: str
    given_key: str
    body_digest: str
    ticket_digest: str
    received_at: datetime
    accepted_at: datetime
    due_at: datetime
    updated_at: datetime
    status: Status = Status.ACCEPTED
    reason: str | None = None
    until: datetime | None = None
    run: int = 0
    leased_until: datetime | None = None
    done: frozenset[str] = frozenset()
    approvals: frozenset[str] = frozenset()
    claims: tuple[str, ...] = ()
    tenants: Mapping[str, TenantProgress] = field(default_factory=dict)
    archive: Archive | None = None
    irreversible_at: datetime | None = None
    tries: int = 0
    failing_since: datetime | None = None
    ended_at: datetime | None = None
    tidied: bool = False
    reminded: frozenset[str] = frozenset()
    last: Event | None = None

    @property
    def searched(self) -> tuple[str, ...]:
        """The tenants in which the person is looked for."""
        return (*self.named, *self.linked)

    @property
    def undecided(self) -> tuple[str, ...]:
        """The tenants of which nobody can say yet what is true."""
        return tuple(name for name, progress in sorted(self.tenants.items()) if progress.outcome is None)

    @property
    def binds(self) -> bool:
        """Whether others about the same account wait for this one."""
        return self.status in BINDING

    def progress(self, tenant: str) -> TenantProgress:
        """What is known of `tenant`; empty where nothing is."""
        return self.tenants.get(tenant, TenantProgress(tenant))

    def outcome(self, tenant: str) -> Outcome | None:
        """What is true of `tenant`; one that was not done when the request failed is `FAILED`."""
        known = self.progress(tenant).outcome
        return Outcome.FAILED if known is None and self.status is Status.FAILED else known

    def recorded(self) -> "PrivacyRequest":
        """The request with its first event."""
        return self._noted(What.ACCEPTED, self.accepted_at, self.kind, "submitter")

    def claimed(self, now: datetime, leased_until: datetime) -> "PrivacyRequest":
        """A worker takes the request: the next run, leased until then."""
        if self.status is not Status.RUNNING:
            self._check(Status.RUNNING)
        taken = replace(
            self,
            status=Status.RUNNING,
            reason=None,
            until=None,
            run=self.run + 1,
            leased_until=leased_until,
            updated_at=now,
        )
        return taken._noted(What.RUN_STARTED, now)

    def with_progress(self, progress: TenantProgress) -> "PrivacyRequest":
        """What a step found or did in a tenant."""
        return replace(self, tenants={**self.tenants, progress.tenant: progress})

    def with_claims(self, claims: tuple[str, ...]) -> "PrivacyRequest":
        """The accounts that name this request in the register."""
        return replace(self, claims=claims)

    def with_archive(self, archive: Archive) -> "PrivacyRequest":
        """The finished export."""
        return replace(self, archive=archive)

    def with_mark(self, now: datetime) -> "PrivacyRequest":
        """From here on nothing can be cancelled or refused."""
        return replace(self, irreversible_at=self.irreversible_at or now)

    def with_done(self, step: str, now: datetime) -> "PrivacyRequest":
        """A step is done; progress clears what was counted against the retry budget."""
        done = replace(self, done=self.done | {step}, tries=0, failing_since=None, updated_at=now)
        return done._noted(What.STEP_DONE, now, step)

    def advanced(self, step: str, now: datetime) -> "PrivacyRequest":
        """A part of a long step is done; that is progress too."""
        moved = replace(self, tries=0, failing_since=None, updated_at=now)
        return moved._noted(What.STEP_ADVANCED, now, step)

    def with_failed_try(self, now: datetime) -> "PrivacyRequest":
        """A try that failed counts against the retry budget, from the first in a row."""
        return replace(self, tries=self.tries + 1, failing_since=self.failing_since or now)

    def waiting(self, now: datetime, until: datetime, reason: str) -> "PrivacyRequest":
        """Nothing to do before `until`."""
        return replace(self._to(Status.WAITING, What.WAITING, now, reason), until=until)

    def awaiting_approval(self, now: datetime, reason: str) -> "PrivacyRequest":
        """An operator must decide."""
        return self._to(Status.AWAITING_APPROVAL, What.AWAITING_APPROVAL, now, reason)

    def completed(self, now: datetime) -> "PrivacyRequest":
        """All steps are done and verified."""
        return self._to(Status.COMPLETED, What.COMPLETED, now)

    def refused(self, now: datetime, reason: str, by: str | None = None) -> "PrivacyRequest":
        """Will not be done."""
        return self._to(Status.REFUSED, What.REFUSED, now, reason, by)

    def failed(self, now: datetime, reason: str) -> "PrivacyRequest":
        """The retry budget is spent."""
        return self._to(Status.FAILED, What.FAILED, now, reason)

    def cancelled(self, now: datetime, reason: str, by: str) -> "PrivacyRequest":
        """Withdrawn in time; what was made of an export is nobody's any more."""
        return replace(self, archive=None)._to(Status.CANCELLED, What.CANCELLED, now, reason, by)

    def approved(self, now: datetime, by: str) -> "PrivacyRequest":
        """An operator lets it go on in spite of the reason it waits for."""
        if self.status is not Status.AWAITING_APPROVAL or self.reason is None:
            raise InvalidTransition(f"{self.status} awaits no approval")
        granted = replace(self, approvals=self.approvals | {self.reason})
        return granted._to(Status.RUNNING, What.APPROVED, now, self.reason, by)

    def retried(self, now: datetime, by: str) -> "PrivacyRequest":
        """An operator has it tried again; what it had claimed may name another request by now."""
        if self.status is not Status.FAILED:
            raise InvalidTransition(f"{self.status} cannot be tried again")
        if self.subject is None:
            raise InvalidTransition("the personal identifiers were removed; make a new request")
        fresh = replace(self, tries=0, failing_since=None, done=self.done - {"claim"})
        return fresh._to(Status.RUNNING, What.RETRIED, now, self.reason, by)

    def with_tidied(self, now: datetime) -> "PrivacyRequest":
        """What was left over of its runs is removed."""
        return replace(self, tidied=True)._noted(What.TIDIED, now, by="upkeep")

    def with_archive_removed(self, now: datetime) -> "PrivacyRequest":
        """The archive has expired and its blob is gone."""
        if self.archive is None:
            raise InvalidTransition("there is no archive")
        gone = replace(self, archive=replace(self.archive, removed_at=now))
        return gone._noted(What.ARCHIVE_EXPIRED, now, by="upkeep")

    def forgotten(self, now: datetime) -> "PrivacyRequest":
        """Without the personal identifiers: the subject, and the accounts pinned in the tenants."""
        if self.status not in FINAL | {Status.FAILED}:
            raise InvalidTransition("an open request needs to know whom it is about")
        tenants = {name: replace(held, account=None) for name, held in self.tenants.items()}
        return replace(self, subject=None, tenants=tenants)._noted(What.FORGOTTEN, now, by="upkeep")

    def with_reminder(self, which: str, now: datetime) -> "PrivacyRequest":
        """Operators were told that the due date is near or past."""
        told = replace(self, reminded=self.reminded | {which})
        return told._noted(What.REMINDED, now, which, "upkeep")

    def _to(
        self, status: Status, what: What, now: datetime, reason: str | None = None, by: str | None = None
    ) -> "PrivacyRequest":
        self._check(status)
        moved = replace(
            self,
            status=status,
            reason=reason,
            until=None,
            leased_until=None,
            updated_at=now,
            ended_at=now if status in FINAL | {Status.FAILED} else None,
        )
        return moved._noted(what, now, reason, by)

    def _check(self, status: Status) -> None:
        if status not in LEADS_TO[self.status]:
            raise InvalidTransition(f"{self.status} does not lead to {status}")
        if self.irreversible_at is not None and status in REVOCABLE:
            raise InvalidTransition(f"after the mark nothing leads to {status}")

    def _noted(
        self, what: What, now: datetime, detail: str | None = None, by: str | None = None
    ) -> "PrivacyRequest":
        number = self.last.number + 1 if self.last else 1
        previous = self.last.hash if self.last else beginning(self.id)
        return replace(self, last=Event(number, now, what, detail, by or f"run {self.run}", previous))

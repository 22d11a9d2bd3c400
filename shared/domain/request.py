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
        Status.AWAITING_APPROVAL: frozenset({Status.RUNNING, Status.REFUSED, Status.CANCELLED}),
        Status.COMPLETED: frozenset(),
        Status.REFUSED: frozenset(),
        Status.CANCELLED: frozenset(),
        Status.FAILED: frozenset({Status.RUNNING, Status.CANCELLED}),
    }
)
FINAL = frozenset(status for status, next_ones in LEADS_TO.items() if not next_ones)


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
class Section:
    """One part of an export as it lies in staging; `size` in bytes, `count` of records."""

    name: str
    blob: str
    source: str
    collected_at: datetime
    count: int
    size: int
    sha256: str


@dataclass(frozen=True)
class TenantProgress:
    """What was found and done in one tenant."""

    tenant: str
    account: Account | None = field(default=None, repr=False)
    absent_since: datetime | None = None
    outcome: Outcome | None = None
    restorable_until: datetime | None = None
    sections: tuple[Section, ...] = ()

    def with_section(self, section: Section) -> "TenantProgress":
        """This progress with one more section; a section collected again takes the place of the old."""
        others = tuple(held for held in self.sections if held.name != section.name)
        return replace(self, sections=(*others, section))

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


@dataclass(frozen=True)
class PrivacyRequest:
    """One request. Times are aware UTC."""

    id: str
    kind: Kind
    regulation: Regulation
    subject: Subject = field(repr=False)
    submitter: str
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
    tenants: Mapping[str, TenantProgress] = field(default_factory=dict)
    archive: Archive | None = None
    tries: int = 0
    failing_since: datetime | None = None

    def progress(self, tenant: str) -> TenantProgress:
        """What is known of `tenant`; empty where nothing is."""
        return self.tenants.get(tenant, TenantProgress(tenant))

    def outcome(self, tenant: str) -> Outcome | None:
        """What is true of `tenant`; one that was not done when the request failed is `FAILED`."""
        known = self.progress(tenant).outcome
        return Outcome.FAILED if known is None and self.status is Status.FAILED else known

    def claimed(self, now: datetime, leased_until: datetime) -> "PrivacyRequest":
        """A worker takes the request: the next run, leased until then."""
        if self.status is not Status.RUNNING:
            self._check(Status.RUNNING)
        return replace(
            self,
            status=Status.RUNNING,
            reason=None,
            until=None,
            run=self.run + 1,
            leased_until=leased_until,
            updated_at=now,
        )

    def with_progress(self, progress: TenantProgress) -> "PrivacyRequest":
        """What a step found or did in a tenant."""
        return replace(self, tenants={**self.tenants, progress.tenant: progress})

    def with_archive(self, archive: Archive) -> "PrivacyRequest":
        """The finished export."""
        return replace(self, archive=archive)

    def with_done(self, step: str, now: datetime) -> "PrivacyRequest":
        """A step is done; progress clears what was counted against the retry budget."""
        return replace(self, done=self.done | {step}, tries=0, failing_since=None, updated_at=now)

    def with_failed_try(self, now: datetime) -> "PrivacyRequest":
        """A try that failed counts against the retry budget, from the first in a row."""
        return replace(self, tries=self.tries + 1, failing_since=self.failing_since or now)

    def waiting(self, now: datetime, until: datetime, reason: str) -> "PrivacyRequest":
        """Nothing to do before `until`."""
        return replace(self._to(Status.WAITING, now), until=until, reason=reason)

    def awaiting_approval(self, now: datetime, reason: str) -> "PrivacyRequest":
        """An operator must decide."""
        return replace(self._to(Status.AWAITING_APPROVAL, now), reason=reason)

    def completed(self, now: datetime) -> "PrivacyRequest":
        """All steps are done and verified."""
        return self._to(Status.COMPLETED, now)

    def refused(self, now: datetime, reason: str) -> "PrivacyRequest":
        """Will not be done."""
        return replace(self._to(Status.REFUSED, now), reason=reason)

    def failed(self, now: datetime, reason: str) -> "PrivacyRequest":
        """The retry budget is spent."""
        return replace(self._to(Status.FAILED, now), reason=reason)

    def _to(self, status: Status, now: datetime) -> "PrivacyRequest":
        self._check(status)
        return replace(self, status=status, reason=None, until=None, leased_until=None, updated_at=now)

    def _check(self, status: Status) -> None:
        if status not in LEADS_TO[self.status]:
            raise InvalidTransition(f"{self.status} does not lead to {status}")

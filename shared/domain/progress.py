"""What a request has found and done so far: per tenant, per section of an export, and the archive."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.account import Account


class Outcome(StrEnum):
    """What is true of one tenant at the end."""

    COLLECTED = "collected"
    """everything asked for was read and is in the archive"""
    SOFT_DELETED = "soft_deleted"
    """read back: not among the users, in the recycle bin until `restorable_until`"""
    ALREADY_SOFT_DELETED = "already_soft_deleted"
    """was in the recycle bin before this request looked"""
    PURGED = "purged"
    """read back twice, a replication window apart: neither among the users nor in the recycle bin"""
    ALREADY_GONE = "already_gone"
    """somebody else removed it meanwhile: in neither place, and never seen in the recycle bin"""
    RESTORED = "restored"
    """somebody has brought it back from the recycle bin; an operator decides"""
    NOT_FOUND = "not_found"
    """looked twice, a replication window apart, and not there"""
    NOT_SEARCHED = "not_searched"
    """no setting links this tenant to where the person was named"""
    RETAINED = "retained"
    """kept: the progress says why, or an operator ended the request and the journal says why"""
    FAILED = "failed"
    """not done when the retry budget was spent, or when it was ended after the DELETE may have been sent"""


@dataclass(frozen=True)
class Part:
    """A piece of a section as it lies in staging; `count` of records, `size` in bytes."""

    blob: str
    count: int
    size: int
    sha256: str


class SectionState(StrEnum):
    """What became of a section."""

    COLLECTED = "collected"
    EMPTY = "empty"
    """Graph was asked and has nothing"""
    NOT_AVAILABLE = "not_available"
    """Graph could not be asked, or has no such thing here; the section says why"""


@dataclass(frozen=True)
class Section:
    """One part of an export, collected into staging piece by piece.

    `reached` is the time (as Graph wrote it) of which everything newer has been collected; None at the start,
    and for sections that are read at once. `unavailable` is why there is nothing to collect.
    """

    name: str
    file_name: str
    source: str
    collected_at: datetime
    parts: tuple[Part, ...] = ()
    reached: str | None = None
    unavailable: str | None = None

    @property
    def state(self) -> SectionState:
        """How the section ends, once it has."""
        if self.unavailable is not None:
            return SectionState.NOT_AVAILABLE
        return SectionState.COLLECTED if self.count else SectionState.EMPTY

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
    """What was found and done in one tenant; `domain` tells it from another that is given its name.

    `reason` is why an account is retained. `enabled_before` is whether sign-in was allowed before this
    request blocked it; None where there is nothing to put back. From `delete_sent_at` on the DELETE may have
    been sent. Audit events remain until `audits_until`, and were seen to be gone at `audits_gone_at`.
    """

    tenant: str
    account: Account | None = field(default=None, repr=False)
    absent_since: datetime | None = None
    outcome: Outcome | None = None
    restorable_until: datetime | None = None
    sections: tuple[Section, ...] = ()
    domain: str = ""
    reason: str | None = None
    enabled_before: bool | None = None
    delete_sent_at: datetime | None = None
    audits_until: datetime | None = None
    audits_gone_at: datetime | None = None

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

    def kept_longer(self, duration: timedelta) -> "Archive":
        """The archive with that much more time until it expires."""
        return replace(self, expires_at=self.expires_at + duration)

"""A batch: a frozen value whose named transitions return the next value; nothing else sets its status."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from shared.domain.bulk.answers import Tally
from shared.domain.deadlines import Regulation
from shared.domain.errors import InvalidTransition, Overtaken
from shared.domain.states import Kind


class ListForm(StrEnum):
    """How a list is written; one record a line in both."""

    CSV = "csv"
    NDJSON = "ndjson"


class BatchStatus(StrEnum):
    """Where a batch stands."""

    AWAITING_LIST = "awaiting_list"
    """made; its list is being uploaded"""
    CHECKING = "checking"
    """the list is held to its size and SHA-256"""
    READING = "reading"
    """line by line becomes a request, or in a dry run is checked"""
    FOLLOWING = "following"
    """every line was read; requests are on their way"""
    STOPPED = "stopped"
    """an operator has stopped it; what was accepted goes on"""
    COMPLETED = "completed"
    """every line was read, and every request has ended or failed"""
    FAILED = "failed"
    """it goes no further; the reason says why"""


LEADS_TO: Mapping[BatchStatus, frozenset[BatchStatus]] = MappingProxyType(
    {
        BatchStatus.AWAITING_LIST: frozenset({BatchStatus.CHECKING, BatchStatus.STOPPED, BatchStatus.FAILED}),
        BatchStatus.CHECKING: frozenset({BatchStatus.READING, BatchStatus.STOPPED, BatchStatus.FAILED}),
        BatchStatus.READING: frozenset(
            {BatchStatus.FOLLOWING, BatchStatus.COMPLETED, BatchStatus.STOPPED, BatchStatus.FAILED}
        ),
        BatchStatus.FOLLOWING: frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED}),
        BatchStatus.STOPPED: frozenset({BatchStatus.CHECKING, BatchStatus.READING, BatchStatus.FAILED}),
        BatchStatus.COMPLETED: frozenset({BatchStatus.AWAITING_LIST}),
        BatchStatus.FAILED: frozenset({BatchStatus.AWAITING_LIST}),
    }
)
ENDED = frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED})
"""Nothing more comes, unless the same list is handed in again: a failed one, or a dry run."""
AT_WORK = frozenset({BatchStatus.CHECKING, BatchStatus.READING, BatchStatus.FOLLOWING})
"""A worker is at it, or is to be."""


@dataclass(frozen=True)
class Handed:
    """What an operator hands in: under one key always the same. `size` is in bytes."""

    kind: Kind
    regulation: Regulation
    form: ListForm
    dry_run: bool
    size: int
    sha256: str


@dataclass(frozen=True)
class Checked:
    """The list as it was checked: its version in storage, its columns (none in NDJSON), its records.

    The records begin at byte `offset` with line `line`, counted from 1.
    """

    version: str
    columns: tuple[str, ...]
    records: int
    offset: int
    line: int


@dataclass(frozen=True)
class Pass:
    """A pass over the pieces of a batch: the next one, and how the requests before it stand, by status.

    The first `settled` pieces have no request that is still open; `of_settled` is how theirs ended.
    """

    piece: int = 0
    seen: Mapping[str, int] = field(default_factory=dict)
    settled: int = 0
    of_settled: Mapping[str, int] = field(default_factory=dict)
    began_at: datetime | None = None


@dataclass(frozen=True)
class Batch:
    """One list and what becomes of it. Times are aware UTC.

    `offset` and `line` are where the next record begins. What became of the records before it stands in
    `pieces` blobs, and is counted in `tally`. `requests` counts them by status as the last whole pass saw
    them.
    """

    id: str
    by: str
    handed: Handed
    made_at: datetime
    updated_at: datetime
    status: BatchStatus = BatchStatus.AWAITING_LIST
    reason: str | None = None
    checked: Checked | None = None
    offset: int = 0
    line: int = 0
    pieces: int = 0
    tally: Tally = field(default_factory=Tally)
    looking: Pass = field(default_factory=Pass)
    requests: Mapping[str, int] = field(default_factory=dict)
    quiet: int = 0
    """Whole passes in a row that saw no change."""
    until: datetime | None = None
    """Until then there is nothing to do, or a worker is at it."""
    ended_at: datetime | None = None
    again_at: datetime | None = None
    """When it was handed in again."""
    tidied: bool = False
    """Nothing is left of it but this and its result."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes."""
        return self.status in ENDED

    @property
    def has_result(self) -> bool:
        """Whether it is known of each line that was read what it came to."""
        return self.has_ended or self.status is BatchStatus.FOLLOWING

    @property
    def takes_list(self) -> bool:
        """Whether its list may still be written: nobody has held it to what was announced."""
        stopped_early = self.status is BatchStatus.STOPPED and self.checked is None
        return stopped_early or self.status is BatchStatus.AWAITING_LIST

    @property
    def needs_list(self) -> bool:
        """Whether its list is still to be read."""
        return self.status not in ENDED | {BatchStatus.FOLLOWING}

    def is_ready(self, now: datetime) -> bool:
        """Whether a worker may take it up."""
        return self.status in AT_WORK and (self.until is None or self.until <= now)

    def check_turn(self, now: datetime) -> None:
        """Raise `Overtaken` where another worker may have taken it up and be further."""
        if self.until is None or now >= self.until:
            raise Overtaken

    def with_tidied(self, now: datetime) -> "Batch":
        """List and pieces are removed."""
        return replace(self, tidied=True, updated_at=now)

    def started(self, now: datetime) -> "Batch":
        """The list is there; or a stopped batch goes on where it was."""
        onward = BatchStatus.READING if self.checked else BatchStatus.CHECKING
        return self._to(onward, now)

    def stopped(self, now: datetime) -> "Batch":
        """No further line is read."""
        return self._to(BatchStatus.STOPPED, now)

    def failed(self, now: datetime, reason: str) -> "Batch":
        """It goes no further."""
        return replace(self._to(BatchStatus.FAILED, now), reason=reason, ended_at=now)

    @property
    def begins_anew(self) -> bool:
        """Whether to hand the same in again is to begin anew; no line becomes a second request by that."""
        return self.status is BatchStatus.FAILED or (self.has_ended and self.handed.dry_run)

    def renewed(self, now: datetime) -> "Batch":
        """The same batch, as if nothing of its list had been read."""
        awaiting = self._to(BatchStatus.AWAITING_LIST, now)
        return Batch(self.id, self.by, self.handed, self.made_at, now, awaiting.status, again_at=now)

    def with_list(self, now: datetime, checked: Checked) -> "Batch":
        """The list is what was announced."""
        reading = self._to(BatchStatus.READING, now)
        return replace(reading, checked=checked, offset=checked.offset, line=checked.line)

    def busy(self, now: datetime, until: datetime) -> "Batch":
        """A worker is at it, or none needs to be before then."""
        return replace(self, until=until, updated_at=now)

    def with_slice(self, now: datetime, offset: int, line: int, tally: Tally) -> "Batch":
        """One more piece holds what became of the records up to here."""
        return replace(self, offset=offset, line=line, pieces=self.pieces + 1, tally=tally, updated_at=now)

    def all_read(self, now: datetime) -> "Batch":
        """No record is left; the requests are waited for, if there are any."""
        return self._to(BatchStatus.FOLLOWING, now) if self.tally.asked else self.completed(now)

    def looked(self, now: datetime, looking: Pass) -> "Batch":
        """One more piece was looked at."""
        return replace(self, looking=looking, updated_at=now)

    def looked_through(self, now: datetime) -> "Batch":
        """A pass went through: what it saw counts, and the next one begins after the settled pieces."""
        seen = self.looking.seen
        quiet = self.quiet + 1 if dict(seen) == dict(self.requests) else 0
        settled, of_settled = self.looking.settled, self.looking.of_settled
        anew = Pass(settled, of_settled, settled, of_settled)
        return replace(self, requests=seen, looking=anew, quiet=quiet, updated_at=now)

    def completed(self, now: datetime) -> "Batch":
        """Nothing is left to be read or waited for."""
        return replace(self._to(BatchStatus.COMPLETED, now), ended_at=now)

    def _to(self, status: BatchStatus, now: datetime) -> "Batch":
        if status not in LEADS_TO[self.status]:
            raise InvalidTransition(f"a batch that is {self.status} cannot become {status}")
        return replace(self, status=status, until=None, updated_at=now)

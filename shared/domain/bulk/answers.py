"""What became of the lines of a list: a row for each, in pieces of a slice. Nothing in it names anybody."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.states import FINAL, Status


class Answer(StrEnum):
    """What a line came to."""

    ACCEPTED = "accepted"
    """it became a request"""
    KNOWN = "known"
    """it became one when the same list was handed in long before: none is made anew"""
    DUPLICATE = "duplicate"
    """another line of the list is about the same person: one request for both"""
    FITS = "fits"
    """in a dry run: it would become a request"""
    BAD = "bad"
    """it breaks a rule, which the detail names"""


ASKED = frozenset({Answer.ACCEPTED, Answer.KNOWN})
"""A line that came to one of these has a request of its own, which is followed."""
REMOVED = "removed"
"""The status of a request that is kept no longer."""
AT_REST = frozenset({*FINAL, Status.FAILED, REMOVED})
"""A request in one of these is waited for no longer."""


@dataclass(frozen=True)
class Row:
    """One line: its number from 1, and where its request stood at the last look."""

    line: int
    answer: Answer
    detail: str | None = None
    request_id: str | None = None
    status: str | None = None
    reason: str | None = None
    outcome: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether its request is waited for."""
        return self.answer in ASKED and self.status not in AT_REST

    @property
    def cells(self) -> tuple[str, ...]:
        """For a table: every field as text, nothing as the empty one."""
        cells = (self.line, self.answer, self.detail, self.request_id, self.status, self.reason, self.outcome)
        return tuple("" if cell is None else str(cell) for cell in cells)


@dataclass(frozen=True)
class Tally:
    """How many lines came to each answer."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def of(self, answer: Answer) -> int:
        """How many came to this one."""
        return self.counts.get(answer, 0)

    @property
    def asked(self) -> int:
        """How many have a request of their own."""
        return sum(map(self.of, ASKED))

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    def plus(self, rows: Iterable[Row]) -> "Tally":
        """These as well."""
        return Tally(added(self.counts, Counter(str(row.answer) for row in rows)))


def added(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Both together."""
    return {name: counts.get(name, 0) + more.get(name, 0) for name in sorted({*counts, *more})}


def standing(rows: Iterable[Row]) -> dict[str, int]:
    """How many requests stand where."""
    return dict(Counter(str(row.status) for row in rows if row.answer in ASKED and row.status))


def encoded(rows: Sequence[Row]) -> bytes:
    """A piece: NDJSON."""
    return "".join(json.dumps(list(row.cells)) + "\n" for row in rows).encode()


def decoded(piece: bytes) -> tuple[Row, ...]:
    """The rows of a piece."""
    return tuple(_row(json.loads(line)) for line in piece.splitlines())


def _row(cells: Sequence[str]) -> Row:
    line, answer, *rest = cells
    detail, request_id, status, reason, outcome = (cell or None for cell in rest)
    return Row(int(line), Answer(answer), detail, request_id, status, reason, outcome)

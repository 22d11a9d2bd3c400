"""What a report counts: requests by state, due dates of those open, times to completion of those done."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from operate.answers import Summary
from operate.words import ENDED, Kind, Status

OVERDUE, STANDS_STILL = "overdue", "clock stands still"
DUE_WITHIN: Mapping[str, timedelta] = {
    OVERDUE: timedelta(),
    "under 5 days": timedelta(days=5),
    "5 to under 14 days": timedelta(days=14),
    "14 to under 30 days": timedelta(days=30),
    "30 days or more": timedelta.max,
}
"""Time left, by the most of each; operators are reminded 5 days before."""
TOOK_UP_TO: Mapping[str, timedelta] = {
    "under a day": timedelta(days=1),
    "1 to under 3 days": timedelta(days=3),
    "3 to under 7 days": timedelta(days=7),
    "7 to under 14 days": timedelta(days=14),
    "14 to under 30 days": timedelta(days=30),
    "30 days or more": timedelta.max,
}


@dataclass(frozen=True)
class Bar:
    """A group and how many are in it."""

    label: str
    count: int


@dataclass(frozen=True)
class Times:
    """Of what was completed: from receipt to the end; None where nothing was."""

    count: int
    median: timedelta | None
    nine_in_ten: timedelta | None


@dataclass(frozen=True)
class Figures:
    """`late` ended after they were due; `urgent` are open, the most urgent first."""

    made_at: datetime
    total: int
    by_status: Mapping[str, Mapping[str, int]]
    due: Sequence[Bar]
    took: Sequence[Bar]
    times: Times
    late: int
    urgent: Sequence[Summary]

    @property
    def overdue(self) -> int:
        """Open and past their due date."""
        return next(bar.count for bar in self.due if bar.label == OVERDUE)

    @property
    def states(self) -> Sequence[Bar]:
        """How many are in each state."""
        return [Bar(status, sum(kinds.values())) for status, kinds in self.by_status.items()]


def figures_of(requests: Iterable[Summary], now: datetime) -> Figures:
    """Count them as they stand now."""
    every = tuple(requests)
    opened = [one for one in every if not has_ended(one)]
    took = [took_of(one) for one in every if one.status == Status.COMPLETED]
    return Figures(
        made_at=now,
        total=len(every),
        by_status={status: _by_kind(every, status) for status in Status},
        due=_bars((due_group(one, now) for one in opened), (*DUE_WITHIN, STANDS_STILL)),
        took=_bars((_group(one, TOOK_UP_TO) for one in took), TOOK_UP_TO),
        times=_times(took),
        late=sum(one.updated_at > one.due_at for one in every if has_ended(one)),
        urgent=sorted((one for one in opened if not one.paused_at), key=lambda one: (one.due_at, one.id)),
    )


def has_ended(one: Summary) -> bool:
    """Nothing comes after; then `updated_at` is when it ended."""
    return one.status in ENDED


def took_of(one: Summary) -> timedelta:
    """From receipt to the end, the time included for which the clock stood still."""
    return max(one.updated_at - one.received_at, timedelta())


def due_group(one: Summary, now: datetime) -> str:
    """How much time is left."""
    return STANDS_STILL if one.paused_at else _group(one.due_at - now, DUE_WITHIN)


def days(duration: timedelta | None) -> float | None:
    """To a hundredth, some 15 minutes."""
    return None if duration is None else round(duration / timedelta(days=1), 2)


def _group(duration: timedelta, most: Mapping[str, timedelta]) -> str:
    return next(label for label, limit in most.items() if duration < limit or limit == timedelta.max)


def _bars(groups: Iterable[str], labels: Iterable[str]) -> Sequence[Bar]:
    counted = Counter(groups)
    return [Bar(label, counted[label]) for label in labels]


def _by_kind(every: Iterable[Summary], status: Status) -> Mapping[str, int]:
    counted = Counter(one.kind for one in every if one.status == status)
    return {kind: counted[kind] for kind in Kind}


def _times(took: Sequence[timedelta]) -> Times:
    if not took:
        return Times(0, None, None)
    ranked = sorted(took)
    middle = timedelta(seconds=median(one.total_seconds() for one in ranked))
    return Times(len(took), middle, ranked[ceil(0.9 * len(ranked)) - 1])

"""What the report tells of events, however many: found in one pass, in flat memory."""

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from export_function.event_kinds import EventKind, Path
from export_function.json_text import compact
from export_function.report.shown import Shown, plain
from shared.domain.ports import JsonObject, JsonValue

NEWEST, MOST_ACTIVITIES, MOST_HOURS = 50, 200, 10_000
"""Kept at most: of events, of kinds of activity, and of hours in which there were any."""
NOTHING: tuple[JsonValue, ...] = (None, "", 0)
"""Not shown: 0 is the code of a sign-in without an error (Graph v1.0, `signInStatus`)."""
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d):\d\d:\d\d(?:\.(\d{1,9}))?Z")


@dataclass(frozen=True)
class EventSummary:
    """Events in figures; `undated` have no time that can be read, `others` are of rarer activities."""

    count: int
    undated: int
    first: str | None
    last: str | None
    activities: tuple[tuple[Shown, int], ...]
    others: int
    hours: tuple[tuple[str, int], ...]
    newest: tuple[tuple[Shown, ...], ...]


_Row = tuple[str, int, tuple[Shown, ...]]


@dataclass
class Summariser:
    """Takes events in the order of staging; `summary` is what they say."""

    kind: EventKind
    count: int = 0
    undated: int = 0
    others: int = 0
    first: str | None = None
    last: str | None = None
    activities: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    newest: list[_Row] = field(default_factory=list)

    def add(self, events: Iterable[JsonObject]) -> None:
        """Count some more events."""
        for event in events:
            self._add(event)

    def summary(self) -> EventSummary:
        """What was seen so far."""
        ranked = sorted(self.activities.items(), key=lambda one: (-one[1], one[0]))
        return EventSummary(
            self.count,
            self.undated,
            self.first,
            self.last,
            tuple((plain(activity), count) for activity, count in ranked),
            self.others,
            tuple(sorted(self.hours.items())),
            tuple(row for _, _, row in sorted(self.newest, reverse=True)),
        )

    def _add(self, event: JsonObject) -> None:
        self.count += 1
        self._count_activity(event.get(self.kind.activity))
        order = self._count_time(event.get(self.kind.time))
        entry = (order, -self.count)
        if len(self.newest) < NEWEST:
            heapq.heappush(self.newest, (*entry, self._row(event)))
        elif entry > self.newest[0][:2]:
            heapq.heapreplace(self.newest, (*entry, self._row(event)))

    def _count_activity(self, activity: JsonValue) -> None:
        name = activity[:200] if isinstance(activity, str) else ""
        if name in self.activities or len(self.activities) < MOST_ACTIVITIES:
            self.activities[name] += 1
        else:
            self.others += 1

    def _count_time(self, time: JsonValue) -> str:
        """Sorts as the times do; empty for what is none."""
        hour = _hour(time)
        if hour is None or (hour not in self.hours and len(self.hours) >= MOST_HOURS):
            self.undated += 1
            return ""
        self.hours[hour] += 1
        order = _order(str(time))
        self.first = min(self.first or order, order)
        self.last = max(self.last or order, order)
        return order

    def _row(self, event: JsonObject) -> tuple[Shown, ...]:
        return tuple(plain(_text(_first(event, paths))) for _, paths in self.kind.shown)


def _hour(time: JsonValue) -> str | None:
    read = _TIME.fullmatch(time) if isinstance(time, str) else None
    if read is None:
        return None
    try:
        datetime.fromisoformat(f"{read[0][:19]}+00:00")
    except ValueError:
        return None
    return read[1]


def _order(time: str) -> str:
    """Fractions of a second, which Graph writes with up to seven digits or none, made as long."""
    seconds, _, fraction = time.rstrip("Z").partition(".")
    return f"{seconds}.{fraction:0<9}Z"


def _first(event: JsonObject, paths: Iterable[Path]) -> JsonValue:
    found = (_at(event, path) for path in paths)
    return next((value for value in found if value not in NOTHING), None)


def _at(value: JsonValue, path: Path) -> JsonValue:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: JsonValue) -> str:
    return "" if value is None else value if isinstance(value, str) else compact(value)

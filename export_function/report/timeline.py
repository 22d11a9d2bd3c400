"""Activity over time as bars of an inline picture."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.marks import N_

WIDTH, HEIGHT, LOWEST, GAP = 720, 140, 2, 0.2
"""Of the picture and of a bar, in units of the picture; between bars a fifth of a bar stays free."""
WIDEST, COUNTED, NARROW = 96.0, 14, 7
"""A bar's width at most; up to how many bars have their count above them, and how many on a narrow screen."""
MOST = 92
"""Bars of one picture; where there would be more, the oldest are left out."""


@dataclass(frozen=True)
class Bar:
    """So many events in the time that `label` names, and `tick` for short."""

    label: str
    tick: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Timeline:
    """Bars side by side; `unit` is what each stands for."""

    unit: str
    bars: tuple[Bar, ...]
    most: int
    left_out: int

    @property
    def end(self) -> float:
        """Where the last bar's place ends."""
        return round(len(self.bars) * _step(len(self.bars)), 2)

    @property
    def counted(self) -> bool:
        """Whether there is room for counts."""
        return len(self.bars) <= COUNTED

    @property
    def many(self) -> bool:
        """Whether counts have no room on a narrow screen."""
        return len(self.bars) > NARROW

    @property
    def filled(self) -> tuple[Bar, ...]:
        """Those with events: the table beside the picture has no others."""
        return tuple(bar for bar in self.bars if bar.count)


@dataclass(frozen=True)
class Scale:
    """How wide one bar's time is: `length` cuts an hour's name, from `tick` it is enough among others.

    `after` is the next bar's time.
    """

    unit: str
    length: int
    tick: int
    after: Callable[[datetime], datetime]


UNITS = (N_("hour"), N_("day"), N_("month"))
_HOURS = Scale("hour", 13, 11, lambda moment: moment + timedelta(hours=1))
_DAYS = Scale("day", 10, 5, lambda moment: moment + timedelta(days=1))
_MONTHS = Scale("month", 7, 0, lambda moment: (moment.replace(day=1) + timedelta(days=32)).replace(day=1))


def timeline(hours: Sequence[tuple[str, int]]) -> Timeline | None:
    """Bars for counts by hour (2026-11-24T12), in order; None without any."""
    if not hours:
        return None
    first, last = (datetime.fromisoformat(f"{hour}:00:00") for hour in (hours[0][0], hours[-1][0]))
    scale = _scale(last - first)
    counts: Counter[str] = Counter()
    for hour, count in hours:
        counts[hour[: scale.length]] += count
    labels = tuple(_labels(scale, last, first))
    kept = [(label, counts[label]) for label in reversed(labels)]
    left_out = sum(counts.values()) - sum(count for _, count in kept)
    most = max(count for _, count in kept)
    return Timeline(scale.unit, tuple(_bars(kept, most, scale.tick)), most, left_out)


def _step(bars: int) -> float:
    return min(WIDTH / bars, WIDEST)


def _scale(span: timedelta) -> Scale:
    if span < timedelta(hours=48):
        return _HOURS
    return _DAYS if span < timedelta(days=MOST) else _MONTHS


def _labels(scale: Scale, last: datetime, first: datetime) -> Iterator[str]:
    """From the newest back, `MOST` at most."""
    names = _between(scale, max(first, last - _reach(scale)), last)
    yield from list(names)[::-1][:MOST]


def _reach(scale: Scale) -> timedelta:
    """How far back `MOST` bars go, and no further than the calendar."""
    days: Mapping[str, float] = {"hour": MOST / 24, "day": MOST, "month": MOST * 31}
    return timedelta(days=days[scale.unit])


def _between(scale: Scale, first: datetime, last: datetime) -> Iterator[str]:
    moment, end = first, last.isoformat()[: scale.length]
    while (label := moment.isoformat()[: scale.length]) < end:
        yield label
        moment = scale.after(moment)
    yield end


def _bars(counts: Sequence[tuple[str, int]], most: int, tick: int) -> Iterator[Bar]:
    step = _step(len(counts))
    for place, (hour, count) in enumerate(counts):
        height = max(HEIGHT * count / most, LOWEST) if count else 0
        label = hour.replace("T", " ") + (":00" if "T" in hour else "")
        yield Bar(
            label,
            label[tick:],
            count,
            round(place * step, 2),
            round(HEIGHT - height, 2),
            round(step * (1 - GAP), 2),
            round(height, 2),
        )

"""The report on a terminal, and as JSON."""

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text

from operate.answers import Json
from operate.cells import cell, table, titled
from operate.figures import Bar, Figures, days
from operate.words import Kind


def report_parts(figures: Figures) -> Group:
    """Tables."""
    states = [
        (cell(status), *(Text(str(kinds[kind])) for kind in Kind), Text(str(sum(kinds.values()))))
        for status, kinds in figures.by_status.items()
    ]
    parts = (
        titled("By state", table(("state", *(f"{kind}s" for kind in Kind), "together"), states)),
        titled("Open, by time left", table(("time left", "requests"), _rows(figures.due))),
        titled("Completed, by time from receipt", table(("time", "requests"), _rows(figures.took))),
        Text(),
        Text(_in_words(figures)),
    )
    return Group(*(part for part in parts if part is not None))


def report_json(figures: Figures) -> Json:
    """The same for programs; times are in days."""
    return {
        "madeAt": figures.made_at.isoformat(),
        "total": figures.total,
        "byState": figures.by_status,
        "openByTimeLeft": {bar.label: bar.count for bar in figures.due},
        "completedByTime": {bar.label: bar.count for bar in figures.took},
        "completed": figures.times.count,
        "medianDays": days(figures.times.median),
        "nineInTenDays": days(figures.times.nine_in_ten),
        "endedLate": figures.late,
    }


def _rows(bars: Sequence[Bar]) -> list[tuple[Text, Text]]:
    return [(cell(bar.label), Text(str(bar.count))) for bar in bars]


def _in_words(figures: Figures) -> str:
    times = figures.times
    half, most = days(times.median), days(times.nine_in_ten)
    took = f"half within {half} days, nine in ten within {most}" if times.count else "none completed"
    return f"Requests: {figures.total}; {figures.overdue} overdue, {figures.late} ended late; {took}."

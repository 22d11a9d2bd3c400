"""What doctor found, as a person reads it: place by place, and what is not well once more at the end."""

from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from operate.cells import cell, table
from operate.findings import Finding, Result, merged

MARKS: Mapping[Result, tuple[str, str]] = {
    Result.OK: ("✓ ok", "green"),
    Result.NOT_CHECKED: ("– not checked", "dim"),
    Result.WARNING: ("! warning", "yellow"),
    Result.FAULT: ("✗ fault", "bold red"),
}
"""Words carry it; colour helps."""
ORDER = tuple(Result)


def findings_table(findings: Iterable[Finding]) -> Table:
    """One line for each thing that was found."""
    rows = [
        (Text(*MARKS[one.result]), cell(one.where), cell(one.check), cell(one.meaning), cell(one.remedy))
        for one in merged(findings)
    ]
    return table(("result", "where", "what", "found", "what to do"), rows)


def not_well(findings: Iterable[Finding]) -> Sequence[Finding]:
    """Warnings and faults, the worst last, where whoever reads a terminal looks."""
    told = [one for one in findings if one.result in {Result.WARNING, Result.FAULT}]
    return sorted(told, key=lambda one: ORDER.index(one.result))


def counted(findings: Sequence[Finding]) -> str:
    """How many there are of each result."""
    results = [one.result for one in findings]
    counts = ", ".join(f"{results.count(one)} {one.replace('_', ' ')}" for one in reversed(ORDER))
    return f"{len(findings)} findings: {counts}."

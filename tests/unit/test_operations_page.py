"""docs/operations.md: what it reckons is reckoned again, from the code's own numbers."""

import re
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile

import pytest

from shared.adapters.graph.calls import Quota
from shared.adapters.graph.pace import RATES
from shared.domain.agenda import FIRST_DISTANCE, LONGEST_DISTANCE
from shared.domain.notices import PAUSES
from shared.domain.turn import Timing
from shared.settings import Settings
from tests.paths import ROOT

PAGE = (ROOT / "docs/operations.md").read_text()
TEXT = " ".join(PAGE.split())
"""Without its line breaks."""
LIMITS = (ROOT / "docs/limits.md").read_text()
QUOTAS = {
    "reports": Quota.REPORTS,
    "identity protection": Quota.IDENTITY_PROTECTION,
    "writes": Quota.WRITES,
    "all else": Quota.DIRECTORY,
}
CENT = Decimal("0.01")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


def rows(heading: str, first: str) -> list[list[str]]:
    """The rows of the first table after `heading` whose head begins with `first`."""
    lines = PAGE.partition(heading)[2].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    return [cells(line) for line in takewhile(lambda line: line.startswith("|"), lines[start + 2 :])]


def number(text: str) -> Decimal:
    return Decimal(re.sub(r"[,*`]", "", text))


@pytest.mark.parametrize("row", rows("## Scaling", "quota"), ids=lambda row: row[0])
def test_what_an_hour_brings_follows_from_what_graph_allows(row: list[str]) -> None:
    name, allowed, *needs = row
    rate = RATES[QUOTAS[name]]
    assert allowed == f"{rate.calls:,} in {rate.span.seconds} s"
    for need, an_hour in zip(needs[::2], needs[1::2], strict=True):
        most = int(rate.calls * 3600 / rate.span.seconds / int(need)) if int(need) else None
        assert an_hour == (f"{most:,}" if most else "–")


def test_the_least_of_each_is_what_the_page_promises() -> None:
    table = rows("## Scaling", "quota")
    exports, deletions = ([number(row[at]) for row in table if row[at] != "–"] for at in (3, 5))
    assert f"**{min(exports)} exports and {min(deletions):,} deletions an hour in each tenant**" in TEXT
    assert f"10,000 / {min(exports)} = {10_000 / min(exports):.1f} hours" in TEXT
    assert f"10,000 / {min(deletions):,} = {10_000 * 60 / min(deletions):.1f} minutes" in TEXT
    assert f"would make {min(exports)} / 40 = {int(min(exports) / 40)} exports an hour" in TEXT


def test_a_wave_is_submitted_as_fast_as_a_caller_may() -> None:
    a_minute = Settings.model_fields["caller_limit"].default
    assert f"`CALLER_LIMIT` {a_minute:,} a minute | {10_000 / a_minute:.1f} minutes" in TEXT


def prices() -> dict[str, Decimal]:
    """By key, for one."""
    return {row[0].strip("`"): number(row[3]) / number(row[2].split()[0]) for row in rows("## Cost", "price")}


@pytest.mark.parametrize("heading", ["**1,000 exports**", "**1,000 deletions**"])
def test_every_line_of_the_costs_is_reckoned_right(heading: str) -> None:
    *lines, last = rows(heading, "what")
    together = Decimal()
    for what, each, thousand, price, dollars in lines:
        assert number(thousand) == pytest.approx(1000 * number(each), rel=Decimal("0.001")), what
        cost = (number(thousand) * prices()[price.strip("`")]).quantize(CENT, ROUND_HALF_UP)
        assert number(dollars) == cost, what
        together += cost
    assert number(last[-1]) == together


@pytest.mark.parametrize("kind", ["export", "deletion"])
def test_calls_to_storage_are_those_that_are_counted(kind: str) -> None:
    counted = re.search(rf"^\| {kind} \| \d+ \| (\d+) \| (\d+) \|", LIMITS, re.MULTILINE)
    (what, each, *_), *_ = rows(f"**1,000 {kind}s**", "what")
    assert counted
    accept, run, more = map(int, re.findall(r"(\d+) (?:to accept|to run|for)", what))
    assert (str(accept), str(run)) == counted.groups()
    assert number(each) == accept + run + more


@pytest.mark.parametrize("heading", ["**1,000 exports**", "**1,000 deletions**"])
def test_the_log_is_as_large_as_its_lines(heading: str) -> None:
    row = next(row for row in rows(heading, "what") if row[0].startswith("log"))
    lines, line, columns, requests, request = map(int, re.findall(r"\d+", row[0].replace(",", "")))
    assert number(row[1]) == Decimal(lines * (line + columns) + requests * request) / 10**9


def test_a_run_that_is_cut_comes_back_when_the_page_says() -> None:
    timing = Timing()
    assert f"A run has {timing.turn.seconds // 60} minutes {timing.turn.seconds % 60}" in TEXT
    assert f"lease for {timing.lease.seconds // 60} minutes {timing.lease.seconds % 60}" in TEXT
    taken_over = timing.lease + timing.margin
    assert f"taken over after {taken_over.seconds // 60} (" in TEXT
    assert f"{taken_over.seconds // 60} minutes after the run had begun" in TEXT
    assert (FIRST_DISTANCE.seconds, LONGEST_DISTANCE.seconds) == (5 * 60, 60 * 60)
    assert "a look after 5 minutes, then twice as far each time | an hour" in TEXT
    assert (PAUSES[0].seconds, PAUSES[-1].seconds) == (10, 2 * 3600)
    assert "10 seconds to 2 hours" in TEXT

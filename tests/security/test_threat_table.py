"""The table of threats in docs/security.md names tests that exist, and leaves none of this folder's out."""

import re

import pytest

from tests.paths import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
TESTS = ROOT / "tests"
ROW = re.compile(r"\| ([STRIDE]) (10|[1-9]) \| (.+) \| (.+) \| (.+) \|")
NAMED = re.compile(r"`([a-z_]+/test_[a-z_]+\.py)::(test_[a-z_0-9]+)`")


def rows() -> list[tuple[str, ...]]:
    section = PAGE.partition("## Threats")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    found = [ROW.fullmatch(line) for line in lines]
    assert all(found), [line for line, row in zip(lines, found, strict=True) if not row]
    return [row.groups() for row in found if row]


@pytest.mark.parametrize("row", rows(), ids=lambda row: " ".join(row[:3])[:60])
def test_a_threat_is_met_by_tests_that_exist(row: tuple[str, ...]) -> None:
    tests = NAMED.findall(row[4])
    assert ", ".join(f"`{file}::{name}`" for file, name in tests) == row[4]
    missing = [
        f"{file}::{name}"
        for file, name in tests
        if not re.search(rf"^(?:async )?def {name}\(", (TESTS / file).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_every_letter_and_every_part_of_the_flow_has_a_row() -> None:
    assert {letter for letter, *_ in rows()} == set("STRIDE")
    flow = PAGE.partition("## How data flows")[2].partition("## Who calls")[0]
    assert {number for _, number, *_ in rows()} == set(re.findall(r"(?<= )(?:10|[1-9])(?=[ ,\n])", flow))


def test_every_test_of_this_folder_is_named_by_some_row() -> None:
    named = {file for row in rows() for file, _ in NAMED.findall(row[4])}
    mine = {f"security/{file.name}" for file in (TESTS / "security").glob("test_*.py")}
    assert mine - named == {f"security/{__name__.rpartition('.')[2]}.py"}

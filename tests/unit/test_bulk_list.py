"""Lists as the command line reads them, before anything is sent."""

import tracemalloc
from pathlib import Path

import pytest

from operate.bulk import checking
from operate.bulk.checking import LONGEST_LINE, MOST_TOLD, Found, checked
from operate.bulk.rules import FIELDS, NO_RECORD, ONE_WAY
from operate.exits import Exit, Failed
from shared.domain.bulk import bounds
from shared.intake import LISTED
from tests.unit.bulk import address, csv_of

ADA = "aaaaaaaa-0000-4000-8000-000000000001"
LATIN = "email\na@b\nbj\u00f6rn@example.com\n".encode("latin-1")


def read(folder: Path, content: bytes, name: str = "list.csv") -> Found:
    path = folder / name
    path.write_bytes(content)
    return checked(path)


def test_a_list_is_counted_and_its_end_may_be_missing(tmp_path: Path) -> None:
    for content in (csv_of([address(0), address(1)]), csv_of([address(0), address(1)])[:-1]):
        found = read(tmp_path, content)
        assert (found.records, found.people, found.measured.size) == (2, 2, len(content))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "is blank"),
        ("  ", "is blank"),
        ("a\0@b", "has a NUL character"),
        ('"never ends', "is not one record of CSV"),
        ("a@b,c", "has not as many fields as the header"),
        ("x" * (LONGEST_LINE + 1), f"is longer than {LONGEST_LINE} bytes"),
        ("x" * 100_000, f"is longer than {LONGEST_LINE} bytes"),
        ('""', ONE_WAY),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_and_the_others_are_taken(
    tmp_path: Path, line: str, why: str
) -> None:
    found = read(tmp_path, csv_of([address(0), line, address(1)]))
    assert (found.bad, found.records, found.people) == ([(3, why)], 3, 2)


def test_a_line_of_the_longest_length_is_taken(tmp_path: Path) -> None:
    longest = "x" * (LONGEST_LINE - len("@b")) + "@b"
    assert read(tmp_path, csv_of([longest, address(0)])).people == 2
    assert read(tmp_path, csv_of([address(0), longest])[:-1]).people == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[]", NO_RECORD),
        ("{", NO_RECORD),
        ('{"email": 1}', NO_RECORD),
        ('{"email": "a@b", "email": "c@d"}', NO_RECORD),
        ('{"email": "\\ud800a@b"}', NO_RECORD),
        ('{"mail": "a@b"}', "has a field that is not known"),
        ('{"userName": "ada"}', ONE_WAY),
        ('{"email": "a@b", "tenant": "contoso"}', ONE_WAY),
        ('{"email": "a@b", "objectId": "x", "tenant": "contoso"}', ONE_WAY),
    ],
)
def test_a_json_line_that_cannot_be_taken_is_named(tmp_path: Path, line: str, why: str) -> None:
    found = read(tmp_path, f'{{"email": "a@b"}}\n{line}\n'.encode(), "list.ndjson")
    assert (found.bad, found.people) == ([(2, why)], 1)


def test_who_stands_in_a_list_twice_is_named_with_the_first_line(tmp_path: Path) -> None:
    twice = [f"{ADA},contoso", f"{ADA},fabrikam", f"{ADA.upper()},contoso"]
    found = read(tmp_path, csv_of(twice, "objectId,tenant"))
    assert (found.twice, found.people) == ([(4, 2)], 2)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_marks_and_ends_of_lines_make_no_difference(tmp_path: Path, mark: bytes, end: str) -> None:
    found = read(tmp_path, mark + end.join(["email", address(0), address(1), ""]).encode())
    assert (found.people, found.bad_lines) == (2, 0)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("email\na@b\n".encode("utf-16"), "list.csv", "Line 1 is UTF-16"),
        (LATIN, "list.csv", "Line 3 is not UTF-8"),
        (b"\xe9mail\na@b\n", "list.csv", "Line 1 is not UTF-8"),
        (b"a@b\nc@d\n", "list.csv", "Line 1 must be a header"),
        (b"email,email\na@b,c@d\n", "list.csv", "Line 1 names a column twice"),
        (b"", "list.csv", "Line 1 is blank"),
        (b"email\n", "list.csv", "has 0 records"),
        (b"", "list.ndjson", "has 0 records"),
        (b"email\na@b\n", "list.xlsx", "must be a .csv"),
    ],
)
def test_a_list_that_is_not_taken_as_a_whole_is_told_by_line(
    tmp_path: Path, content: bytes, name: str, words: str
) -> None:
    with pytest.raises(Failed) as failed:
        read(tmp_path, content, name)
    assert failed.value.code is Exit.BAD_INPUT
    assert words in failed.value.line
    assert "@" not in failed.value.line


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failed) as failed:
        checked(tmp_path / "none.csv")
    assert failed.value.code is Exit.BAD_INPUT


def test_of_very_many_bad_lines_the_first_are_named_and_all_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, csv_of([*[""] * (MOST_TOLD + 50), address(0)]))
    assert (len(found.bad), found.bad_lines, found.people) == (MOST_TOLD, MOST_TOLD + 50, 1)


def test_the_bounds_and_fields_are_those_of_the_app() -> None:
    ours = (checking.MOST_LINES, checking.MOST_BYTES, checking.LONGEST_LINE)
    assert ours == (bounds.MOST_LINES, bounds.MOST_BYTES, bounds.LONGEST_LINE)
    assert FIELDS == LISTED


def test_memory_is_a_table_of_twelve_bytes_a_place_and_no_more(tmp_path: Path) -> None:
    def peak(lines: int) -> int:
        path = tmp_path / f"{lines}.csv"
        path.write_bytes(csv_of([address(number) for number in range(lines)]))
        tracemalloc.start()
        assert checked(path).people == lines
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(1000), peak(20_000)
    places = 1 << (2 * 20_000 - 1).bit_length()
    assert many - few < 2 * 12 * places  # the table, and the zeros that it is made of

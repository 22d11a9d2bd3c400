"""The operators' report: what it counts, and that its files are whole, harmless and for everybody."""

import asyncio
import csv
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from operate.answers import Summary
from operate.charts import LABELS, NUMBERS, WIDTH, chart_of
from operate.exits import Exit
from operate.figures import STANDS_STILL, Bar, figures_of
from operate.page import page
from operate.spreadsheet import COLUMNS, spreadsheet
from shared.domain.states import Kind
from tests.unit.operating import Terminal
from tests.unit.samples import NOW, REQUEST_ID
from tests.unit.test_operate_acts import failed

DAY = timedelta(days=1)


def one(
    status: str = "accepted", received: float = -1, due: float = 29, updated: float = 0, **more: object
) -> Summary:
    """A line of a list; times in days from now."""
    usual = {"kind": "export", "reason": None, "regulation": "gdpr", "proof": "app", "pausedAt": None}
    times = {"receivedAt": received, "dueAt": due, "updatedAt": updated}
    at = {name: (NOW + days * DAY).isoformat() for name, days in times.items()}
    return Summary.read({"id": REQUEST_ID, "status": status, **usual, **at, **more})


def counts(bars: object) -> dict[str, int]:
    assert isinstance(bars, list)
    return {bar.label: bar.count for bar in bars if bar.count}


@pytest.mark.parametrize(
    ("left", "group"),
    [
        (-3, "overdue"),
        (-0.01, "overdue"),
        (0, "under 5 days"),
        (4.9, "under 5 days"),
        (5, "5 to under 14 days"),
        (13.9, "5 to under 14 days"),
        (29, "14 to under 30 days"),
        (30, "30 days or more"),
        (400, "30 days or more"),
    ],
)
def test_open_requests_are_counted_by_the_time_left(left: float, group: str) -> None:
    assert counts(figures_of([one(due=left)], NOW).due) == {group: 1}


def test_a_clock_that_stands_still_leaves_nobody_overdue() -> None:
    figures = figures_of([one(due=-3, pausedAt=NOW.isoformat())], NOW)
    assert counts(figures.due) == {STANDS_STILL: 1}
    assert (figures.overdue, list(figures.urgent)) == (0, [])


def test_what_has_ended_is_due_no_more_and_late_if_it_ended_late() -> None:
    ended = [one("completed", due=-2, updated=-3), one("refused", due=-2, updated=-1)]
    figures = figures_of(ended, NOW)
    assert (counts(figures.due), figures.late, figures.overdue) == ({}, 1, 0)


def test_what_has_failed_is_still_due() -> None:
    assert figures_of([one("failed", due=-1)], NOW).overdue == 1


def test_times_are_those_of_what_was_completed_alone() -> None:
    took = [one("completed", received=-days) for days in (0.5, 1, 2, 10, 40)]
    figures = figures_of([*took, one("cancelled", received=-100), one(received=-100)], NOW)
    assert (figures.times.count, figures.times.median, figures.times.nine_in_ten) == (5, 2 * DAY, 40 * DAY)
    by_group = {"under a day": 1, "1 to under 3 days": 2, "7 to under 14 days": 1, "30 days or more": 1}
    assert counts(figures.took) == by_group


def test_the_most_urgent_come_first() -> None:
    assert [one.due_at for one in figures_of([one(due=9), one(due=3)], NOW).urgent] == [
        NOW + 3 * DAY,
        NOW + 9 * DAY,
    ]


def test_the_longest_bar_fills_the_space_and_none_leaves_it() -> None:
    first, second, third = chart_of("x", "X", "x", [Bar("a", 4), Bar("b", 2), Bar("c", 0)]).bars
    assert (first.width, second.width, third.width) == (WIDTH - LABELS - NUMBERS, first.width / 2, 0)
    assert [bar.width for bar in chart_of("x", "X", "x", [Bar("a", 0)]).bars] == [0]


def test_when_a_request_ended_is_what_its_journal_says() -> None:
    """The list's `updatedAt` stands still once a request has ended, whatever is tidied afterwards."""
    terminal = Terminal()
    request_id = terminal.ended()
    terminal.pass_time(timedelta(days=2))
    asyncio.run(terminal.office.world.upkeep.sweep())
    shown = terminal.run("show", request_id, "--json").value
    assert isinstance(shown, dict)
    events = {event["what"]: event["at"] for event in shown["journal"]}
    assert events["forgotten"] > events["completed"] == shown["updatedAt"]


def test_a_report_counts_every_request_in_every_form(tmp_path: Path) -> None:
    terminal = Terminal()
    terminal.ended()
    failed(terminal)
    terminal.accept(Kind.DELETION, "b@example.com")
    table, html = tmp_path / "report.csv", tmp_path / "report.html"
    done = terminal.run("report", "--json", "--csv", str(table), "--html", str(html))
    assert (done.code, done.err) == (0, f"Written: {table}\nWritten: {html}\n")
    assert isinstance(done.value, dict)
    assert done.value["total"] == 3
    assert done.value["byState"]["accepted"] == {"export": 0, "deletion": 1}
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["status"] for row in rows) == ["accepted", "completed", "failed"]
    assert html.read_text().startswith("<!doctype html>")
    assert sorted(tmp_path.iterdir()) == [table, html]


def test_a_report_is_shown_as_tables() -> None:
    terminal = Terminal()
    terminal.ended()
    out = terminal.run("report").out
    rows = [line.split() for line in out.splitlines()]
    assert ["completed", "1", "0", "1"] in rows
    assert "Requests: 1; 0 overdue, 0 ended late; half within 0.0" in out


def test_a_file_that_cannot_be_written_is_told_and_left_as_it_was(tmp_path: Path) -> None:
    done = Terminal().run("report", "--html", str(tmp_path / "nowhere" / "report.html"))
    assert (done.code, done.out) == (Exit.BAD_INPUT, "")
    assert done.err == f"{tmp_path}/nowhere/report.html cannot be written: No such file or directory.\n"


def test_an_interrupted_report_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = tmp_path / "report.html"
    html.write_text("the one before")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    assert Terminal().run("report", "--html", str(html)).code == Exit.INTERRUPTED
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the one before"]


def test_spreadsheets_find_no_formula_in_it() -> None:
    rows = list(csv.reader(spreadsheet([one(reason="=cmd()"), one(reason="-1")], NOW).splitlines()))
    assert rows[0] == list(COLUMNS)
    assert [row[3] for row in rows[1:]] == ["'=cmd()", "'-1"]


def test_a_row_says_what_is_left_or_how_long_it_took() -> None:
    requests = [one(due=-1), one(due=-1, pausedAt=NOW.isoformat()), one("completed", received=-3, due=-1)]
    rows = list(csv.DictReader(spreadsheet(requests, NOW).splitlines()))
    assert [(row["timeLeft"], row["daysToEnd"], row["late"]) for row in rows] == [
        ("overdue", "", "yes"),
        (STANDS_STILL, "", "no"),
        ("", "3.0", "yes"),
    ]


class Tags(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_runs_nothing_and_loads_nothing() -> None:
    tags = Tags(page(figures_of([one(), one("completed")], NOW))).found
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in tags}
    assert not [
        name for _, given in tags for name in given if name in {"src", "href"} or name.startswith("on")
    ]
    policies = [given["content"] for _, given in tags if given.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_every_picture_has_a_name_and_says_the_same_in_words() -> None:
    html = page(figures_of([one("failed"), one("completed")], NOW))
    tags = Tags(html).found
    pictures = [given for tag, given in tags if tag == "svg"]
    ids = {given.get("id") for _, given in tags}
    assert len(pictures) == 3
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(str(picture["aria-labelledby"]).split()) <= ids
    assert "failed: 1" in html


def test_what_the_app_answers_is_text_in_the_page() -> None:
    html = page(figures_of([one(reason="<script>alert(1)</script>")], NOW))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_page_of_no_requests_is_a_page() -> None:
    assert "None." in page(figures_of([], NOW))

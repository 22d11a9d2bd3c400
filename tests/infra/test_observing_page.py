"""docs/observing.md tells of every span, metric, picture and question, and of no other."""

import re

import pytest

from shared.domain.telemetry import ATTRIBUTES, CONVENTIONAL_NAMES, INSTRUMENTS, SpanName
from shared.settings import Settings
from tests.infra.logged import LOGGED, MEASURED
from tests.infra.test_workbook import PICTURES
from tests.paths import ROOT

PAGE = (ROOT / "docs/observing.md").read_text()
EXPORTED = {CONVENTIONAL_NAMES.get(name, name) for name in ATTRIBUTES}


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_every_metric_is_told_as_the_table_has_it() -> None:
    told = {
        name.strip("`"): (kind, set(re.findall(r"`([\w.]+)`", of)), what)
        for name, kind, of, what in rows("Metrics")
    }
    assert told == {
        one.name: (f"{one.kind}, {one.unit}", MEASURED[one.name], one.description) for one in INSTRUMENTS
    }


def test_every_span_is_told() -> None:
    assert {cells[0].strip("`") for cells in rows("Spans")} == {name.value for name in SpanName}
    told = {name for cells in rows("Spans") for name in re.findall(r"`([\w.]+)`", cells[2])}
    assert told - {"none"} <= EXPORTED


def test_every_picture_is_told_with_what_it_is_drawn_from() -> None:
    told = dict(rows("The workbook"))
    assert set(told) == {title for _, title, *_ in PICTURES}
    for name, title, *_ in PICTURES:
        query = (ROOT / f"infra/workbook/{name}.kql").read_text()
        assert (told[title] == "metrics") == ("AppMetrics" in query), title


def test_every_question_is_told_in_the_words_of_its_query() -> None:
    told = {re.findall(r"\[([\w-]+)\]", link)[0]: question for question, link in rows("Twelve questions")}
    files = {path.stem: path.read_text().splitlines()[0] for path in (ROOT / "infra/queries").glob("*.kql")}
    assert {name: f"// {question}" for name, question in told.items()} == files


def test_the_lines_that_matter_are_lines_of_the_code() -> None:
    told = {event for cells in rows("Lines that matter") for event in re.findall(r"`(\w+)`", cells[0])}
    assert told <= set(LOGGED)
    assert len(told) > 12


@pytest.mark.parametrize(
    "name", ["telemetry", "telemetry_sampling", "otel_exporter_otlp_endpoint", "otel_exporter_otlp_headers"]
)
def test_the_settings_are_told(name: str) -> None:
    assert name in Settings.model_fields
    assert f"`{name.upper()}`" in PAGE

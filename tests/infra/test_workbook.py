"""The workbook draws every query of its folder, once, as what its columns can be drawn."""

import re

import pytest

from tests.infra.kusto import Workspace, text_of
from tests.infra.test_queries import a_day
from tests.paths import ROOT

MODULE = (ROOT / "infra/modules/workbook.bicep").read_text()
FILE = r"query: loadTextContent\('\.\./workbook/([\w-]+)\.kql'\)"
PICTURES = re.findall(rf"name: '([\w-]+)', title: '([^']+)', drawn: '(\w+)', {FILE}", MODULE)
OVER_TIME = {"barchart", "linechart"}


def test_every_query_is_drawn_once_under_its_name() -> None:
    files = {path.stem for path in (ROOT / "infra/workbook").glob("*.kql")}
    assert sorted(file for *_, file in PICTURES) == sorted(files)
    assert [name for name, *_ in PICTURES] == [file for *_, file in PICTURES]


def test_each_picture_has_a_title_of_its_own() -> None:
    assert len({title for _, title, *_ in PICTURES}) == len(PICTURES)


@pytest.mark.parametrize(("drawn", "file"), [(drawn, file) for *_, drawn, file in PICTURES])
def test_what_is_drawn_over_time_begins_with_the_time_and_has_numbers(drawn: str, file: str) -> None:
    workspace = Workspace()
    a_day(workspace)
    query = text_of(f"workbook/{file}")
    times, numbers = set(re.findall(r"(\w+) = bin\(TimeGenerated", query)), workspace.ask(query)[0].values()
    assert bool(times) == (drawn in OVER_TIME)
    assert any(isinstance(cell, int | float) for cell in numbers)
    if times:
        assert f"order by {times.pop()} asc" in query


def test_what_needs_telemetry_says_so() -> None:
    for path in (ROOT / "infra").glob("*/*.kql"):
        query = path.read_text()
        assert ("AppMetrics" in query) == ("Needs TELEMETRY." in query.splitlines()[0]), path.stem

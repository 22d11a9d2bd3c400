"""Each alert has a runbook, which asks for the same events and is named where the alert is sent from."""

import re
from pathlib import Path

import pytest

from shared.log import FIELDS
from tests.codes import logged
from tests.infra.kusto import text_of
from tests.infra.logged import OF_EVERY_LINE, events_asked, fields_asked
from tests.infra.test_alerts import ALERTS
from tests.paths import ROOT

RUNBOOKS = sorted((ROOT / "docs/runbooks").glob("*.md"))
PAGES = [*RUNBOOKS, *sorted((ROOT / "docs").glob("*.md"))]
CHAPTERS = [
    *("What it means", "Who is hurt", "First look", "Likely causes", "What to do", "Over when", "Escalate"),
]
OF_ANSWERS = {"storage_unavailable", "keys_unavailable", "unknown_hash_key"}
"""Logged under the code of the answer."""
BLOCK = re.compile(r"```kusto\n(.*?)```", re.DOTALL)
KUSTO = [(page, query) for page in PAGES for query in BLOCK.findall(page.read_text())]


def test_every_alert_has_a_runbook_and_every_runbook_its_alert() -> None:
    assert [path.stem for path in RUNBOOKS] == ALERTS


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_has_every_chapter_and_names_its_query(path: Path) -> None:
    text = path.read_text()
    assert text.startswith(f"# Alert `{path.stem}`: ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == CHAPTERS
    assert f"(../../infra/alerts/{path.stem}.kql)" in text
    assert all(len(part.split()) > 3 for part in re.split(r"^## .+$", text, flags=re.MULTILINE))


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_a_runbook_looks_for_every_event_that_fires_its_alert(path: Path) -> None:
    fires = events_asked(text_of(f"alerts/{path.stem}"))
    looks = path.read_text().partition("## First look")[2].partition("## Likely causes")[0]
    assert fires <= set(re.findall(r'"(\w+)"', looks))


def test_an_alert_names_its_runbook() -> None:
    rules = (ROOT / "infra/modules/alerts.bicep").read_text()
    assert "description: 'What to do: docs/runbooks/${rule.name}.md'" in rules


@pytest.mark.parametrize(("page", "query"), KUSTO, ids=lambda value: getattr(value, "stem", "query"))
def test_a_query_in_a_page_asks_for_what_the_code_logs(page: Path, query: str) -> None:
    assert events_asked(query) <= logged() | OF_ANSWERS, page
    assert fields_asked(query) <= FIELDS | OF_EVERY_LINE, page

"""Alerts ask for what the code really logs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.domain.states import Status
from shared.log import FIELDS
from tests.paths import ROOT

QUERIES = sorted((ROOT / "infra/alerts").glob("*.kql"))
CODE = [
    path
    for folder in ("shared", "export_function", "delete_function", "worker_function")
    for path in (ROOT / folder).rglob("*.py")
] + [*(ROOT / "upkeep_function").rglob("*.py"), *(ROOT / "operations_function").rglob("*.py")]
LEVELS = {"debug", "info", "warning", "error", "exception"}
OF_EVERY_LINE = {"event", "level", "timestamp", "request_id"}
"""`request_id` is bound while a request is worked on."""


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _logged() -> dict[str, set[str]]:
    """Events with their fields, as calls of a log name them."""
    events: dict[str, set[str]] = {}
    for path in [ROOT / "function_app.py", *CODE]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _is_log(node.func) and node.args:
                given = {word.arg for word in node.keywords if word.arg}
                given |= {"error", "frames"} if ast.unparse(node.func).endswith("exception") else set()
                for event in _texts(node.args[0]):
                    events.setdefault(event, set()).update(given)
    return events


def _is_log(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and ast.unparse(function.value).rpartition(".")[2].lstrip("_") == "log"
    )


LOGGED = _logged()


def asked(query: str) -> tuple[set[str], set[str]]:
    """Events and fields that a query names."""
    listed = re.findall(r"tostring\(line\.event\) (?:==|in) \(?((?:\"\w+\"(?:, )?)+)", query)
    return set(re.findall(r"\w+", " ".join(listed))), set(re.findall(r"line\.(\w+)", query))


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_query_asks_for_events_and_fields_that_the_code_logs(path: Path) -> None:
    query = path.read_text()
    events, fields = asked(query)
    assert events or "AppRequests" in query
    assert events <= set(LOGGED)
    assert fields <= OF_EVERY_LINE.union(*(LOGGED[event] for event in events))
    assert fields <= FIELDS  # what is not on that list is masked


def test_the_events_that_must_not_go_unseen_have_an_alert() -> None:
    watched = set[str]().union(*(asked(path.read_text())[0] for path in QUERIES))
    assert watched == {
        *("request_overdue", "request_due_soon", "request_stalled", "sweep_ended", "sweep_unfinished"),
        *("message_unreadable", "run_ended", "notice_dead", "purge_refused", "purge_after_due"),
        *("setting_at_fault", "http_failed", "promises_unreadable", "unblock_failed"),
    }


def test_a_failed_run_has_the_status_that_the_query_asks_for() -> None:
    query = (ROOT / "infra/alerts/failed.kql").read_text()
    assert f'tostring(line.status) == "{Status.FAILED.value}"' in query


def test_the_poison_query_names_the_functions_that_take_such_messages() -> None:
    blueprints = "".join(path.read_text() for path in sorted((ROOT / "worker_function").glob("*.py")))
    functions = re.findall(r"queue_name=POISON.*\n\s+async def (\w+)", blueprints)
    query = (ROOT / "infra/alerts/poison.kql").read_text()
    assert len(functions) == 2
    assert all(f'"{function}"' in query for function in functions)


def test_every_query_has_its_rule_and_every_rule_its_query() -> None:
    rules = (ROOT / "infra/modules/alerts.bicep").read_text()
    named = re.findall(r"name: '([\w-]+)', severity.*loadTextContent\('\.\./alerts/([\w-]+)\.kql'\)", rules)
    assert [name for name, _ in named] == [file for _, file in named]
    assert {file for _, file in named} == {path.stem for path in QUERIES}


def test_only_the_missing_sweep_fires_for_want_of_lines() -> None:
    rules = (ROOT / "infra/modules/alerts.bicep").read_text()
    assert re.findall(r"name: '([\w-]+)'.*fires: 'LessThan', than: 1", rules) == ["no-sweep"]

"""Alerts fire for what the code really logs, and for nothing else."""

import re

import pytest

from shared.domain.states import Status
from tests.infra.kusto import Workspace, text_of
from tests.infra.logged import events_asked
from tests.paths import ROOT

ALERTS = sorted(path.stem for path in (ROOT / "infra/alerts").glob("*.kql"))
REQUEST = "11111111-1111-4111-8111-111111111111"
FIRED_BY: dict[str, tuple[tuple[str, dict[str, str | int]], ...]] = {
    "overdue": (("request_overdue", {"kind": "export", "status": "running"}),),
    "due-soon": (("request_due_soon", {"kind": "export", "status": "waiting", "reason": "cooling_off"}),),
    "stalled": (("request_stalled", {"kind": "export", "status": "running"}),),
    "no-sweep": (("sweep_ended", {"count": 3}),),
    "poison": (("message_poisoned", {"tries": 1}), ("message_unreadable", {})),
    "failed": (
        ("run_ended", {"kind": "export", "status": Status.FAILED, "reason": "retries_spent"}),
        ("batch_failed", {"kind": "deletion", "reason": "not_ended_in_time"}),
        ("batch_ended", {"status": "failed", "reason": "list_changed", "count": 0}),
    ),
    "last-call": (("request_last_call", {"kind": "deletion", "reason": "permission_missing"}),),
    "not-told": (("notice_dead", {"channel": "mail", "reason": "expired"}),),
    "purge": (("purge_refused", {"tenant": "contoso"}), ("purge_after_due", {"tenant": "contoso"})),
    "at-fault": (
        ("setting_at_fault", {"setting": "STATE", "expected": "is required"}),
        ("http_failed", {"error": "KeyError"}),
        ("promises_unreadable", {"count": 1, "code": "storage_unavailable"}),
        ("sweep_unfinished", {"count": 200}),
        ("unblock_failed", {"tenant": "contoso", "code": "permission_missing"}),
        ("unblock_given_up", {"tenant": "contoso"}),
    ),
    "answers-5xx": (),
}
"""The lines that each fires for."""


def a_quiet_hour() -> Workspace:
    """Requests that go well, and lines of others."""
    workspace = Workspace()
    workspace.noise()
    workspace.request("submit_export", 202)
    workspace.line("request_accepted", REQUEST, kind="export", status="accepted")
    workspace.line("run_started", REQUEST, kind="export", run=1)
    workspace.line("run_ended", REQUEST, kind="export", status="completed")
    workspace.line("request_ended", REQUEST, kind="export", status="completed", seconds=9, slack=86400)
    workspace.line("notice_sent", REQUEST, channel="webhook")
    return workspace


def test_every_alert_has_its_lines_here() -> None:
    assert set(FIRED_BY) == set(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_nothing_fires_in_a_quiet_hour(alert: str) -> None:
    assert a_quiet_hour().ask(text_of(f"alerts/{alert}")) == []


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_fires_for_each_of_its_lines_once(alert: str) -> None:
    workspace = a_quiet_hour()
    for event, fields in FIRED_BY[alert]:
        workspace.line(event, REQUEST, **fields)
    assert len(workspace.ask(text_of(f"alerts/{alert}"))) == len(FIRED_BY[alert])


def test_an_answer_that_is_our_fault_fires() -> None:
    workspace = a_quiet_hour()
    workspace.request("submit_export", 503)
    assert workspace.ask(text_of("alerts/answers-5xx")) == [{"Name": "submit_export", "ResultCode": "503"}]


def test_the_events_that_must_not_go_unseen_have_an_alert() -> None:
    watched = set[str]().union(*(events_asked(text_of(f"alerts/{alert}")) for alert in ALERTS))
    assert watched == {
        *("request_overdue", "request_due_soon", "request_stalled", "sweep_ended", "sweep_unfinished"),
        *("message_poisoned", "message_unreadable", "run_ended", "notice_dead", "purge_refused"),
        *("purge_after_due", "setting_at_fault", "http_failed", "promises_unreadable", "unblock_failed"),
        *("request_last_call", "unblock_given_up", "batch_failed", "batch_ended"),
    }
    assert watched == {event for lines in FIRED_BY.values() for event, _ in lines}


def test_the_poison_query_names_the_functions_that_take_such_messages() -> None:
    blueprints = "".join(path.read_text() for path in sorted((ROOT / "worker_function").glob("*.py")))
    functions = re.findall(r"queue_name=POISON.*\n\s+async def (\w+)", blueprints)
    workspace = a_quiet_hour()
    for function in functions:
        workspace.request(function, 0)
    assert len(functions) == 2
    assert [row["what"] for row in workspace.ask(text_of("alerts/poison"))] == functions


def test_every_query_has_its_rule_and_every_rule_its_query() -> None:
    rules = (ROOT / "infra/modules/alerts.bicep").read_text()
    named = re.findall(r"name: '([\w-]+)', severity.*loadTextContent\('\.\./alerts/([\w-]+)\.kql'\)", rules)
    assert [name for name, _ in named] == [file for _, file in named]
    assert {file for _, file in named} == set(ALERTS)


def test_only_the_missing_sweep_fires_for_want_of_lines() -> None:
    rules = (ROOT / "infra/modules/alerts.bicep").read_text()
    assert re.findall(r"name: '([\w-]+)'.*fires: 'LessThan', than: 1", rules) == ["no-sweep"]

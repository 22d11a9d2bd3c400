"""Queries ask for what the code logs and measures, and the twelve questions get their answers."""

from pathlib import Path

import pytest

from shared.log import FIELDS
from tests.infra.kusto import Workspace, faults_found, text_of
from tests.infra.logged import (
    LOGGED,
    MEASURED,
    OF_EVERY_LINE,
    QUERIES,
    attributes_asked,
    events_asked,
    fields_asked,
    metrics_asked,
)
from tests.paths import ROOT

FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
EXPORT, DELETION = {"kind": "export"}, {"kind": "deletion"}


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace()
    made.noise()
    return made


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", QUERIES, ids=named)
def test_a_query_asks_for_events_and_fields_that_the_code_logs(path: Path) -> None:
    query = path.read_text()
    events, fields = events_asked(query), fields_asked(query)
    assert events or metrics_asked(query) or "AppRequests" in query or "AppDependencies" in query
    assert events <= set(LOGGED)
    assert fields <= OF_EVERY_LINE.union(*(LOGGED[event] for event in events))
    assert fields <= FIELDS  # what is not on that list is masked


@pytest.mark.parametrize("path", QUERIES, ids=named)
def test_a_query_asks_for_metrics_and_attributes_of_the_table(path: Path) -> None:
    query = path.read_text()
    metrics = metrics_asked(query)
    assert metrics <= set(MEASURED)
    of_spans = {"request_id"} if "AppDependencies" in query else set()
    assert attributes_asked(query) <= of_spans.union(*(MEASURED[metric] for metric in metrics))


def test_microsoft_s_analyzer_finds_no_fault_in_any_query() -> None:
    found = faults_found({named(path): path.read_text() for path in QUERIES})
    assert set(found) == {named(path) for path in QUERIES}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_analyzer_knows_what_is_wrong() -> None:
    wrong = {
        "column": "AppTraces | project Nope",
        "table": "Traces",
        "keyword": "AppTraces | summarize kind = count()",
    }
    assert all(faults_found(wrong).values())


@pytest.mark.parametrize("path", QUERIES, ids=named)
def test_a_query_says_first_what_it_tells(path: Path) -> None:
    assert path.read_text().startswith("// ")


def test_there_are_twelve_questions() -> None:
    questions = [path for path in QUERIES if path.parent.name == "queries"]
    assert len(questions) == 12
    assert all("?" in path.read_text().splitlines()[0] for path in questions)


def test_every_metric_is_asked_for_somewhere_or_told_why_not() -> None:
    asked = set[str]().union(*(metrics_asked(path.read_text()) for path in QUERIES))
    from_lines = {
        "privacy.requests.accepted",
        "privacy.requests.ended",
    }  # lines tell the same, telemetry off or on
    distributions = {
        "privacy.requests.duration",
        "privacy.requests.due_date_slack",
    }  # likewise, to the second
    assert set(MEASURED) == asked | from_lines | distributions


def test_what_is_due_is_told_until_it_has_ended(workspace: Workspace) -> None:
    workspace.line("request_due_soon", FIRST, **EXPORT, status="waiting", reason="replication")
    workspace.line("request_overdue", FIRST, **EXPORT, status="running")
    workspace.line("request_overdue", SECOND, **DELETION, status="running")
    workspace.line("request_ended", SECOND, **DELETION, status="completed")
    (due,) = workspace.ask(text_of("queries/due"))
    assert (due["request"], due["event"], due["status"]) == (FIRST, "request_overdue", "running")


def test_what_has_failed_is_still_due(workspace: Workspace) -> None:
    workspace.line("request_due_soon", FIRST, **EXPORT, status="failed")
    workspace.line("request_ended", FIRST, **EXPORT, status="failed", reason="directory_unavailable")
    assert [due["request"] for due in workspace.ask(text_of("queries/due"))] == [FIRST]


def test_what_failed_is_told_with_its_last_step(workspace: Workspace) -> None:
    workspace.line(
        "step_failed", FIRST, step="identify:contoso", code="throttled", call="find_users", tries=1
    )
    workspace.line(
        "step_failed", FIRST, step="purge:contoso", code="permission_missing", call="purge_user", tries=2
    )
    workspace.line("request_ended", FIRST, **DELETION, status="failed", reason="permission_missing")
    workspace.line("request_ended", SECOND, **EXPORT, status="completed")
    (failed,) = workspace.ask(text_of("queries/failed"))
    told = {name: failed[name] for name in ("request", "step", "code", "call")}
    assert told == {
        "request": FIRST,
        "step": "purge:contoso",
        "code": "permission_missing",
        "call": "purge_user",
    }


def test_a_request_is_told_by_its_lines_and_all_spans_of_its_traces(workspace: Workspace) -> None:
    workspace.line("request_accepted", FIRST, **EXPORT, status="accepted")
    workspace.line("request_accepted", SECOND, **EXPORT, status="accepted")
    workspace.span("accept", "trace 1", request_id=FIRST)
    workspace.span("graph", "trace 1", call="read_user")
    workspace.span("accept", "trace 2", request_id=SECOND)
    workspace.line("run_started", FIRST, **EXPORT, run=1)
    query = text_of("queries/one-request").replace("00000000-0000-4000-8000-000000000000", FIRST)
    told = [row["what"] for row in workspace.ask(query)]
    assert told == ["request_accepted", "accept", "graph", "run_started"]


def test_who_waits_for_an_operator_is_told_until_somebody_decides(workspace: Workspace) -> None:
    for request in (FIRST, SECOND):
        workspace.line("run_ended", request, **DELETION, status="awaiting_approval", reason="legal_hold")
    workspace.line("decided", SECOND, status="running", reason="legal_hold")
    assert workspace.ask(text_of("queries/waiting-for-an-operator")) == [
        {"request": FIRST, "reason": "legal_hold"}
    ]


def test_how_long_requests_take_is_told_by_kind_and_end(workspace: Workspace) -> None:
    for hours in range(1, 21):
        slack = -1 if hours == 20 else 3600
        workspace.line(
            "request_ended", FIRST, **EXPORT, status="completed", seconds=hours * 3600, slack=slack
        )
    (told,) = workspace.ask(text_of("queries/how-long"))
    assert (told["asked"], told["status"], told["requests"], told["late"]) == ("export", "completed", 20, 1)
    assert told["p50"] in (10, 10.5)
    assert told["p95"] in (19, 19.05)


def test_the_tenant_that_throttles_stands_first(workspace: Workspace) -> None:
    calls, status = "privacy.graph.calls", "http__response__status_code"
    workspace.metric(calls, 90.0, tenant="contoso", call="read_user", **{status: "200"})
    workspace.metric(calls, 7.0, tenant="fabrikam", call="sign_ins", **{status: "429"})
    workspace.metric(calls, 2.0, tenant="fabrikam", call="sign_ins", **{status: "none"})
    workspace.metric(calls, 1.0, tenant="fabrikam", call="sign_ins", **{status: "503"})
    first, second = workspace.ask(text_of("queries/throttling"))
    assert first == {"tenant": "fabrikam", "call": "sign_ins", "calls": 10, "throttled": 7, "failed": 3}
    assert (second["tenant"], second["throttled"]) == ("contoso", 0)


def test_sweeps_are_told_by_the_hour(workspace: Workspace) -> None:
    workspace.line("sweep_ended", count=3)
    workspace.line("sweep_unfinished", count=200)
    workspace.line("promises_unreadable", count=7, code="storage_unavailable")
    workspace.line("look_failed", FIRST, code="storage_unavailable")
    totals = workspace.ask(text_of("queries/sweeps"))
    told = {name: sum(int(str(row[name] or 0)) for row in totals) for name in totals[0]}
    assert told == {"ended": 1, "looks": 3, "unfinished": 1, "unreadable": 1, "failed": 1}


def test_poison_is_told_by_request(workspace: Workspace) -> None:
    workspace.line("message_poisoned", FIRST, tries=1)
    workspace.line("message_poisoned", FIRST, tries=2)
    workspace.line("message_unreadable")
    told = {
        (row["event"], row["request"]): row["messages"] for row in workspace.ask(text_of("queries/poison"))
    }
    assert told == {("message_poisoned", FIRST): 2, ("message_unreadable", ""): 1}


def test_a_notice_is_told_until_it_was_sent(workspace: Workspace) -> None:
    workspace.line("notice_delayed", FIRST, channel="webhook", tries=1)
    workspace.line("notice_sent", FIRST, channel="webhook")
    workspace.line("notice_delayed", FIRST, channel="mail", tries=1)
    workspace.line("notice_dead", SECOND, channel="mail", reason="expired")
    told = {(row["request"], row["event"]) for row in workspace.ask(text_of("queries/not-told"))}
    assert told == {(FIRST, "notice_delayed"), (SECOND, "notice_dead")}


def test_an_account_is_not_purged_until_its_request_has_ended(workspace: Workspace) -> None:
    for request in (FIRST, SECOND):
        workspace.line("purge_after_due", request, tenant="contoso")
        workspace.line("purge_refused", request, tenant="contoso")
    workspace.line("request_ended", SECOND, **DELETION, status="completed")
    (told,) = workspace.ask(text_of("queries/not-purged"))
    assert told == {"request": FIRST, "tenant": "contoso", "refused": 1}


def test_settings_at_fault_are_told_once_each(workspace: Workspace) -> None:
    for _ in range(2):
        workspace.line("setting_at_fault", setting="HASH_KEY", expected="is required")
    assert workspace.ask(text_of("queries/settings")) == [{"setting": "HASH_KEY", "expected": "is required"}]


def test_refusals_are_told_by_their_reason(workspace: Workspace) -> None:
    for code in ("expired", "guest", "expired"):
        workspace.line("caller_refused", code=code)
    told = {row["code"]: row["calls"] for row in workspace.ask(text_of("queries/refused"))}
    assert told == {"expired": 2, "guest": 1}


def test_every_picture_of_the_workbook_shows_something(workspace: Workspace) -> None:
    a_day(workspace)
    for path in (ROOT / "infra/workbook").glob("*.kql"):
        rows = workspace.ask(path.read_text())
        assert rows, path.stem
        assert all(cell is not None for row in rows for cell in row.values()), path.stem


def a_day(workspace: Workspace) -> None:
    workspace.line("request_accepted", FIRST, **EXPORT, status="accepted")
    workspace.line("step_failed", FIRST, step="archive", code="storage_unavailable", call="none", tries=1)
    workspace.line("run_ended", FIRST, **EXPORT, status="completed")
    workspace.line("request_ended", FIRST, **EXPORT, status="completed", seconds=9, slack=86400)
    workspace.line("sweep_ended", count=3)
    of_call = {"tenant": "contoso", "call": "read_user", "http__response__status_code": "200"}
    workspace.metric("privacy.graph.calls", 3.0, **of_call)
    workspace.metric("privacy.graph.quota_used", 0.5, 0.7, tenant="contoso", quota="directory")
    workspace.metric("privacy.tenants.ended", 1.0, kind="export", tenant="contoso", outcome="collected")
    workspace.metric("privacy.queue.age", 0.2, 4.0, kind="export")
    workspace.metric("privacy.promises.lag", 12.0)

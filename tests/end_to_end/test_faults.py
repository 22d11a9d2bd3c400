"""Graph misbehaves; the request is done all the same, and nothing twice."""

import pytest

from tests.end_to_end.archives import downloaded
from tests.running import RunningStack

FAULTS: dict[str, dict[str, object]] = {
    "429 that says when": {"fault": "429", "retry_after": 1},
    "429 that does not": {"fault": "429"},
    "503": {"fault": "503"},
    "cut before": {"fault": "cut_before"},
    "cut after": {"fault": "cut_after"},
}


def plan(stack: RunningStack, fault: str, **where: object) -> None:
    stack.graph.ask("POST", "faults", **FAULTS[fault], **where)


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_export_holds_every_event_though_pages_fail(stack: RunningStack, fault: str) -> None:
    object_id, address = stack.graph.add_person("contoso", audit_events=2500)
    plan(stack, fault, path="directoryAudits", after=1, times=2)
    status = stack.app.ended(stack.app.submit("exports", {"email": address}))
    assert status["status"] == "completed"
    assert sorted(downloaded(stack.app, status).events("contoso")) == stack.graph.event_ids(
        "contoso", object_id
    )


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_deletion_is_done_though_its_call_fails(stack: RunningStack, fault: str) -> None:
    object_id, address = stack.graph.add_person("contoso")
    plan(stack, fault, method="DELETE")
    status = stack.app.ended(stack.app.submit("deletions", {"email": address}))
    assert status["status"] == "completed"
    assert stack.graph.state("contoso", object_id) == "soft_deleted"


@pytest.mark.parametrize("fault", FAULTS)
async def test_nobody_is_called_not_found_because_graph_did_not_answer(
    stack: RunningStack, fault: str
) -> None:
    object_id, address = stack.graph.add_person("contoso")
    plan(stack, fault, path="/users", times=2)
    status = stack.app.ended(stack.app.submit("deletions", {"email": address}))
    assert status["status"] == "completed"
    assert stack.graph.state("contoso", object_id) == "soft_deleted"

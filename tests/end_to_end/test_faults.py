"""Graph misbehaves; the request is done all the same, and nothing twice.

Each test has one person per fault, all at the same time; a fault hits only calls that name its person.
"""

from tests.end_to_end.archives import downloaded
from tests.running import RunningStack

FAULTS: tuple[dict[str, object], ...] = (
    {"fault": "429", "retry_after": 1},
    {"fault": "429"},
    {"fault": "503"},
    {"fault": "cut_before"},
    {"fault": "cut_after"},
)
Person = tuple[str, str]


def people(stack: RunningStack, events: int = 0) -> list[Person]:
    return [stack.graph.add_person("contoso", audit_events=events) for _ in FAULTS]


def deleted_in_spite_of_faults(stack: RunningStack, persons: list[Person]) -> None:
    accepted = [stack.app.submit("deletions", {"email": address}) for _, address in persons]
    assert [stack.app.ended(one)["status"] for one in accepted] == ["completed"] * len(FAULTS)
    states = [stack.graph.state("contoso", object_id) for object_id, _ in persons]
    assert states == ["soft_deleted"] * len(FAULTS)


async def test_an_export_holds_every_event_though_pages_fail(stack: RunningStack) -> None:
    persons = people(stack, events=2500)
    for fault, (object_id, _) in zip(FAULTS, persons, strict=True):
        stack.graph.ask("POST", "faults", path=f"t/id eq '{object_id}'", after=1, times=2, **fault)
    accepted = [stack.app.submit("exports", {"email": address}) for _, address in persons]
    for one, (object_id, _) in zip(accepted, persons, strict=True):
        export = downloaded(stack.app, stack.app.ended(one))
        assert sorted(export.events("contoso")) == stack.graph.event_ids("contoso", object_id)


async def test_a_deletion_is_done_though_its_call_fails(stack: RunningStack) -> None:
    persons = people(stack)
    for fault, (object_id, _) in zip(FAULTS, persons, strict=True):
        stack.graph.ask("POST", "faults", path=object_id, method="DELETE", **fault)
    deleted_in_spite_of_faults(stack, persons)


async def test_nobody_is_called_not_found_because_graph_did_not_answer(stack: RunningStack) -> None:
    persons = people(stack)
    for fault, (_, address) in zip(FAULTS, persons, strict=True):
        stack.graph.ask("POST", "faults", path=address, tenant="contoso", times=2, **fault)
    deleted_in_spite_of_faults(stack, persons)

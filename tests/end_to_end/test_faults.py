"""Graph misbehaves in every way that passes; requests are done all the same, and nothing twice.

Each fault has two people of its own, all at the same time: what an export reads about the one fails once, a
list at its second page, and each call that a deletion makes about the other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pytest

from local.client import Json
from local.graph.strikes import PASSING
from tests.end_to_end.archives import downloaded
from tests.running import RunningStack

FAULTS: dict[str, dict[str, object]] = {
    **{kind: {"fault": kind} for kind in sorted(PASSING)},
    "429-with-a-time": {"fault": "429", "retry_after": 1},
    "slow": {"fault": "slow", "seconds": 0.3},
    "slow_body": {"fault": "slow_body", "seconds": 0.3},
}
WITHOUT_PAGES = sorted(set(FAULTS) - {"expired_page"})
"""What can happen to a deletion: it reads no list of several pages."""
OF_BODIES = {"slow_body", "truncated", "no_json"}
"""What cannot happen to a DELETE."""
EVENTS = 1600
"""So that both lists have two pages."""


@dataclass(frozen=True)
class Person:
    object_id: str
    address: str

    @property
    def lists(self) -> tuple[str, str]:
        return f"t/id eq '{self.object_id}'", f"initiatedBy/user/id eq '{self.object_id}'"


Strike = Callable[[RunningStack, str, Person], None]
Ended = Mapping[tuple[str, str], tuple[Person, Json]]
"""By kind of request and fault: the person, and how their request has ended."""


def strike_export(stack: RunningStack, name: str, person: Person) -> None:
    later: dict[str, int] = {} if name == "expired_page" else {"after": 1}
    for path in person.lists:
        stack.graph.ask("POST", "faults", **FAULTS[name], path=path, **later)
    if name in WITHOUT_PAGES:
        stack.graph.ask("POST", "faults", **FAULTS[name], path=f"/users/{person.object_id}")


def strike_deletion(stack: RunningStack, name: str, person: Person) -> None:
    for path in (person.address, f"/users/{person.object_id}", f"/deletedItems/{person.object_id}"):
        stack.graph.ask("POST", "faults", **FAULTS[name], path=path, method="GET")
    if name not in OF_BODIES:
        stack.graph.ask("POST", "faults", **FAULTS[name], path=person.object_id, method="DELETE")


@pytest.fixture(scope="module")
def ended(stack_process: RunningStack) -> Ended:
    """A request of each kind for each fault, run at the same time; each fault has struck."""
    stack = stack_process
    stack.graph.reset()
    accepted: dict[tuple[str, str], tuple[Person, Json]] = {}
    kinds: tuple[tuple[str, Iterable[str], Strike], ...] = (
        ("exports", FAULTS, strike_export),
        ("deletions", WITHOUT_PAGES, strike_deletion),
    )
    for collection, faults, strike in kinds:
        for name in faults:
            person = Person(*stack.graph.add_person("contoso", audit_events=EVENTS))
            strike(stack, name, person)
            accepted[collection, name] = person, stack.app.submit(collection, {"email": person.address})
    ended = {key: (person, stack.app.ended(one)) for key, (person, one) in accepted.items()}
    assert set(stack.graph.struck()) == {1}, stack.graph.ask("GET", "faults").json()
    stack.graph.reset()
    return ended


def outcome(status: Json) -> object:
    tenants = status["tenants"]
    assert isinstance(tenants, list)
    return next(tenant["outcome"] for tenant in tenants if tenant["tenant"] == "contoso")


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_export_holds_every_event_once_in_spite_of(
    stack: RunningStack, ended: Ended, fault: str
) -> None:
    person, status = ended["exports", fault]
    assert (status["status"], outcome(status)) == ("completed", "collected")
    export = downloaded(stack.app, status)
    assert export.profile("contoso")["id"] == person.object_id
    assert sorted(export.events("contoso")) == stack.graph.event_ids("contoso", person.object_id)


@pytest.mark.parametrize("fault", WITHOUT_PAGES)
async def test_a_deletion_is_done_and_read_back_in_spite_of(
    stack: RunningStack, ended: Ended, fault: str
) -> None:
    person, status = ended["deletions", fault]
    assert (status["status"], outcome(status)) == ("completed", "purged")
    assert stack.graph.state("contoso", person.object_id) == "gone"


async def test_a_deletion_is_read_back_until_the_effect_shows(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("contoso")
    stack.graph.ask("POST", "lag", seconds=2)
    status = stack.app.ended(stack.app.submit("deletions", {"email": address}))
    assert (status["status"], outcome(status)) == ("completed", "purged")
    assert stack.graph.state("contoso", object_id) == "gone"
    done = [call for call in stack.graph.calls() if (call["method"], call["status"]) == ("DELETE", 204)]
    assert len(done) == 2

"""What a request costs in calls to storage; the figures stand in docs/limits.md."""

from collections import Counter

import pytest

from shared.domain.ports import AuditRole
from shared.domain.states import Kind, Proof
from shared.domain.subject import EmailSubject, ObjectIdSubject
from shared.domain.topology import Topology
from tests.paths import ROOT
from tests.unit.points import Points
from tests.unit.samples import CONTOSO
from tests.unit.world import ADA, WINDOW, World

EMAIL = EmailSubject("ada@example.com")
OWN = {
    Kind.EXPORT: ("blobs.", "graph "),
    Kind.DELETION: ("graph ",),
}
"""Calls that are a step's own work."""
RUNS = {Kind.EXPORT: 1, Kind.DELETION: 2}
"""A deletion waits once, for a replication window before the last look."""
PARTS = {Kind.EXPORT: 0, Kind.DELETION: 2}
"""Parts of steps that are saved by themselves: what is to be put back before an account is blocked, and that
the DELETE may be sent."""
BESIDES = {
    Kind.EXPORT: {
        "store.get": 2,  # the second time to see that the promise is for what stands
        "register.insert": 2,  # the account's entry, and the one by which a deletion finds the archive
        "due.put": 1,
    },
    Kind.DELETION: {
        "store.get": 4,
        "register.insert": 1,
        "register.read": 4,  # for holds three times, and to close the account to exports
        "register.replace": 1,
        "register.beginning_with": 1,  # archives of the account
        "due.put": 2,
        "queue.send": 2,  # for the second run, and for what follows the end
    },
}


async def calls_of(kind: Kind) -> tuple[Counter[str], Counter[str], int]:
    """Calls while accepting, calls while running, and the number of steps; one tenant, one account."""
    world = World(Topology({"contoso": CONTOSO}, (frozenset({"contoso"}),)))
    world.person("contoso")
    world.tenants["contoso"].events = [
        (ADA, role, {"id": role.value, "activityDateTime": "2026-11-20T00:00:00Z"}) for role in AuditRole
    ]
    points = Points()
    for name in ("store", "register", "due", "blobs", "queue"):
        setattr(world, name, points.wrapped(getattr(world, name), name))
    world.tenants = {name: points.wrapped(one, f"graph {name}") for name, one in world.tenants.items()}
    world.wire()
    accepted = await world.accept(kind, EMAIL)
    accepting, points.names = Counter(points.names), []
    points.armed = False
    while not (request := await world.request(accepted.request.id)).ended_at:
        points.armed = True
        await world.runner.run(request.id)
        points.armed = False
        await world.clock.sleep(WINDOW)
    running = Counter(points.names)
    return accepting, running, len(request.done)


@pytest.mark.parametrize("kind", Kind)
async def test_accepting_takes_four_writes(kind: Kind) -> None:
    accepting, _, _ = await calls_of(kind)
    assert accepting == {"register.insert": 1, "due.put": 1, "store.add": 1, "queue.send": 1}


async def test_a_person_s_own_export_takes_two_calls_more_to_accept() -> None:
    world, points = World(), Points()
    for name in ("store", "register", "passing", "due", "queue"):
        setattr(world, name, points.wrapped(getattr(world, name), name))
    world.wire()
    await world.accept(Kind.EXPORT, ObjectIdSubject("contoso", ADA), proof=Proof.PERSON)
    assert len(points.names) == 4 + 2
    assert {"store.get", "passing.insert"} < set(points.names)


@pytest.mark.parametrize("kind", Kind)
async def test_running_takes_a_write_a_step_two_a_run_and_these_calls_besides(kind: Kind) -> None:
    _, running, steps = await calls_of(kind)
    storage = Counter({name: count for name, count in running.items() if not name.startswith(OWN[kind])})
    saves = steps + PARTS[kind] + 2 * RUNS[kind]  # a run claims the request, and says how it ends
    assert storage == {**BESIDES[kind], "store.save": saves}


async def test_the_figures_in_the_documents_are_these() -> None:
    text = (ROOT / "docs" / "limits.md").read_text()
    for kind in Kind:
        accepting, running, steps = await calls_of(kind)
        storage = sum(count for name, count in running.items() if not name.startswith("graph "))
        assert f"| {kind} | {steps} | {sum(accepting.values())} | {storage} |" in text

"""Legal holds: whatever the order, a hold and a deletion do not miss each other."""

import json
from datetime import timedelta

import pytest

from shared.domain.callers import Operator
from shared.domain.errors import InvalidTransition, StorageUnavailable
from shared.domain.holds import Answer, Basis, Hold
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from tests.unit.points import Points
from tests.unit.samples import NOW
from tests.unit.test_upkeep import pass_time
from tests.unit.world import ADA, World

EMAIL = EmailSubject("ada@example.com")
HOLD = Hold(Basis.CLAIMS, "Art. 17(3)(e)", NOW + timedelta(days=90), NOW, "operator x")
HOUR = timedelta(hours=1)


def a_world() -> World:
    world = World()
    world.person("contoso")
    return world


async def place(world: World) -> Answer:
    return await world.holds.place("contoso", ADA, HOLD)


async def deleted(world: World) -> PrivacyRequest:
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await pass_time(world, 3 * HOUR, timedelta(minutes=5))
    return await world.request(accepted.request.id)


async def test_a_hold_says_why_and_until_when_and_by_whom() -> None:
    world = a_world()
    assert await place(world) is Answer.HELD
    assert await world.holds.of("contoso", ADA) == HOLD
    assert await world.holds.of("fabrikam", ADA) is None


async def test_a_held_account_is_not_touched_and_an_operator_is_asked() -> None:
    world = a_world()
    await place(world)
    request = await deleted(world)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "legal_hold")
    assert request.irreversible_at is None
    assert ADA in world.tenants["contoso"].users
    assert world.tenants["contoso"].disabled == set()


async def test_an_approval_does_not_go_past_a_hold_until_it_is_lifted() -> None:
    world = a_world()
    await place(world)
    deletion = (await deleted(world)).id
    boss = Operator("x", may_act=True)
    await world.decisions.approve(deletion, boss)
    await world.run_what_is_due()
    assert (await world.request(deletion)).reason == "legal_hold"
    await world.holds.lift("contoso", ADA)
    await world.decisions.approve(deletion, boss)
    await pass_time(world, 2 * HOUR, timedelta(minutes=5))
    assert (await world.request(deletion)).outcome("contoso") is Outcome.PURGED


async def test_a_hold_that_does_not_stand_cannot_be_lifted() -> None:
    world = a_world()
    with pytest.raises(InvalidTransition):
        await world.holds.lift("contoso", ADA)
    await place(world)
    await world.holds.lift("contoso", ADA)
    with pytest.raises(InvalidTransition):
        await world.holds.lift("contoso", ADA)


async def test_a_lifted_hold_on_an_account_without_requests_leaves_nothing() -> None:
    world = a_world()
    await place(world)
    await world.holds.lift("contoso", ADA)
    assert world.register.entries == {}


def evidence(world: World) -> list[dict[str, str]]:
    """What is kept about holds, in the order of its names."""
    kept = sorted((name, data) for (folder, name), data in world.evidence.kept.items() if "holds/" in folder)
    return [json.loads(data) for _, data in kept]


async def test_who_placed_and_who_lifted_a_hold_is_kept_for_good() -> None:
    world = a_world()
    await world.hold_acts.place("contoso", ADA, HOLD)
    await world.clock.sleep(HOUR)
    await world.hold_acts.lift("contoso", ADA, "operator y")
    assert [(one["act"], one["by"], one["at"]) for one in evidence(world)] == [
        ("placed", "operator x", NOW.isoformat()),
        ("lifted", "operator y", (NOW + HOUR).isoformat()),
    ]
    assert {(one["basis"], one["article"]) for one in evidence(world)} == {("legal_claims", "Art. 17(3)(e)")}
    assert ADA not in str(world.evidence.kept)


async def test_a_hold_is_not_lifted_unless_that_is_kept() -> None:
    world = a_world()
    await world.hold_acts.place("contoso", ADA, HOLD)

    async def down(folder: str, name: str, data: bytes) -> bytes:  # noqa: ARG001 - the port names them
        raise StorageUnavailable

    world.evidence.keep = down  # type: ignore[method-assign] # the fake is what a test may bend
    with pytest.raises(StorageUnavailable):
        await world.hold_acts.lift("contoso", ADA, "operator y")
    assert await world.holds.of("contoso", ADA) == HOLD


async def test_a_hold_stands_even_where_that_cannot_be_kept() -> None:
    world = a_world()

    async def down(folder: str, name: str, data: bytes) -> bytes:  # noqa: ARG001 - the port names them
        raise StorageUnavailable

    world.evidence.keep = down  # type: ignore[method-assign] # the fake is what a test may bend
    with pytest.raises(StorageUnavailable):
        await world.hold_acts.place("contoso", ADA, HOLD)
    assert await world.holds.of("contoso", ADA) == HOLD


async def test_a_hold_that_does_not_stand_leaves_no_evidence_of_being_lifted() -> None:
    world = a_world()
    with pytest.raises(InvalidTransition):
        await world.hold_acts.lift("contoso", ADA, "operator y")
    assert evidence(world) == []


async def test_a_hold_survives_the_requests_about_its_account_and_their_removal() -> None:
    world = a_world()
    await world.ended(Kind.EXPORT, EMAIL)
    await place(world)
    await deleted(world)
    await pass_time(world, timedelta(days=800), timedelta(days=4))
    assert await world.holds.of("contoso", ADA) == HOLD


async def test_a_hold_between_mark_and_deletion_stops_it_and_a_kept_account_is_opened_again() -> None:
    world = a_world()
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "mark")
    assert await place(world) is Answer.TOO_LATE
    await pass_time(world, 3 * HOUR, timedelta(minutes=5))
    request = await world.request(deletion)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "legal_hold")
    assert ADA in world.tenants["contoso"].disabled
    closed = await world.decisions.close(deletion, "operator x")
    await world.run_what_is_due()
    assert closed.outcome("contoso") is Outcome.RETAINED
    assert world.tenants["contoso"].disabled == set()


async def test_a_hold_after_the_deletion_keeps_the_account_in_the_recycle_bin() -> None:
    world = a_world()
    directory = world.tenants["contoso"]
    directory.purge_protected = {ADA}
    deletion = (await deleted(world)).id
    assert await place(world) is Answer.TOO_LATE
    directory.purge_protected = set()
    await pass_time(world, timedelta(days=8), 6 * HOUR)
    request = await world.request(deletion)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "legal_hold")
    assert ADA in directory.recycle_bin


@pytest.mark.parametrize("point", range(80))
async def test_at_whatever_call_a_hold_comes_either_nothing_is_deleted_or_it_is_said_to_be_too_late(
    point: int,
) -> None:
    world, said = a_world(), []

    async def come() -> None:
        said.append(await place(world))

    points = Points(point, before=come)
    shaken = World(clock=world.clock)
    for name in ("store", "register", "due", "blobs", "queue"):
        setattr(shaken, name, points.wrapped(getattr(world, name), name))
    shaken.tenants = {
        name: points.wrapped(directory, f"graph {name}") for name, directory in world.tenants.items()
    }
    shaken.wire()
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    for _ in range(4):
        for request_id in world.queue.due():
            await shaken.runner.run(request_id)
        await world.clock.sleep(timedelta(minutes=6))
    gone = ADA not in world.tenants["contoso"].users
    assert not (gone and said == [Answer.HELD]), await world.store.journal(deletion)

"""Legal holds: whatever the order, a hold and a deletion do not miss each other."""

from datetime import timedelta

import pytest

from shared.domain.callers import Operator
from shared.domain.errors import InvalidTransition
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

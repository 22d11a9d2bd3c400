"""Whoever withdraws a deletion in time can use the account, wherever the worker was just then."""

from contextlib import suppress
from datetime import timedelta

from shared.domain.errors import InvalidTransition
from shared.domain.journal import What
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from tests.unit.points import Points
from tests.unit.test_upkeep import pass_time
from tests.unit.world import World

EMAIL = EmailSubject("ada@example.com")


async def withdrawn_at(point: int) -> tuple[World, Points, PrivacyRequest]:
    """Withdrawn before this call to Graph, with what follows at once; then the worker goes on."""
    world = World()
    world.person("contoso")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id

    async def withdraw() -> None:
        with suppress(InvalidTransition):
            await world.decisions.cancel(deletion, "ticket")
            await world.run_what_is_due()

    points, shaken = Points(point, before=withdraw), World(clock=world.clock)
    for name in ("store", "register", "due", "blobs", "queue"):
        setattr(shaken, name, getattr(world, name))
    shaken.tenants = {name: points.wrapped(one, f"graph {name}") for name, one in world.tenants.items()}
    shaken.wire()
    for _ in range(3):
        for request_id in world.queue.due():
            await shaken.work(request_id)
        await world.clock.sleep(timedelta(minutes=6))
    points.armed = False
    await pass_time(world, timedelta(hours=3))
    return world, points, await world.request(deletion)


async def test_at_whatever_call_it_is_withdrawn_the_account_can_be_used_afterwards() -> None:
    _, points, _ = await withdrawn_at(-1)
    withdrawn = []
    for point, name in enumerate(points.names):
        world, _, request = await withdrawn_at(point)
        if request.status is Status.CANCELLED:
            withdrawn.append(name)
            assert world.tenants["contoso"].disabled == set(), name
    assert "graph contoso.disable" in withdrawn


async def test_what_was_opened_again_is_written_down_once_and_for_good() -> None:
    _, points, _ = await withdrawn_at(-1)
    world, _, request = await withdrawn_at(points.names.index("graph contoso.disable"))
    journal = await world.store.journal(request.id)
    assert [event.what for event in journal].count(What.UNBLOCKED) == 1
    assert request.to_unblock == ()

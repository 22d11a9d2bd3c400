"""What the timer does as time passes."""

from datetime import timedelta
from itertools import pairwise

import pytest

from shared.domain.agenda import Retention
from shared.domain.errors import InvalidTransition, StorageUnavailable
from shared.domain.request import Kind, Status
from shared.domain.subject import EmailSubject
from tests.unit.samples import NOW
from tests.unit.world import World

EMAIL = EmailSubject("ada@example.com")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(world: World, event: str) -> list[dict[str, object]]:
    return [fields for name, fields in world.log.lines if name == event]


async def pass_time(world: World, duration: timedelta, step: timedelta = HOUR) -> None:
    """Let time pass, with a sweep and a worker at each step."""
    ends = world.clock.now() + duration
    while world.clock.now() < ends:
        await world.clock.sleep(step)
        await world.upkeep.sweep()
        await world.run_what_is_due()


async def test_a_request_whose_message_was_lost_runs_by_its_promise() -> None:
    world = World()
    world.person("contoso")
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    world.queue.messages.clear()
    await pass_time(world, HOUR, timedelta(minutes=5))
    assert (await world.request(accepted.request.id)).status is Status.COMPLETED


async def test_looks_get_rarer_while_nothing_happens() -> None:
    world = World()
    await world.accept(Kind.EXPORT, EMAIL)
    nudges = []
    for minute in range(6 * 60):
        world.queue.messages.clear()
        await world.clock.sleep(timedelta(minutes=1))
        await world.upkeep.sweep()
        nudges += [minute + 1] * len(world.queue.messages)
    gaps = [later - earlier for earlier, later in pairwise(nudges)]
    assert gaps[:5] == [5, 10, 20, 40, 60]
    assert set(gaps[5:]) <= {60}


async def test_a_month_passes_over_an_export() -> None:
    world = World()
    world.person("contoso")
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.archive
    await pass_time(world, 3 * HOUR)
    tidied = await world.request(request.id)
    assert (tidied.subject, tidied.tidied) == (None, True)
    assert all(progress.account is None for progress in tidied.tenants.values())
    assert set(world.blobs.committed) == {request.archive.blob}
    await pass_time(world, 7 * DAY, DAY / 2)
    expired = await world.request(request.id)
    assert expired.archive
    assert expired.archive.removed_at
    assert world.blobs.committed == {}
    await pass_time(world, 30 * DAY, DAY)
    assert (await world.request(request.id)).status is Status.COMPLETED


async def test_after_its_retention_nothing_of_a_request_is_left() -> None:
    world = World()
    world.person("contoso")
    await world.ended(Kind.EXPORT, EMAIL)
    await world.ended(Kind.DELETION, EMAIL)
    assert len(world.store.records) == 2
    await pass_time(world, Retention().gdpr + 2 * DAY, 5 * DAY)
    assert (world.store.records, world.store.events, world.blobs.committed) == ({}, {}, {})
    assert world.due.promises == {}
    assert set(world.register.entries) == {("upkeep", "last-sweep")}


async def test_operators_are_reminded_once_when_a_request_is_nearly_due_and_once_when_it_is_past() -> None:
    world = World()
    world.person("contoso")
    world.person("contoso", "bbbbbbbb-0000-4000-8000-000000000002")
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.AWAITING_APPROVAL
    await pass_time(world, 20 * DAY, DAY / 4)
    assert told(world, "request_due_soon") == []
    await pass_time(world, 7 * DAY, DAY / 4)
    assert len(told(world, "request_due_soon")) == 1
    assert told(world, "request_overdue") == []
    await pass_time(world, 30 * DAY, DAY / 4)
    assert len(told(world, "request_due_soon")) == len(told(world, "request_overdue")) == 1
    assert (await world.request(request.id)).reminded == {"due_soon", "overdue"}


async def test_a_failed_request_keeps_its_identifiers_for_a_while_and_can_be_tried_again() -> None:
    world = World()
    world.person("contoso")
    accepted, original = await world.accept(Kind.EXPORT, EMAIL), world.register.insert

    async def down(*_: object) -> None:
        raise StorageUnavailable

    world.register.insert = down  # type: ignore[method-assign, assignment] # a fake is bent
    request = await world.settle(accepted.request.id)
    assert request.status is Status.FAILED
    world.register.insert = original  # type: ignore[method-assign] # as above
    await pass_time(world, 29 * DAY, DAY)
    assert (await world.request(request.id)).subject == EMAIL
    await world.decisions.retry(request.id, "operator x")
    assert (await world.settle(request.id)).status is Status.COMPLETED


async def test_a_failed_request_is_forgotten_in_the_end_with_all_it_had_collected() -> None:
    world = World()
    world.person("contoso")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    world.tenants["contoso"].audit_events = broken  # type: ignore[method-assign, assignment] # a fake is bent
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.FAILED
    assert any("/staging/" in name for name in world.blobs.committed)
    await pass_time(world, 31 * DAY, DAY)
    assert (await world.request(request.id)).subject is None
    assert world.blobs.committed == {}
    with pytest.raises(InvalidTransition):
        await world.decisions.retry(request.id, "operator x")


async def test_two_sweeps_at_once_nudge_once() -> None:
    world = World()
    await world.accept(Kind.EXPORT, EMAIL)
    world.queue.messages.clear()
    await world.clock.sleep(timedelta(minutes=6))
    (seen,) = [one for shard in range(16) for one in await world.due.falling_due(shard, world.clock.now(), 9)]
    await world.upkeep.sweep()
    await world.upkeep._look_safely(seen, world.timing.begin(world.clock))
    assert len(world.queue.messages) == 1


async def test_health_knows_when_the_last_sweep_went_through() -> None:
    world = World()
    assert await world.upkeep.last_sweep() is None
    await world.upkeep.sweep()
    assert await world.upkeep.last_sweep() == NOW
    await world.clock.sleep(HOUR)
    await world.upkeep.sweep()
    assert await world.upkeep.last_sweep() == NOW + HOUR

"""What the timer does as time passes."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from delete_function.guarding import Policy
from shared.domain.agenda import LONGEST_NUDGE, Act, Item, Retention, agenda, ready_at
from shared.domain.errors import InvalidTransition, StorageUnavailable
from shared.domain.ports import Due, Entry, Stored
from shared.domain.promises import Promises
from shared.domain.receipts import KEYS_OWNER
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from shared.domain.upkeep import MOST_PASSED
from tests.unit.bulk import MAKER
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


async def first_nudge_after(world: World, wait: timedelta) -> timedelta:
    """When a sweep sends a message for a request that waits, and whose own is still in the queue."""
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    stored = await world.store.get(accepted.request.id)
    until = world.clock.now() + wait
    waiting = stored.request.claimed(world.clock.now(), until).waiting(
        world.clock.now(), until, "replication"
    )
    await world.store.save(replace(stored, request=waiting))
    await Promises(world.due, Retention(), world.timing.margin).renew(waiting)
    world.queue.messages.clear()
    for minute in range(60):
        await world.upkeep.sweep()
        if world.queue.messages:
            return timedelta(minutes=minute)
        await world.clock.sleep(timedelta(minutes=1))
    raise AssertionError("there was none")


@pytest.mark.parametrize("wait", [timedelta(), timedelta(minutes=5), LONGEST_NUDGE])
async def test_a_message_may_wait_for_a_worker_before_another_is_sent(wait: timedelta) -> None:
    assert await first_nudge_after(World(), wait) == wait + timedelta(minutes=5)


async def test_a_wait_too_long_for_a_message_is_ended_by_a_look() -> None:
    wait = LONGEST_NUDGE + timedelta(minutes=1)
    assert await first_nudge_after(World(), wait) == wait


async def test_a_run_that_vanished_is_looked_at_once_its_lease_is_over() -> None:
    world = World()
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    stored, now = await world.store.get(accepted.request.id), world.clock.now()
    running = stored.request.claimed(now, now + world.timing.lease)
    ready = ready_at(running, world.timing.margin)
    assert ready is not None
    assert Item(Act.RUN, ready) in agenda(running, Retention(), world.timing.margin)


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
    assert {owner for owner, _ in world.register.entries} == {"upkeep", KEYS_OWNER}


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


async def failing(world: World) -> str:
    """A request that fails each time it is tried."""
    world.person("contoso")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    world.tenants["contoso"].audit_events = broken  # type: ignore[method-assign, assignment] # a fake is bent
    return (await world.ended(Kind.EXPORT, EMAIL)).id


async def test_operators_are_told_once_that_a_failed_request_will_be_forgotten() -> None:
    world = World()
    failed = await failing(world)
    await pass_time(world, 22 * DAY, DAY)
    assert told(world, "request_last_call") == []
    await pass_time(world, 7 * DAY, DAY)
    assert [line["request_id"] for line in told(world, "request_last_call")] == [failed]
    assert (await world.request(failed)).subject == EMAIL


async def test_what_was_tried_again_and_fails_again_is_told_of_again() -> None:
    world = World()
    failed = await failing(world)
    await pass_time(world, 25 * DAY, DAY)
    await world.decisions.retry(failed, "operator x")
    assert (await world.settle(failed)).status is Status.FAILED
    await pass_time(world, 25 * DAY, DAY)
    assert len(told(world, "request_last_call")) == 2


async def test_a_failed_request_that_was_closed_is_told_of_no_more() -> None:
    world = World()
    await world.decisions.close(await failing(world), "operator x")
    await pass_time(world, 31 * DAY, DAY)
    assert told(world, "request_last_call") == []


async def test_a_failed_request_is_forgotten_in_the_end_with_all_it_had_collected() -> None:
    world = World()
    request = await world.request(await failing(world))
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


async def keep_for_a_while(world: World, count: int, lasts: timedelta = HOUR) -> None:
    until = (world.clock.now() + lasts).isoformat()
    for number in range(count):
        await world.passing.insert(f"owner {number}", "calls", {"until": until})


async def test_what_serves_for_a_while_is_forgotten_when_it_has_passed() -> None:
    world = World()
    await keep_for_a_while(world, 3)
    await world.passing.insert("ada", "challenge", {"until": (NOW + 2 * HOUR).isoformat()})
    await world.clock.sleep(HOUR)
    await world.upkeep.sweep()
    assert len(world.passing.entries) == 4
    await world.clock.sleep(timedelta(microseconds=1))
    await world.upkeep.sweep()
    assert set(world.passing.entries) == {("ada", "challenge")}


async def test_one_sweep_forgets_so_many_and_the_next_goes_on() -> None:
    world = World()
    await keep_for_a_while(world, MOST_PASSED + 5)
    await world.clock.sleep(2 * HOUR)
    await world.upkeep.sweep()
    assert len(world.passing.entries) == 5
    await world.upkeep.sweep()
    assert world.passing.entries == {}


async def test_a_sweep_that_is_out_of_time_leaves_the_rest_to_the_next() -> None:
    world = World()
    await keep_for_a_while(world, 100)
    await world.clock.sleep(2 * HOUR)
    removed = world.passing.remove

    async def slowly(entry: Entry) -> None:
        await world.clock.sleep(timedelta(seconds=30))
        await removed(entry)

    world.passing.remove = slowly  # type: ignore[method-assign] # a fake is bent
    began = world.clock.now()
    await world.upkeep.sweep()
    assert world.clock.now() - began <= world.timing.timeout
    assert 0 < len(world.passing.entries) < 100


async def test_an_entry_that_serves_again_while_it_is_being_forgotten_stays() -> None:
    world = World()
    await keep_for_a_while(world, 2)
    await world.clock.sleep(2 * HOUR)
    listed = world.passing.passed

    async def meanwhile(now: datetime, most: int) -> tuple[Entry, ...]:
        found = await listed(now, most)
        await world.passing.replace(replace(found[0], value={"until": (now + HOUR).isoformat()}))
        return found

    world.passing.passed = meanwhile  # type: ignore[method-assign] # a fake is bent
    await world.upkeep.sweep()
    assert set(world.passing.entries) == {("owner 0", "calls")}


async def test_a_table_of_passing_things_that_is_down_holds_up_no_sweep() -> None:
    world = World()

    async def down(*_: object) -> None:
        raise StorageUnavailable

    world.passing.passed = down  # type: ignore[method-assign, assignment] # a fake is bent
    await world.upkeep.sweep()
    assert told(world, "passed_not_forgotten") == [{"code": "storage_unavailable"}]
    assert await world.upkeep.last_sweep() == NOW


async def test_a_record_that_cannot_be_read_holds_up_no_other() -> None:
    world = World()
    requests = [
        (await world.accept(Kind.EXPORT, EmailSubject(f"{n}@example.com"))).request.id for n in range(9)
    ]
    read, broken = world.store.get, requests[4]

    async def unreadable(request_id: str) -> Stored:
        if request_id == broken:
            raise ValueError("a row that is no JSON")
        return await read(request_id)

    world.store.get = unreadable  # type: ignore[method-assign] # a fake is bent
    world.queue.messages.clear()
    await world.clock.sleep(timedelta(minutes=5))
    await world.upkeep.sweep()
    assert sorted(world.queue.due()) == sorted({*requests} - {broken})
    assert told(world, "look_failed") == [{"request_id": broken, "code": "unexpected_error"}]
    assert await world.upkeep.last_sweep() == world.clock.now()


async def test_an_approved_request_has_a_message_that_may_wait_as_well() -> None:
    world = World(policy=Policy(asks=True))
    world.person("contoso")
    await world.ended(Kind.DELETION, EMAIL)
    (request_id,) = world.store.records
    approved = await world.decisions.approve(request_id, MAKER)
    world.queue.messages.clear()
    await world.upkeep.sweep()
    assert world.queue.messages == []
    assert approved.status is Status.RUNNING


async def test_health_knows_when_the_last_sweep_went_through() -> None:
    world = World()
    assert await world.upkeep.last_sweep() is None
    await world.upkeep.sweep()
    assert await world.upkeep.last_sweep() == NOW
    await world.clock.sleep(HOUR)
    await world.upkeep.sweep()
    assert await world.upkeep.last_sweep() == NOW + HOUR


async def test_a_promise_that_a_worker_makes_late_does_not_put_off_what_a_withdrawal_made_due() -> None:
    world = World(policy=Policy(cooling_off=20 * DAY))
    world.person("contoso")
    world.person("fabrikam", "bbbbbbbb-0000-4000-8000-000000000002")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    put = world.due.put

    async def late(due: Due) -> None:
        world.due.put = put  # type: ignore[method-assign] # bent for one call
        await world.decisions.cancel(deletion, "ticket")
        await put(due)

    world.due.put = late  # type: ignore[method-assign] # a fake is bent
    await world.run_what_is_due()
    await pass_time(world, 3 * HOUR)
    assert (await world.request(deletion)).subject is None

"""What operators decide: who may, until when, what the journal says of it, and what time it gives."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.domain.accept import Submission
from shared.domain.callers import Operator
from shared.domain.changed import TRIES
from shared.domain.deadlines import Regulation
from shared.domain.decisions import Decisions, FourEyes
from shared.domain.errors import (
    DirectoryUnavailable,
    InvalidTransition,
    Overtaken,
    OwnRequest,
    StorageUnavailable,
    UnknownRequest,
)
from shared.domain.journal import What, check
from shared.domain.ports import Stored
from shared.domain.progress import Outcome
from shared.domain.request import LONGEST_NOTE, MOST_NOTES, Note, PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject, ObjectIdSubject
from shared.domain.topology import CrossTenantMatch
from tests.fakes import MemoryStore
from tests.unit.samples import NOW, REQUEST_ID, linked_pair
from tests.unit.world import ADA, World

OLGA, OTTO = (Operator(name, may_act=True) for name in ("olga", "otto"))
EMAIL = EmailSubject("ada@example.com")
TWIN = "bbbbbbbb-0000-4000-8000-000000000002"
BERLIN = ZoneInfo("Europe/Berlin")
DOUBT = "identity_in_doubt"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Act = Callable[[Decisions, str, str | None], Coroutine[object, object, PrivacyRequest]]
ACTS: dict[str, Act] = {
    "approve": lambda decisions, one, note: decisions.approve(one, OLGA, note),
    "cancel": lambda decisions, one, note: decisions.cancel(one, OLGA.name, note),
    "close": lambda decisions, one, note: decisions.close(one, OLGA.name, note),
    "extend": lambda decisions, one, note: decisions.extend(one, OLGA.name, "complexity", note),
    "pause": lambda decisions, one, note: decisions.pause(one, OLGA.name, DOUBT, note),
    "refuse": lambda decisions, one, note: decisions.refuse(one, OLGA.name, "excessive", note),
    "resume": lambda decisions, one, note: decisions.resume(one, OLGA.name, note),
    "retry": lambda decisions, one, note: decisions.retry(one, OLGA.name, note),
}


def a_world(four_eyes: FourEyes = FourEyes.NONE, store: MemoryStore | None = None) -> World:
    """Ada is in two tenants, and a deletion asks whether both are meant."""
    topology = linked_pair(CrossTenantMatch.ASK)
    world = World(topology, four_eyes=four_eyes, store=store or MemoryStore())
    world.person("contoso")
    world.person("fabrikam", TWIN)
    return world


async def awaiting(world: World, kind: Kind = Kind.DELETION) -> PrivacyRequest:
    """A request that awaits approval; an export does because it is not clear who is meant."""
    if kind is Kind.EXPORT:
        world.person("contoso", "cccccccc-0000-4000-8000-000000000003")
    request = await world.ended(kind, EMAIL)
    assert request.status is Status.AWAITING_APPROVAL
    return request


async def accepted(world: World, regulation: Regulation = Regulation.GDPR) -> str:
    submission = Submission(Kind.EXPORT, regulation, EMAIL, "key:0")
    return (await world.acceptance(submission)).request.id


async def failed(world: World, kind: Kind = Kind.EXPORT) -> PrivacyRequest:
    for directory in world.tenants.values():
        directory.faults = [DirectoryUnavailable("find_users")] * 1000
    request = await world.ended(kind, EMAIL)
    for directory in world.tenants.values():
        directory.faults = []
    assert request.status is Status.FAILED
    return request


async def events(world: World, request_id: str) -> list[tuple[What, str | None, str]]:
    journal = await world.store.journal(request_id)
    check(request_id, journal, (await world.request(request_id)).last)
    return [(event.what, event.detail, event.by) for event in journal]


async def too_late(work: Coroutine[object, object, PrivacyRequest]) -> str:
    with pytest.raises(InvalidTransition) as late:
        await work
    return str(late.value)


async def test_an_approved_request_goes_on_to_its_end() -> None:
    world = a_world()
    request = await awaiting(world)
    approved = await world.decisions.approve(request.id, OLGA)
    assert approved.status is Status.RUNNING
    assert (await events(world, request.id))[-1] == (What.APPROVED, "cross_tenant_match", "operator olga")
    assert (await world.settle(request.id)).status is Status.COMPLETED


@pytest.mark.parametrize(
    ("four_eyes", "kind", "wanted"),
    [
        (FourEyes.NONE, Kind.DELETION, 1),
        (FourEyes.DELETIONS, Kind.EXPORT, 1),
        (FourEyes.DELETIONS, Kind.DELETION, 2),
        (FourEyes.ALL, Kind.EXPORT, 2),
        (FourEyes.ALL, Kind.DELETION, 2),
    ],
)
async def test_so_many_operators_must_approve(four_eyes: FourEyes, kind: Kind, wanted: int) -> None:
    world = a_world(four_eyes)
    request = await awaiting(world, kind)
    for number, operator in enumerate((OLGA, OTTO)[:wanted], 1):
        decided = await world.decisions.approve(request.id, operator)
        assert (decided.status is Status.RUNNING) is (number == wanted)


async def test_the_first_of_two_is_noted_and_lets_nothing_run() -> None:
    world = a_world(FourEyes.ALL)
    request = await awaiting(world)
    await world.decisions.approve(request.id, OLGA)
    assert (await world.settle(request.id)).status is Status.AWAITING_APPROVAL
    await world.decisions.approve(request.id, OTTO)
    assert [(what, by) for what, _, by in await events(world, request.id)][-2:] == [
        (What.CONSENTED, "operator olga"),
        (What.APPROVED, "operator otto"),
    ]
    assert (await world.settle(request.id)).status is Status.COMPLETED


async def test_the_same_operator_twice_are_not_two() -> None:
    world = a_world(FourEyes.DELETIONS)
    request = await awaiting(world)
    first = await world.decisions.approve(request.id, OLGA)
    assert "second operator" in await too_late(world.decisions.approve(request.id, OLGA))
    assert await world.request(request.id) == first


async def test_of_two_approvals_at_once_one_is_the_first_and_one_the_second() -> None:
    class SlowStore(MemoryStore):
        async def get(self, request_id: str) -> Stored:
            await asyncio.sleep(0)
            return await super().get(request_id)

    for operators in ((OLGA, OTTO), (OLGA, OLGA)):
        world = a_world(FourEyes.ALL, SlowStore())
        request = await awaiting(world)
        approvals = (world.decisions.approve(request.id, operator) for operator in operators)
        await asyncio.gather(*approvals, return_exceptions=True)
        wanted = Status.RUNNING if len(set(operators)) == 2 else Status.AWAITING_APPROVAL
        assert (await world.request(request.id)).status is wanted


async def test_who_agreed_to_one_reason_has_not_agreed_to_the_next() -> None:
    world = a_world(FourEyes.ALL)
    request = await awaiting(world, Kind.EXPORT)
    for operator in (OLGA, OTTO):
        await world.decisions.approve(request.id, operator)
    again = await world.settle(request.id)
    assert (again.status, again.consents) == (Status.AWAITING_APPROVAL, ())


@pytest.mark.parametrize("four_eyes", FourEyes)
async def test_nobody_approves_a_request_of_their_own(four_eyes: FourEyes) -> None:
    world = a_world(four_eyes)
    request = await awaiting(world)
    herself = replace(OLGA, also=frozenset({request.submitter, "person:x"}))
    for approved_by_another in (False, True):
        with pytest.raises(OwnRequest):
            await world.decisions.approve(request.id, herself)
        if not approved_by_another:
            await world.decisions.approve(request.id, OTTO)
    assert all(by != OLGA.name for _, _, by in await events(world, request.id))


async def test_a_refusal_is_an_event_with_its_reason_and_who_refused() -> None:
    world = a_world()
    request = await awaiting(world)
    refused = await world.decisions.refuse(request.id, OLGA.name, "identity_not_shown")
    assert (refused.status, refused.reason) == (Status.REFUSED, "identity_not_shown")
    assert (await events(world, request.id))[-1] == (What.REFUSED, "identity_not_shown", "operator olga")


async def test_only_what_awaits_approval_is_refused() -> None:
    world = a_world()
    for step in ("identify:contoso", "found"):
        request_id = await accepted(world)
        await world.settle_until(request_id, step)
        assert "awaits no approval" in await too_late(
            world.decisions.refuse(request_id, OLGA.name, "excessive")
        )
        await world.decisions.cancel(request_id, OLGA.name)


async def test_a_request_can_be_cancelled_and_nothing_more_is_done() -> None:
    world = a_world()
    request_id = await accepted(world)
    await world.decisions.cancel(request_id, OLGA.name)
    request = await world.settle(request_id)
    assert (request.status, request.reason) == (Status.CANCELLED, "withdrawn")
    assert (await events(world, request_id))[-1] == (What.CANCELLED, "withdrawn", "operator olga")
    assert world.tenants["contoso"].calls == []


async def test_a_failed_request_is_tried_again_from_where_it_stopped() -> None:
    world = a_world()
    request = await failed(world)
    retried = await world.decisions.retry(request.id, OLGA.name)
    assert (retried.status, retried.tries, retried.failing_since) == (Status.RUNNING, 0, None)
    assert (await events(world, request.id))[-1] == (What.RETRIED, "directory_unavailable", "operator olga")
    assert (await world.settle(request.id)).status is Status.COMPLETED


async def test_a_failed_request_that_is_closed_is_cancelled() -> None:
    world = a_world()
    request = await failed(world)
    closed = await world.decisions.close(request.id, OLGA.name)
    assert (closed.status, closed.reason) == (Status.CANCELLED, "closed")


async def test_what_awaits_approval_and_is_closed_ends_with_what_is_left_retained() -> None:
    world = a_world()
    request = await awaiting(world)
    closed = await world.decisions.close(request.id, OLGA.name)
    assert closed.status is Status.COMPLETED
    assert {closed.outcome(tenant) for tenant in closed.tenants} == {Outcome.RETAINED}
    assert (await events(world, request.id))[-1] == (What.COMPLETED, "retained", "operator olga")
    assert ADA in world.tenants["contoso"].users


@pytest.mark.parametrize(("act", "fits"), [("approve", False), ("cancel", True), ("close", False)])
async def test_a_request_that_was_just_accepted_can_be_cancelled_alone(act: str, *, fits: bool) -> None:
    world = a_world()
    request_id = await accepted(world)
    work = ACTS[act](world.decisions, request_id, None)
    assert await work if fits else await too_late(work)


@pytest.mark.parametrize("act", ACTS)
async def test_nothing_is_decided_about_a_request_that_has_ended(act: str) -> None:
    world = a_world()
    request = await awaiting(world)
    await world.decisions.pause(request.id, OLGA.name, DOUBT)
    ended = await world.decisions.refuse(request.id, OLGA.name, "identity_not_shown")
    assert await too_late(ACTS[act](world.decisions, request.id, "note"))
    assert await world.request(request.id) == ended
    assert ended.paused_at is None


@pytest.mark.parametrize("act", ACTS)
async def test_nothing_is_decided_about_a_request_that_nobody_knows(act: str) -> None:
    with pytest.raises(UnknownRequest):
        await ACTS[act](a_world().decisions, REQUEST_ID, None)


async def test_after_the_mark_nothing_is_cancelled_refused_or_paused() -> None:
    world = a_world()
    request = await awaiting(world)
    await world.decisions.approve(request.id, OLGA)
    await world.settle_until(request.id, "mark")
    for act in ("cancel", "refuse", "pause"):
        assert await too_late(ACTS[act](world.decisions, request.id, None))
    assert (await world.settle(request.id)).status is Status.COMPLETED


@pytest.mark.parametrize("act", ["cancel", "close", "extend", "pause", "refuse", "approve"])
async def test_a_note_stands_beside_its_event_and_nowhere_else(act: str) -> None:
    world = a_world()
    request = await awaiting(world)
    decided = await ACTS[act](world.decisions, request.id, "she rang us")
    assert decided.last
    assert decided.notes == (Note(decided.last.number, "she rang us"),)
    journal = await world.store.journal(request.id)
    assert decided.last == journal[-1]
    assert "rang" not in repr((journal, world.log.lines, decided))


async def test_notes_go_with_what_is_personal() -> None:
    world = a_world()
    request = await awaiting(world)
    await world.decisions.cancel(request.id, OLGA.name, "she rang us")
    await world.clock.sleep(2 * HOUR)
    await world.upkeep.sweep()
    forgotten = await world.request(request.id)
    assert (forgotten.subject, forgotten.notes) == (None, ())
    assert (await events(world, request.id))[-1] == (What.FORGOTTEN, None, "upkeep")


async def test_a_note_given_after_the_rest_was_forgotten_is_forgotten_too() -> None:
    world = a_world()
    request = await failed(world)
    await world.clock.sleep(31 * DAY)
    await world.upkeep.sweep()
    assert (await world.request(request.id)).subject is None
    await world.decisions.close(request.id, OLGA.name, "she rang us")
    for _ in range(3):
        await world.clock.sleep(2 * HOUR)
        await world.upkeep.sweep()
    assert (await world.request(request.id)).notes == ()


async def test_a_request_has_room_for_so_many_notes() -> None:
    world = a_world()
    request = await awaiting(world)
    full = replace(request, notes=(Note(1, "x" * LONGEST_NOTE),) * MOST_NOTES)
    stored = await world.store.save(replace(await world.store.get(request.id), request=full))
    assert "20 notes" in await too_late(world.decisions.cancel(request.id, OLGA.name, "one more"))
    assert await world.store.get(request.id) == stored
    await world.decisions.cancel(request.id, OLGA.name)


@pytest.mark.parametrize(
    ("regulation", "due"),
    [
        (Regulation.GDPR, datetime(2027, 2, 24, 22, 59, 59, tzinfo=UTC)),
        (Regulation.CCPA, datetime(2027, 2, 22, 22, 59, 59, tzinfo=UTC)),
    ],
)
async def test_an_extended_term_ends_three_months_or_ninety_days_after_receipt_in_local_time(
    regulation: Regulation, due: datetime
) -> None:
    world = a_world()
    request_id = await accepted(world, regulation)
    extended = await replace(world.decisions, zone=BERLIN).extend(request_id, OLGA.name, "complexity")
    assert (extended.due_at, extended.extended_for) == (due, "complexity")
    assert (await events(world, request_id))[-1] == (What.EXTENDED, "complexity", "operator olga")


async def test_a_term_is_extended_once_and_before_it_is_over() -> None:
    for late in (False, True):
        world = a_world()
        request = await awaiting(world)
        await world.clock.sleep(request.due_at - world.clock.now() + timedelta(seconds=late))
        extension = world.decisions.extend(request.id, OLGA.name, "complexity")
        if late:
            assert "the term is over" in await too_late(extension)
        else:
            await extension
            assert "before" in await too_late(world.decisions.extend(request.id, OLGA.name, "complexity"))


async def test_to_stop_the_clock_does_not_bring_back_a_term_that_is_over() -> None:
    for late in (False, True):
        world = a_world()
        request = await awaiting(world)
        await world.clock.sleep(request.due_at - world.clock.now() + timedelta(seconds=late))
        await world.decisions.pause(request.id, OLGA.name, DOUBT)
        await world.clock.sleep(5 * DAY)
        extension = world.decisions.extend(request.id, OLGA.name, "complexity")
        assert await too_late(extension) if late else await extension


async def test_operators_are_reminded_anew_of_an_extended_term() -> None:
    world = a_world()
    request = await awaiting(world)
    await world.clock.sleep(request.due_at - world.clock.now() - DAY)
    await world.upkeep.sweep()
    assert (await world.request(request.id)).reminded == {"due_soon"}
    await world.decisions.extend(request.id, OLGA.name, "complexity")
    assert (await world.request(request.id)).reminded == frozenset()


@pytest.mark.parametrize(
    ("pauses", "days"),
    [
        ((timedelta(seconds=1),), 1),
        ((DAY,), 1),
        ((DAY + timedelta(seconds=1),), 2),
        ((HOUR, HOUR), 1),
        ((13 * HOUR, 13 * HOUR), 2),
        ((10 * DAY,), 10),
    ],
)
@pytest.mark.parametrize("extended", [False, True])
async def test_the_due_date_moves_by_each_day_begun_in_which_the_clock_stood_still(
    pauses: tuple[timedelta, ...], days: int, *, extended: bool
) -> None:
    world = a_world()
    request = await awaiting(world)
    due = request.due_at
    for number, pause in enumerate(pauses):
        await world.decisions.pause(request.id, OLGA.name, DOUBT)
        if extended and number == 0:
            due = (await world.decisions.extend(request.id, OLGA.name, "complexity")).due_at
        await world.clock.sleep(pause)
        resumed = await world.decisions.resume(request.id, OTTO.name)
        await world.clock.sleep(HOUR)
    assert resumed.due_at == due + days * DAY
    assert [what for what, _, _ in await events(world, request.id)].count(What.RESUMED) == len(pauses)


async def test_while_the_clock_stands_still_nothing_is_done_whatever_comes() -> None:
    world = a_world()
    request_id = await accepted(world)
    paused = await world.decisions.pause(request_id, OLGA.name, DOUBT)
    assert (await events(world, request_id))[-1] == (What.PAUSED, DOUBT, "operator olga")
    for _ in range(60):
        await world.queue.send(request_id)
        await world.run_what_is_due()
        await world.runner.count_poison(request_id)
        await world.clock.sleep(DAY)
        await world.upkeep.sweep()
    assert await world.request(request_id) == paused
    assert world.tenants["contoso"].calls == []
    assert not [name for name, _ in world.log.lines if name.startswith("request_")]
    await world.decisions.resume(request_id, OLGA.name)
    assert (await world.settle(request_id)).status is Status.COMPLETED


async def test_a_run_under_way_when_the_clock_stops_saves_nothing_more() -> None:
    world = a_world()
    request_id = await accepted(world)
    found = world.tenants["contoso"].accounts_signing_in_as

    async def meanwhile(*given: object) -> object:
        await world.decisions.pause(request_id, OLGA.name, DOUBT)
        return await found(*given)  # type: ignore[arg-type] # as given

    world.tenants["contoso"].accounts_signing_in_as = meanwhile  # type: ignore[method-assign, assignment] # a fake is bent
    await world.run_what_is_due()
    paused = await world.request(request_id)
    assert (paused.done, paused.leased_until, paused.paused_at) == (frozenset(), None, NOW)
    world.tenants["contoso"].accounts_signing_in_as = found  # type: ignore[method-assign] # as above
    resumed = await world.decisions.resume(request_id, OLGA.name)
    assert resumed.tries == 0
    done = await world.settle(request_id)
    assert done.status is Status.COMPLETED


async def test_under_the_ccpa_the_clock_does_not_stop() -> None:
    world = a_world()
    request_id = await accepted(world, Regulation.CCPA)
    assert "CCPA" in await too_late(world.decisions.pause(request_id, OLGA.name, DOUBT))


async def test_a_clock_that_stands_still_does_not_stop_twice_nor_run_twice() -> None:
    world = a_world()
    request_id = await accepted(world)
    assert await too_late(world.decisions.resume(request_id, OLGA.name))
    await world.decisions.pause(request_id, OLGA.name, DOUBT)
    assert await too_late(world.decisions.pause(request_id, OLGA.name, DOUBT))
    await world.decisions.resume(request_id, OLGA.name)
    assert await too_late(world.decisions.resume(request_id, OLGA.name))


async def test_what_was_approved_while_the_clock_stood_still_runs_once_it_goes_on() -> None:
    world = a_world()
    request = await awaiting(world)
    await world.decisions.pause(request.id, OLGA.name, DOUBT)
    await world.decisions.approve(request.id, OTTO)
    await world.run_what_is_due()
    assert (await world.request(request.id)).irreversible_at is None
    await world.decisions.resume(request.id, OLGA.name)
    assert (await world.settle(request.id)).status is Status.COMPLETED


async def test_a_decision_is_taken_anew_against_what_a_worker_has_saved_meanwhile() -> None:
    class Busy(MemoryStore):
        busy = 0

        async def save(self, stored: Stored) -> Stored:
            if self.busy:
                self.busy -= 1
                raise Overtaken
            return await super().save(stored)

    store = Busy()
    world = a_world(store=store)
    request_id = await accepted(world)
    store.busy = TRIES
    with pytest.raises(StorageUnavailable):
        await world.decisions.cancel(request_id, OLGA.name)
    assert (await world.request(request_id)).status is Status.ACCEPTED
    store.busy = TRIES - 1
    assert (await world.decisions.cancel(request_id, OLGA.name)).status is Status.CANCELLED


async def test_a_decision_says_nothing_personal_in_the_log() -> None:
    world = a_world()
    request = await world.ended(Kind.DELETION, ObjectIdSubject("contoso", ADA))
    await world.decisions.approve(request.id, OLGA, "ada@example.com")
    assert world.log.lines[-1][0] == "decided"
    assert "ada" not in repr(world.log.lines)
    assert "olga" not in repr(world.log.lines)

import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import (
    DirectoryUnavailable,
    KeyReused,
    Overtaken,
    PermissionMissing,
    StorageUnavailable,
    Throttled,
)
from shared.domain.ports import AuditRole, JsonObject, Stored
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from shared.domain.turn import Timing
from tests.unit.samples import NOW
from tests.unit.world import ADA, BUDGET, Vanished, World

EMAIL = EmailSubject("ada@example.com")
TIMING = Timing()


async def test_a_throttled_request_waits_as_long_as_graph_asks() -> None:
    world = World()
    world.person("contoso")
    world.tenants["contoso"].faults = [Throttled("find_users", timedelta(seconds=40))]
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    await world.run_what_is_due()
    waiting = (await world.store.get(accepted.request.id)).request
    assert (waiting.status, waiting.reason, waiting.tries) == (Status.WAITING, "throttled", 0)
    assert waiting.until == NOW + timedelta(seconds=40)
    assert (await world.settle(accepted.request.id)).status is Status.COMPLETED


async def test_a_passing_fault_is_counted_and_forgotten() -> None:
    world = World()
    world.person("contoso")
    world.tenants["contoso"].faults = [DirectoryUnavailable("find_users"), PermissionMissing("find_users")]
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert (request.status, request.tries, request.failing_since) == (Status.COMPLETED, 0, None)


async def test_a_fault_that_stays_fails_the_request_when_its_budget_is_spent() -> None:
    world = World()
    world.tenants["contoso"].faults = [DirectoryUnavailable("find_users")] * 1000
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert (request.status, request.reason) == (Status.FAILED, "directory_unavailable")
    assert request.updated_at - NOW >= BUDGET
    assert {fields["call"] for event, fields in world.log.lines if event == "step_failed"} == {"find_users"}


async def test_an_error_nobody_expected_is_counted_and_reported() -> None:
    world = World()
    world.tenants["contoso"].faults = [ZeroDivisionError()] * 1000  # type: ignore[list-item] # what no one expects
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert (request.status, request.reason) == (Status.FAILED, "unexpected_error")


async def test_a_worker_that_vanished_is_followed_by_another_after_its_lease() -> None:
    world = World()
    world.person("contoso")
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    world.queue.due()
    stored = await world.store.get(accepted.request.id)
    await world.store.save(replace(stored, request=stored.request.claimed(NOW, NOW + TIMING.lease)))
    await world.runner.run(accepted.request.id)
    assert world.queue.until_next() == TIMING.lease + TIMING.margin
    request = await world.settle(accepted.request.id)
    assert request.updated_at >= NOW + TIMING.lease + TIMING.margin
    assert request.status is Status.COMPLETED
    assert request.run > 1


async def test_a_message_that_comes_too_early_is_followed_by_another_for_the_wait_s_end() -> None:
    world = World()
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    world.queue.due()
    stored, until = await world.store.get(accepted.request.id), NOW + timedelta(minutes=2)
    running = stored.request.claimed(NOW, NOW + TIMING.lease)
    await world.store.save(replace(stored, request=running.waiting(NOW, until, "replication")))
    await world.runner.run(accepted.request.id)
    assert world.queue.until_next() == timedelta(minutes=2)


async def test_an_overtaken_worker_saves_nothing() -> None:
    world = World()
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    stale = await world.store.get(accepted.request.id)
    await world.run_what_is_due()
    with pytest.raises(Overtaken):
        await world.store.save(stale)


async def test_messages_for_an_ended_request_change_nothing() -> None:
    world = World()
    world.person("contoso")
    request = await world.ended(Kind.EXPORT, EMAIL)
    await world.runner.run(request.id)
    await world.runner.count_poison(request.id)
    assert (await world.store.get(request.id)).request == request


async def test_a_message_without_a_request_is_dropped() -> None:
    world = World()
    await world.runner.run("22222222-2222-4222-8222-222222222222")
    assert world.queue.until_next() is None


async def test_a_poisoned_message_counts_a_try_and_comes_again() -> None:
    world = World()
    world.person("contoso")
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    world.queue.due()
    await world.runner.count_poison(accepted.request.id)
    counted = (await world.store.get(accepted.request.id)).request
    assert (counted.status, counted.reason, counted.tries) == (Status.WAITING, "message_poisoned", 1)
    assert ("message_poisoned", {"tries": 1}) in world.log.lines
    assert (await world.settle(accepted.request.id)).status is Status.COMPLETED


async def test_a_repeated_submission_is_the_same_request_with_the_same_ticket() -> None:
    world = World()
    first = await world.accept(Kind.EXPORT, EMAIL, key="k")
    second = await world.accept(Kind.EXPORT, EMAIL, key="k")
    assert (first.request.id, first.ticket) == (second.request.id, second.ticket)


async def test_a_key_used_with_another_body_is_refused() -> None:
    world = World()
    await world.accept(Kind.EXPORT, EMAIL, key="k")
    for kind, subject in ((Kind.EXPORT, EmailSubject("bob@example.com")), (Kind.DELETION, EMAIL)):
        with pytest.raises(KeyReused):
            await world.accept(kind, subject, key="k")


async def test_without_a_key_a_submission_repeated_is_the_open_request() -> None:
    world = World()
    first, second = [await world.accept(Kind.EXPORT, EMAIL) for _ in range(2)]
    assert (first.request.id, first.ticket) == (second.request.id, second.ticket)
    other = await world.accept(Kind.DELETION, EMAIL)
    assert other.request.id != first.request.id


async def test_the_id_of_a_try_that_a_key_has_since_given_to_somebody_else_is_not_answered() -> None:
    """Else a submission about one person would be answered with the request about another."""
    world = World()
    world.store.add, add = _vanish, world.store.add  # type: ignore[method-assign, assignment] # a fake is bent
    with pytest.raises(Vanished):
        await world.accept(Kind.DELETION, EMAIL, key="k")
    world.store.add = add  # type: ignore[method-assign] # as above
    bob = await world.accept(Kind.DELETION, EmailSubject("bob@example.com"), key="k")
    ada = await world.accept(Kind.DELETION, EMAIL)
    assert ada.request.id != bob.request.id
    assert ada.request.subject == EMAIL


async def test_without_a_key_a_submission_after_the_end_is_a_new_request() -> None:
    world = World()
    first = await world.ended(Kind.EXPORT, EMAIL)
    second = await world.accept(Kind.EXPORT, EMAIL)
    assert first.id != second.request.id
    assert second.request.status is Status.ACCEPTED


async def test_nothing_personal_is_logged() -> None:
    world = World()
    world.person("contoso")
    await world.ended(Kind.EXPORT, EMAIL)
    assert world.log.lines
    assert "ada" not in repr(world.log.lines)


async def test_workers_that_keep_vanishing_spend_the_budget() -> None:
    world = World()
    world.person("contoso")
    accepted = await world.accept(Kind.EXPORT, EMAIL)

    async def vanish(*_: object) -> None:
        raise Vanished

    world.tenants["contoso"].profile = vanish  # type: ignore[method-assign, assignment] # a fake is bent
    for _ in range(20):
        for request_id in world.queue.due():
            with contextlib.suppress(Vanished):
                await world.runner.run(request_id)
        await world.clock.sleep(timedelta(minutes=15))
        await world.upkeep.sweep()
    request = await world.request(accepted.request.id)
    assert (request.status, request.reason) == (Status.FAILED, "workers_vanish")


async def test_a_step_that_storage_fails_is_counted_like_any_other() -> None:
    world = World()
    world.person("contoso")

    async def down(*_: object) -> None:
        raise StorageUnavailable

    accepted = await world.accept(Kind.EXPORT, EMAIL)
    world.register.insert = down  # type: ignore[method-assign, assignment] # a fake is bent
    request = await world.settle(accepted.request.id)
    assert (request.status, request.reason) == (Status.FAILED, "storage_unavailable")


async def test_a_budget_spent_does_not_end_a_request_that_is_only_throttled() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    directory.faults = [DirectoryUnavailable("find_users"), *[Throttled("find_users", BUDGET)] * 3]
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.COMPLETED


async def test_a_message_lost_with_its_queue_is_put_again_by_a_repeat_and_by_upkeep() -> None:
    for repeat in (True, False):
        world = World()
        world.person("contoso")
        accepted = await world.accept(Kind.EXPORT, EMAIL, key="k")
        await world.run_what_is_due()
        world.queue.messages.clear()
        if repeat:
            await world.clock.sleep(timedelta(minutes=10))
            await world.accept(Kind.EXPORT, EMAIL, key="k")
            assert world.queue.messages
        assert (await world.settle(accepted.request.id)).status is Status.COMPLETED


async def test_a_run_stops_in_time_and_another_goes_on() -> None:
    world = World(timing=Timing(timedelta(seconds=60)))
    world.person("contoso")
    directory = world.tenants["contoso"]
    directory.page_size = 1
    directory.events = [
        (
            ADA,
            AuditRole.TARGET,
            {"id": f"e{n}", "activityDateTime": f"2026-11-20T00:00:00.{n:03}Z"},
        )
        for n in range(200)
    ]
    pages, listed = 0, directory.audit_events

    async def slowly(*given: object) -> AsyncGenerator[Sequence[JsonObject], None]:
        nonlocal pages
        async for page in listed(*given):  # type: ignore[arg-type] # as given
            await world.clock.sleep(timedelta(seconds=2))
            pages += 1
            yield page

    directory.audit_events = slowly  # type: ignore[method-assign, assignment] # a fake is bent
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.COMPLETED
    (section,) = (one for one in request.progress("contoso").sections if one.name == "directoryAudits")
    assert section.count == 200
    assert request.run >= 200 * 2 / 60
    assert pages <= 200 + len(section.parts) + 1


async def _vanish(_request: PrivacyRequest) -> Stored:
    raise Vanished

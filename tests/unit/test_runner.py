from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import DirectoryUnavailable, KeyReused, Overtaken, PermissionMissing, Throttled
from shared.domain.request import Kind, Status
from shared.domain.runner import LEASE, LEASE_MARGIN
from shared.domain.subject import EmailSubject
from tests.unit.samples import NOW
from tests.unit.world import BUDGET, World

EMAIL = EmailSubject("ada@example.com")


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
    await world.store.save(replace(stored, request=stored.request.claimed(NOW, NOW + LEASE)))
    await world.runner.run(accepted.request.id)
    assert world.queue.until_next() == LEASE + LEASE_MARGIN
    request = await world.settle(accepted.request.id)
    assert request.status is Status.COMPLETED
    assert request.run > 1


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


async def test_without_a_key_each_submission_is_a_request_of_its_own() -> None:
    world = World()
    first, second = [await world.accept(Kind.EXPORT, EMAIL) for _ in range(2)]
    assert first.request.id != second.request.id
    assert first.ticket != second.ticket


async def test_nothing_personal_is_logged() -> None:
    world = World()
    world.person("contoso")
    await world.ended(Kind.EXPORT, EMAIL)
    assert world.log.lines
    assert "ada" not in repr(world.log.lines)

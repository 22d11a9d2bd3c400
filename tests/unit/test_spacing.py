"""One verified export a person in a while: what counts, what is held to it, and what is the same request."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.accept import Accepted, Submission
from shared.domain.deadlines import Regulation
from shared.domain.errors import KeyReused, StorageUnavailable, TooManyRequests
from shared.domain.ports import Entry, Stored
from shared.domain.request import PrivacyRequest
from shared.domain.spacing import UNDER_WAY
from shared.domain.states import Kind, Proof, Status
from shared.domain.subject import EmailSubject, ObjectIdSubject
from tests.fakes import MemoryRegister, MemoryStore
from tests.unit.samples import NOW
from tests.unit.world import ADA, EXPORT_EVERY, World

HERSELF = ObjectIdSubject("contoso", ADA)
BOB = ObjectIdSubject("contoso", "bbbbbbbb-0000-4000-8000-000000000002")
HOUR = timedelta(hours=1)


def a_world() -> World:
    world = World()
    world.person("contoso")
    return world


async def export(world: World, key: str | None = None, proof: Proof = Proof.PERSON) -> Accepted:
    return await world.accept(Kind.EXPORT, HERSELF, key, proof)


async def refused(world: World, key: str | None = None) -> timedelta:
    """How long an export that is refused is told to wait."""
    with pytest.raises(TooManyRequests) as spent:
        await export(world, key)
    return spent.value.retry_after


async def test_a_person_gets_one_export_a_day() -> None:
    world = a_world()
    await export(world, "monday")
    await world.clock.sleep(HOUR)
    assert await refused(world, "tuesday") == EXPORT_EVERY - HOUR
    await world.clock.sleep(EXPORT_EVERY - HOUR)
    await export(world, "tuesday")
    assert await refused(world, "wednesday") == EXPORT_EVERY


async def test_an_export_that_is_done_counts_until_its_time_is_over() -> None:
    world = a_world()
    first = await world.settle((await export(world)).request.id)
    assert first.status is Status.COMPLETED
    assert await refused(world) == NOW + EXPORT_EVERY - world.clock.now()
    await world.clock.sleep(EXPORT_EVERY)
    assert (await export(world)).request.id != first.id


@pytest.mark.parametrize("key", [None, "k"])
async def test_the_same_request_sent_again_is_not_refused(key: str | None) -> None:
    world = a_world()
    first = await export(world, key)
    await world.clock.sleep(HOUR)
    again = await export(world, key)
    assert (again.request.id, again.ticket) == (first.request.id, first.ticket)
    assert await refused(world, "another") == EXPORT_EVERY - HOUR


async def test_a_request_of_old_sent_again_is_not_refused_and_does_not_count_anew() -> None:
    world = a_world()
    old = await export(world, "old")
    await world.settle(old.request.id)
    await world.clock.sleep(EXPORT_EVERY)
    assert (await export(world, "old")).request.id == old.request.id
    new = await export(world, "new")
    assert new.request.id != old.request.id
    assert (await export(world, "old")).request.id == old.request.id
    assert await refused(world, "newest") == EXPORT_EVERY


async def ends(world: World, request_id: str, status: Status) -> None:
    stored = await world.store.get(request_id)
    await world.store.save(replace(stored, request=replace(stored.request, status=status)))


@pytest.mark.parametrize("status", [Status.FAILED, Status.REFUSED, Status.CANCELLED])
async def test_an_export_that_came_to_nothing_does_not_count(status: Status) -> None:
    world = a_world()
    await ends(world, (await export(world, "first")).request.id, status)
    second = await export(world, "second")
    assert second.request.status is Status.ACCEPTED
    assert await refused(world, "third") == EXPORT_EVERY


async def test_an_export_that_an_operator_closed_without_an_archive_does_not_count() -> None:
    world = a_world()
    await ends(world, (await export(world, "first")).request.id, Status.COMPLETED)
    await export(world, "second")


@pytest.mark.parametrize(
    "status", [Status.RUNNING, Status.WAITING, Status.AWAITING_APPROVAL], ids=lambda status: status.value
)
async def test_an_export_that_is_under_way_counts(status: Status) -> None:
    world = a_world()
    await ends(world, (await export(world, "first")).request.id, status)
    assert await refused(world, "second") == EXPORT_EVERY


async def test_an_app_s_word_neither_counts_nor_is_held_to_it() -> None:
    world = a_world()
    for key in ("one", "two"):
        await export(world, key, Proof.APP)
    await export(world, "hers")
    await export(world, "three", Proof.APP)
    assert await refused(world, "hers too") == EXPORT_EVERY


async def test_an_id_token_that_came_with_an_app_s_request_counts() -> None:
    world = a_world()
    await export(world, "token", Proof.ID_TOKEN)
    assert await refused(world, "hers") == EXPORT_EVERY


async def test_deletions_are_not_held_to_it() -> None:
    world = a_world()
    await export(world)
    for key in ("one", "two"):
        await world.accept(Kind.DELETION, HERSELF, key, Proof.PERSON)


async def test_one_person_s_export_is_not_another_s() -> None:
    world = a_world()
    await export(world)
    await world.accept(Kind.EXPORT, BOB, proof=Proof.PERSON)


async def test_a_period_of_zero_switches_it_off() -> None:
    world = a_world()
    world.acceptance = replace(
        world.acceptance, spacing=replace(world.acceptance.spacing, period=timedelta())
    )
    for key in ("one", "two"):
        await export(world, key)
    assert world.passing.entries == {}


async def test_a_refused_export_leaves_nothing_behind() -> None:
    world = a_world()
    first = await export(world)
    await world.settle(first.request.id)
    for key in (None, "k"):
        await refused(world, key)
        named = {entry.value.get("request", first.request.id) for entry in world.register.entries.values()}
        assert named == {first.request.id}
    assert set(world.store.records) == {first.request.id}
    assert set(world.due.promises) == {first.request.id}


async def test_of_exports_sent_at_once_exactly_one_is_accepted() -> None:
    class SlowStore(MemoryStore):
        async def add(self, request: PrivacyRequest) -> Stored:
            await asyncio.sleep(0)
            return await super().add(request)

        async def get(self, request_id: str) -> Stored:
            await asyncio.sleep(0)
            return await super().get(request_id)

    world = World(store=SlowStore())
    results = await asyncio.gather(*(export(world, key) for key in "abcde"), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Accepted"] + ["TooManyRequests"] * 4
    assert len(world.store.records) == 1


async def test_a_submission_that_got_no_further_keeps_another_away_for_minutes_and_not_for_a_day() -> None:
    class Down(MemoryStore):
        async def add(self, request: PrivacyRequest) -> Stored:  # noqa: ARG002 - the port names it
            self.add = super().add  # type: ignore[method-assign] # down for the first call only
            raise StorageUnavailable

    world = World(store=Down())
    with pytest.raises(StorageUnavailable):
        await export(world, "first")
    assert await refused(world, "second") == UNDER_WAY
    await world.clock.sleep(UNDER_WAY)
    await export(world, "second")
    assert await refused(world, "first") == EXPORT_EVERY


@pytest.mark.parametrize("key", [None, "k"])
async def test_a_submission_that_got_no_further_is_made_good_by_sending_it_again(key: str | None) -> None:
    class Down(MemoryStore):
        async def add(self, request: PrivacyRequest) -> Stored:  # noqa: ARG002 - the port names it
            self.add = super().add  # type: ignore[method-assign] # down for the first call only
            raise StorageUnavailable

    world = World(store=Down())
    with pytest.raises(StorageUnavailable):
        await export(world, key)
    assert (await export(world, key)).request.status is Status.ACCEPTED


async def test_who_is_always_overtaken_is_told_that_storage_is_busy() -> None:
    class Busy(MemoryRegister):
        async def insert(self, owner: str, name: str, value: Mapping[str, str]) -> Entry:
            await super().insert(owner, name, value)
            return await super().insert(owner, name, value)

        async def read(self, owner: str, name: str) -> None:  # gone whenever one looks
            self.entries.pop((owner, name))

    world = World(passing=Busy())
    with pytest.raises(StorageUnavailable):
        await export(world)
    assert world.store.records == {}


@pytest.mark.parametrize("key", [None, "k"])
async def test_a_proof_that_comes_later_is_not_lost_on_a_request_without_one(key: str | None) -> None:
    world = a_world()
    word = Submission(Kind.EXPORT, Regulation.GDPR, HERSELF, "app:1", idempotency_key=key)
    first, proven = await world.acceptance(word), replace(word, proof=Proof.ID_TOKEN)
    if key:
        with pytest.raises(KeyReused):
            await world.acceptance(proven)
        return
    second = await world.acceptance(proven)
    assert second.request.id != first.request.id
    assert second.request.verified


async def test_only_an_account_is_held_to_it() -> None:
    world = a_world()
    for key in ("one", "two"):
        await world.accept(Kind.EXPORT, EmailSubject("ada@example.com"), key, Proof.PERSON)

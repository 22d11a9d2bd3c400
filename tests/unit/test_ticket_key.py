"""The key of tickets and seals is renewed: what was given out works on; what comes needs the new one."""

from datetime import timedelta

import pytest

from shared.adapters.fernet_seal import FernetSeal
from shared.domain.accept import Accepted
from shared.domain.errors import SealBroken, StorageUnavailable
from shared.domain.keyed_hash import KeyedHash, ticket_digest
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.domain.subject import EmailSubject
from shared.settings import load_settings
from tests.unit.test_settings import KEY, environment, faults_of
from tests.unit.world import World

FIRST, SECOND, THIRD = (KeyedHash(letter * 32) for letter in (b"k", b"l", b"m"))
EMAIL = EmailSubject("ada@example.com")
NEW, NEWER = "bGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGw=", "bW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW0="


async def accept(world: World) -> Accepted:
    return await world.accept(Kind.EXPORT, EMAIL, key="7f1c")


def renew(world: World, *keys: KeyedHash) -> None:
    world.ticket_keys = keys
    world.wire()


def opens(accepted: Accepted, request: PrivacyRequest) -> bool:
    return ticket_digest(accepted.ticket) in (request.ticket_digest, *request.tickets)


async def test_a_repeat_after_the_key_was_renewed_is_given_a_ticket_that_opens_beside_the_first() -> None:
    world = World()
    before = await accept(world)
    renew(world, SECOND, FIRST)
    after = await accept(world)
    assert (after.request.id, after.ticket) == (before.request.id, SECOND.ticket(before.request.id))
    standing = await world.request(before.request.id)
    assert opens(before, standing)
    assert opens(after, standing)


async def test_a_repeat_under_the_same_key_writes_nothing() -> None:
    world = World()
    before = await accept(world)
    again = await accept(world)
    assert again.ticket == before.ticket
    assert (await world.request(before.request.id)).tickets == ()


async def test_while_a_worker_is_at_it_the_repeat_is_to_come_again_and_costs_no_run() -> None:
    world = World()
    before = await accept(world)
    stored = await world.store.get(before.request.id)
    now = world.clock.now()
    await world.store.save(
        type(stored)(stored.request.claimed(now, now + timedelta(minutes=10)), stored.version)
    )
    renew(world, SECOND, FIRST)
    with pytest.raises(StorageUnavailable):
        await accept(world)


async def test_whoever_has_the_old_key_alone_cannot_open_what_came_after() -> None:
    world = World(ticket_keys=(SECOND, FIRST))
    accepted = await accept(world)
    stolen = Accepted(accepted.request, FIRST.ticket(accepted.request.id))
    assert not opens(stolen, await world.request(accepted.request.id))


def test_what_was_sealed_under_an_earlier_key_opens_and_what_is_sealed_now_does_not_open_by_it() -> None:
    old, ring = FernetSeal(FIRST), FernetSeal(THIRD, SECOND, FIRST)
    assert ring.open("id", "contact", old.close("id", "contact", {"a": 1})) == {"a": 1}
    sealed = ring.close("id", "contact", {"b": 2})
    assert FernetSeal(THIRD).open("id", "contact", sealed) == {"b": 2}
    with pytest.raises(SealBroken):
        old.open("id", "contact", sealed)


async def test_a_request_that_was_open_when_the_key_was_renewed_ends_as_if_nothing_had_happened() -> None:
    world = World()
    world.person("contoso")
    accepted = await accept(world)
    renew(world, SECOND, FIRST)
    request = await world.settle(accepted.request.id)
    assert request.status == "completed"
    assert opens(accepted, request)


def test_the_newest_key_of_settings_goes_first_and_the_first_that_there_was_last() -> None:
    assert len(load_settings(environment()).ticket_keys()) == 1
    settings = load_settings(environment(TICKET_KEY=NEWER, TICKET_KEY_PREVIOUS=NEW))
    assert settings.ticket_keys() == (b"m" * 32, b"l" * 32, b"k" * 32)


@pytest.mark.parametrize(
    "given",
    [{"TICKET_KEY_PREVIOUS": NEW}, {"TICKET_KEY": KEY}, {"TICKET_KEY": NEW, "TICKET_KEY_PREVIOUS": NEW}],
    ids=["alone", "again", "twice"],
)
def test_keys_of_tickets_that_cannot_be_are_told_without_their_values(given: dict[str, str]) -> None:
    faults = faults_of(environment(**given))
    assert set(faults) == {"TICKET_KEY"}
    assert not any(value in str(faults) for value in given.values())

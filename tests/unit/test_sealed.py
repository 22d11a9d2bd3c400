"""What is kept encrypted on a record: token claims until they are archived, an address until it was used."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from shared.domain.account import Contact
from shared.domain.errors import Delayed
from shared.domain.notices import Channel
from shared.domain.ports import JsonObject
from shared.domain.request import CLAIMS, CONTACT
from shared.domain.states import Kind, Proof
from shared.domain.subject import EmailSubject, ObjectIdSubject
from tests.unit.test_export_plan import archive_of
from tests.unit.test_notifier import Telling
from tests.unit.test_upkeep import pass_time
from tests.unit.world import ADA, World

EMAIL, OWN = EmailSubject("ada@example.com"), ObjectIdSubject("contoso", ADA)
TOKEN: JsonObject = {
    "iss": "https://login",
    "sub": ADA,
    "aud": "app",
    "exp": 2,
    "iat": 1,
    "emails": ["ada@example.com"],
}
CONTACT_OF_ADA = Contact("ada@example.com", "de-AT", signs_in=True)
HOUR = timedelta(hours=1)


async def accepted_with_token(world: World, kind: Kind = Kind.EXPORT) -> str:
    world.person("contoso")
    return (await world.accept(kind, OWN, proof=Proof.ID_TOKEN, claims=TOKEN)).request.id


async def test_the_claims_of_the_id_token_are_in_the_archive_and_then_no_longer_on_the_record() -> None:
    world = World()
    export = await accepted_with_token(world)
    assert CLAIMS in (await world.request(export)).sealed
    request = await world.settle(export)
    assert request.sealed == {}
    archive = archive_of(world, request)
    assert json.loads(archive.read("data/contoso/id-token-claims.json")) == TOKEN
    manifest = json.loads(archive.read("manifest.json"))
    (told,) = [one for one in manifest["sections"] if one["section"] == "idTokenClaims"]
    assert (told["tenant"], told["state"], told["count"]) == ("contoso", "collected", 1)


async def test_a_request_without_a_token_has_no_such_section() -> None:
    world = World()
    world.person("contoso")
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert "idTokenClaims" not in archive_of(world, request).read("manifest.json").decode()


async def test_a_deletion_keeps_no_claims() -> None:
    world = World()
    deletion = await accepted_with_token(world, Kind.DELETION)
    assert (await world.request(deletion)).sealed == {}


async def test_claims_of_an_export_that_ended_without_an_archive_are_forgotten() -> None:
    world = World()
    export = await accepted_with_token(world)
    await world.decisions.cancel(export, "operator")
    await pass_time(world, 3 * HOUR)
    assert (await world.request(export)).sealed == {}


@pytest.mark.parametrize("channels", [(), (Channel.WEBHOOK,)], ids=["none", "webhook"])
async def test_no_address_is_kept_where_no_mail_is_sent(channels: tuple[Channel, ...]) -> None:
    world = World(channels=channels)
    world.person("contoso", contact=CONTACT_OF_ADA)
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    await world.run_what_is_due()
    request = await world.request(accepted.request.id)
    account = request.progress("contoso").account
    assert account
    assert (request.sealed, account.contact) == ({}, None)


async def identified(world: World) -> str:
    world.person("contoso", contact=CONTACT_OF_ADA)
    world.person("fabrikam", contact=replace(CONTACT_OF_ADA, address="other@example.com"))
    return (await world.ended(Kind.EXPORT, EMAIL)).id


async def test_the_first_address_that_is_found_is_kept_encrypted_until_the_mail_was_sent() -> None:
    telling = Telling(for_ever=Delayed())
    world = World(channels=(Channel.MAIL,), ways={Channel.MAIL: telling.way()})
    export = await identified(world)
    sealed = (await world.request(export)).sealed[CONTACT]
    assert world.seal.open(export, CONTACT, sealed) == asdict(CONTACT_OF_ADA)
    assert "ada@" not in sealed
    telling.for_ever = None
    await pass_time(world, HOUR)
    assert (await world.request(export)).sealed == {}


async def test_forgetting_leaves_the_address_of_a_mail_that_is_still_owed_and_no_longer() -> None:
    world = World(channels=(Channel.MAIL,), ways={Channel.MAIL: Telling(for_ever=Delayed()).way()})
    export = await identified(world)
    await pass_time(world, 3 * HOUR)
    request = await world.request(export)
    assert (request.subject, set(request.sealed)) == (None, {CONTACT})
    await pass_time(world, timedelta(days=4), 6 * HOUR)
    assert (await world.request(export)).sealed == {}

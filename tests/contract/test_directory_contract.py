"""What `ports.Directory` promises, kept by the fake and by Microsoft Graph's adapter alike."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from local.graph.directory import ALL_ROLES
from shared.adapters.clock import SystemClock
from shared.adapters.graph.calls import CALLS, Principal
from shared.adapters.graph.credentials import ClientSecret, Registration
from shared.adapters.graph.directory import graph_directory
from shared.adapters.graph.endpoints import Endpoints
from shared.domain.account import Identity, Standing
from shared.domain.errors import NotOffered, PermissionMissing
from shared.domain.ports import AuditRole, JsonObject
from tests.contract.tenants import (
    GROUP,
    KINDS,
    ROLE,
    SOURCES,
    SimulatedTenant,
    Tenant,
    TenantInMemory,
)
from tests.running import Simulator

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")


@pytest.fixture
async def simulated(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tenant]:
    monkeypatch.setenv("SSL_CERT_FILE", str(simulator.ready["ca_file"]))
    home = simulator.tenants[0]
    registration = Registration(home["tenant_id"], home["client_id"], ClientSecret(home["client_secret"]))
    endpoints = Endpoints(login=simulator.login, graph=simulator.url)
    directory = graph_directory(dict.fromkeys(Principal, registration), endpoints, SystemClock())
    yield SimulatedTenant(directory, home["domain"], home["name"], simulator)
    await directory.close()


@pytest.fixture(params=["in memory", "simulated"])
def tenant(request: pytest.FixtureRequest) -> Tenant:
    if request.param == "in memory":
        return TenantInMemory()
    simulated: Tenant = request.getfixturevalue("simulated")
    return simulated


def test_the_simulated_app_has_the_permissions_of_the_table_and_no_more() -> None:
    """So that a call that needed another would fail here."""
    assert set(ALL_ROLES) == {name for call in CALLS for name in call.permissions}


def unique(kind: str, name: str, issuer: str) -> Identity:
    return Identity(kind, issuer, f"{name}{uuid4().hex[:8]}@example.com")


async def test_a_user_is_found_by_object_id(tenant: Tenant) -> None:
    identity = unique("emailAddress", "ada", tenant.domain)
    object_id = await tenant.person(identity)
    account = await tenant.directory.account(object_id)
    assert account is not None
    assert account.object_id == object_id
    assert account.holds(identity)
    assert account.created_at is None or account.created_at.tzinfo is not None


async def test_nobody_is_none_everywhere(tenant: Tenant) -> None:
    nobody = str(uuid4())
    assert await tenant.directory.account(nobody) is None
    assert await tenant.directory.recycled(nobody) is None
    assert await tenant.directory.profile(nobody) is None
    for role in AuditRole:
        assert [
            event async for page in tenant.directory.audit_events(nobody, role, None) for event in page
        ] == []


@pytest.mark.parametrize("name", ["ada", "o'brien", "a+b", "a#b&c", "jürgen"])
async def test_a_user_is_found_by_each_way_to_sign_in(tenant: Tenant, name: str) -> None:
    local = unique("emailAddress", name, tenant.domain)
    social = Identity("federated", "google.com", uuid4().hex)
    object_id = await tenant.person(local, social)
    for identity in (local, social):
        found = await tenant.directory.accounts_signing_in_as(identity)
        assert [account.object_id for account in found] == [object_id]


async def test_a_user_is_found_by_the_addresses_they_get_mail_at(tenant: Tenant) -> None:
    mail, other = (f"{name}{uuid4().hex[:8]}@example.com" for name in ("o'mail", "other"))
    object_id = await tenant.person(mail=mail, otherMails=[other, "x@example.com"])
    for address in (mail, other):
        found = await tenant.directory.accounts_with_mail(address)
        assert [account.object_id for account in found] == [object_id]
    assert await tenant.directory.accounts_with_mail(f"no.{mail}") == ()


async def test_an_address_of_the_tenant_itself_is_found_as_principal_name(tenant: Tenant) -> None:
    address = f"ada{uuid4().hex[:8]}@{tenant.domain}"
    object_id = await tenant.person(principal=address)
    found = await tenant.directory.accounts_signing_in_as(Identity("emailAddress", tenant.domain, address))
    assert [account.object_id for account in found] == [object_id]


async def test_a_sign_in_nobody_has_finds_nobody(tenant: Tenant) -> None:
    identity = unique("emailAddress", "nobody", tenant.domain)
    assert await tenant.directory.accounts_signing_in_as(identity) == ()


async def test_a_deleted_user_is_in_the_recycle_bin_and_nowhere_else(tenant: Tenant) -> None:
    identity = unique("emailAddress", "ada", tenant.domain)
    object_id = await tenant.person(identity)
    await tenant.directory.soft_delete(object_id)
    recycled = await tenant.directory.recycled(object_id)
    assert recycled is not None
    assert recycled.object_id == object_id
    assert abs(recycled.soft_deleted_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert await tenant.directory.account(object_id) is None
    assert await tenant.directory.profile(object_id) is None
    assert await tenant.directory.accounts_signing_in_as(identity) == ()


async def test_a_living_user_is_not_in_the_recycle_bin(tenant: Tenant) -> None:
    assert await tenant.directory.recycled(await tenant.person()) is None


async def test_to_delete_whoever_is_not_there_is_no_error(tenant: Tenant) -> None:
    object_id = await tenant.person()
    await tenant.directory.soft_delete(object_id)
    await tenant.directory.soft_delete(object_id)
    await tenant.directory.soft_delete(str(uuid4()))
    assert await tenant.directory.recycled(object_id) is not None


ADMINISTRATOR: JsonObject = {
    "@odata.type": ROLE,
    "id": "0b6a1e0c-5a0c-4f43-9d0a-6f0d5f0c0002",
    "displayName": "Helpdesk Administrator",
}


async def standing_of(tenant: Tenant, object_id: str) -> Standing:
    standing = await tenant.directory.standing(object_id)
    assert standing is not None
    return standing


@pytest.mark.parametrize("kind", KINDS)
async def test_it_shows_whose_account_it_is(tenant: Tenant, kind: str) -> None:
    object_id = await tenant.person_of_kind(kind)
    wanted = Standing(True, *KINDS[kind], roles=frozenset(), groups=frozenset())
    assert await tenant.directory.standing(object_id) == wanted


async def test_a_role_shows_by_its_name(tenant: Tenant) -> None:
    standing = await standing_of(tenant, await tenant.person_in(ADMINISTRATOR))
    assert standing.roles == {"Helpdesk Administrator"}
    assert not standing.groups


async def test_a_role_held_through_a_group_shows_as_well(tenant: Tenant) -> None:
    group = await tenant.group_with(ADMINISTRATOR)
    standing = await standing_of(tenant, await tenant.person_in(group))
    assert standing.roles == {"Helpdesk Administrator"}
    assert standing.groups == {group["id"]}


async def test_every_group_shows_and_gives_no_role_by_itself(tenant: Tenant) -> None:
    groups: list[JsonObject] = [{"@odata.type": GROUP, "id": f"group-{number}"} for number in range(230)]
    standing = await standing_of(tenant, await tenant.person_in(*groups))
    assert standing.groups == {group["id"] for group in groups}
    assert not standing.roles


async def test_who_is_disabled_shows_so_until_enabled_again(tenant: Tenant) -> None:
    object_id, other = await tenant.person(), await tenant.person()
    for _ in range(2):
        await tenant.directory.disable(object_id)
        assert not (await standing_of(tenant, object_id)).enabled
    assert (await standing_of(tenant, other)).enabled
    for _ in range(2):
        await tenant.directory.enable(object_id)
        assert (await standing_of(tenant, object_id)).enabled


async def test_sessions_are_revoked_and_nothing_else_changes(tenant: Tenant) -> None:
    object_id = await tenant.person()
    before = await standing_of(tenant, object_id)
    await tenant.directory.revoke_sessions(object_id)
    assert await tenant.revoked(object_id)
    assert await tenant.directory.standing(object_id) == before


async def test_a_purged_user_is_nowhere(tenant: Tenant) -> None:
    object_id = await tenant.person()
    await tenant.directory.soft_delete(object_id)
    await tenant.directory.purge(object_id)
    assert await tenant.directory.recycled(object_id) is None
    assert await tenant.directory.account(object_id) is None


async def test_a_purge_touches_nobody_who_is_not_in_the_recycle_bin(tenant: Tenant) -> None:
    living = await tenant.person()
    for object_id in (living, str(uuid4())):
        await tenant.directory.purge(object_id)
    assert await tenant.directory.account(living) is not None


async def test_who_is_protected_from_a_purge_stays_in_the_recycle_bin(tenant: Tenant) -> None:
    object_id = await tenant.person()
    await tenant.protect(object_id)
    await tenant.directory.soft_delete(object_id)
    with pytest.raises(PermissionMissing):
        await tenant.directory.purge(object_id)
    assert await tenant.directory.recycled(object_id) is not None


async def test_whoever_is_not_there_has_no_standing_and_is_not_changed(tenant: Tenant) -> None:
    deleted = await tenant.person()
    await tenant.directory.soft_delete(deleted)
    for object_id in (deleted, str(uuid4())):
        await tenant.directory.disable(object_id)
        await tenant.directory.enable(object_id)
        await tenant.directory.revoke_sessions(object_id)
        assert await tenant.directory.standing(object_id) is None
        assert not await tenant.revoked(object_id)


async def test_a_profile_holds_properties_and_nothing_about_them(tenant: Tenant) -> None:
    object_id = await tenant.person(displayName="Ada", city="London")
    profile = await tenant.directory.profile(object_id)
    assert profile is not None
    assert (profile["id"], profile["displayName"], profile["city"]) == (object_id, "Ada", "London")
    assert not any("@odata." in name for name in profile)


async def test_every_event_of_a_user_is_given(tenant: Tenant) -> None:
    object_id, held = await tenant.person_with_events(1200)
    given = await events_of(tenant, object_id)
    assert {event["id"] for event in given} == held


async def test_events_come_newest_first_and_from_a_time_on_all_that_are_as_old(tenant: Tenant) -> None:
    object_id, _ = await tenant.person_with_events(30)
    target = [
        event
        async for page in tenant.directory.audit_events(object_id, AuditRole.TARGET, None)
        for event in page
    ]
    times = [str(event["activityDateTime"]) for event in target]
    assert times == sorted(times, reverse=True)
    again = [
        event["id"]
        async for page in tenant.directory.audit_events(object_id, AuditRole.TARGET, times[9])
        for event in page
    ]
    assert set(again) >= {event["id"] for event in target[9:]}
    assert len(again) < len(target)


@pytest.mark.parametrize("name", SOURCES)
async def test_what_is_kept_beside_a_user_is_given_whole(tenant: Tenant, name: str) -> None:
    items = [
        {"id": f"{number}", "displayName": "Ünits"} for number in range(1 if name == "riskyUser" else 230)
    ]
    object_id = await tenant.person_with({name: items})
    assert list(await tenant.directory.records(object_id, SOURCES[name])) == items
    nobody_s = await tenant.person_with({})
    assert await tenant.directory.records(nobody_s, SOURCES[name]) == ()


async def test_a_photo_is_given_as_it_is(tenant: Tenant) -> None:
    photo = bytes(range(256))
    object_id = await tenant.person_with({"photo": [{"content": base64.b64encode(photo).decode()}]})
    assert await tenant.directory.photo(object_id) == photo
    assert await tenant.directory.photo(await tenant.person_with({})) is None


async def test_sign_ins_are_not_offered_without_their_licence(tenant: Tenant) -> None:
    object_id = await tenant.person_with({})
    with pytest.raises(NotOffered) as caught:
        _ = [page async for page in tenant.directory.sign_ins(object_id, None)]
    assert caught.value.reason == "licence"


async def test_sign_ins_come_newest_first_and_from_a_time_on(tenant: Tenant) -> None:
    times = [f"2026-11-20T{hour:02}:00:00.0000000Z" for hour in range(24)]
    items = [{"id": time, "createdDateTime": time} for time in times]
    object_id = await tenant.person_with({"signIns": items})
    await tenant.have_sign_ins()
    given = [one["id"] async for page in tenant.directory.sign_ins(object_id, None) for one in page]
    assert given == times[::-1]
    older = [one["id"] async for page in tenant.directory.sign_ins(object_id, times[9]) for one in page]
    assert older == times[9::-1]


async def events_of(tenant: Tenant, object_id: str) -> list[JsonObject]:
    return [
        event
        for role in AuditRole
        async for page in tenant.directory.audit_events(object_id, role, None)
        for event in page
    ]

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from shared.domain.account import Identity
from shared.domain.ports import AuditRole
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject, UserNameSubject
from tests.unit.samples import CONTOSO, FABRIKAM, NOW, pair_and_stranger
from tests.unit.world import ADA, WINDOW, World

EMAIL = EmailSubject("ada@example.com")
DAMAGES: Mapping[str, Callable[[bytes], bytes]] = {
    "longer": lambda data: data + b"x",
    "shorter": lambda data: data[:-1],
    "no gzip": lambda data: b"x" * len(data),
}
TWIN = "bbbbbbbb-0000-4000-8000-000000000002"


def archive_of(world: World, request: PrivacyRequest) -> zipfile.ZipFile:
    assert request.archive
    data = world.blobs.committed[request.archive.blob]
    assert len(data) == request.archive.size
    return zipfile.ZipFile(io.BytesIO(data))


async def test_a_person_found_by_address_is_exported_from_every_linked_tenant() -> None:
    world = World()
    world.person("contoso")
    world.person("fabrikam", TWIN)
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.COMPLETED
    assert {name: request.outcome(name) for name in request.tenants} == {
        "contoso": Outcome.COLLECTED,
        "fabrikam": Outcome.COLLECTED,
    }
    manifest = json.loads(archive_of(world, request).read("manifest.json"))
    assert {tenant["objectId"] for tenant in manifest["tenants"]} == {ADA, TWIN}


async def test_an_event_that_comes_twice_is_in_the_archive_once() -> None:
    world = World()
    world.person("contoso")
    both, later, other = (
        {"id": name, "activityDateTime": f"2026-11-2{number}T00:00:00Z"}
        for number, name in enumerate(("e1", "e2", "e3"))
    )
    world.tenants["contoso"].events = [
        (ADA, AuditRole.TARGET, both),
        (ADA, AuditRole.INITIATOR, both),
        (ADA, AuditRole.INITIATOR, later),
        (TWIN, AuditRole.TARGET, other),
    ]
    request = await world.ended(Kind.EXPORT, EMAIL)
    lines = archive_of(world, request).read("data/contoso/directory-audits.ndjson").splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == ["e1", "e2"]


async def test_only_the_archive_is_left_in_the_container() -> None:
    world = World()
    world.person("contoso")
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.archive
    assert set(world.blobs.committed) == {request.archive.blob}
    assert request.archive.expires_at - request.updated_at <= timedelta(days=7)


async def test_a_person_found_nowhere_is_refused_after_the_second_look() -> None:
    world = World()
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    await world.run_what_is_due()
    waiting = (await world.store.get(accepted.request.id)).request
    assert (waiting.status, waiting.reason) == (Status.WAITING, "replication")
    request = await world.settle(accepted.request.id)
    assert (request.status, request.reason) == (Status.REFUSED, "subject_not_found")
    assert request.updated_at - NOW >= WINDOW


async def test_a_person_who_shows_up_at_the_second_look_is_exported() -> None:
    world = World()
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    await world.run_what_is_due()
    world.person("contoso")
    request = await world.settle(accepted.request.id)
    assert request.outcome("contoso") is Outcome.COLLECTED
    assert request.outcome("fabrikam") is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    "subject",
    [ObjectIdSubject("contoso", ADA), UserNameSubject("contoso", "ada")],
    ids=["object id", "user name"],
)
async def test_the_linked_tenant_is_searched_by_the_addresses_found_and_the_unlinked_not_at_all(
    subject: Subject,
) -> None:
    world = World(pair_and_stranger())
    world.person("contoso", ADA, Identity("userName", CONTOSO, "ada"))
    world.person("fabrikam", TWIN)
    world.person("litware", "cccccccc-0000-4000-8000-000000000003")
    request = await world.ended(Kind.EXPORT, subject)
    assert request.outcome("fabrikam") is Outcome.COLLECTED
    assert request.outcome("litware") is Outcome.NOT_SEARCHED
    assert world.tenants["litware"].calls == []


async def test_a_user_name_never_leaves_its_tenant() -> None:
    world = World()
    world.person("contoso", ADA, Identity("userName", CONTOSO, "ada"))
    world.person("fabrikam", TWIN, Identity("userName", FABRIKAM, "ada"), email="another@example.com")
    request = await world.ended(Kind.EXPORT, UserNameSubject("contoso", "ada"))
    assert request.outcome("fabrikam") is Outcome.NOT_FOUND


async def test_two_matches_in_one_tenant_wait_for_an_operator() -> None:
    world = World()
    world.person("contoso")
    world.person("contoso", TWIN)
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "ambiguous_subject")


async def test_a_person_in_the_recycle_bin_is_told_as_such() -> None:
    world = World()
    world.person("contoso")
    await world.tenants["contoso"].soft_delete(ADA)
    request = await world.ended(Kind.EXPORT, ObjectIdSubject("contoso", ADA))
    assert (request.status, request.reason) == (Status.REFUSED, "subject_soft_deleted")
    assert request.outcome("contoso") is Outcome.ALREADY_SOFT_DELETED


@pytest.mark.parametrize("damage", DAMAGES)
async def test_staging_that_changed_on_disk_is_not_archived(damage: str) -> None:
    world = World()
    world.person("contoso")
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    world.blobs.corrupt = lambda name, data: DAMAGES[damage](data) if "/staging/" in name else data
    request = await world.settle(accepted.request.id)
    assert (request.status, request.reason) == (Status.FAILED, "staging_damaged")


async def test_the_same_staging_gives_the_same_bytes() -> None:
    first, second = World(), World()
    archives = []
    for world in (first, second):
        world.person("contoso")
        accepted = await world.accept(Kind.EXPORT, EMAIL, key="same")
        request = await world.settle(accepted.request.id)
        assert request.archive
        archives.append(request.archive.sha256)
    assert archives[0] == archives[1]

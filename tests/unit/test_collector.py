import json

import pytest

from export_function.sections import FROM_GRAPH, OPTIONAL, SECTIONS
from shared.domain.errors import DirectoryUnavailable, PermissionMissing, Throttled
from shared.domain.ports import JsonObject
from shared.domain.progress import SectionState
from shared.domain.request import PrivacyRequest
from shared.domain.sources import Source
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from shared.settings import OPTIONAL_SECTIONS
from tests.unit.test_export_plan import archive_of
from tests.unit.world import ADA, World

EMAIL = EmailSubject("ada@example.com")


def world_with(**related: list[JsonObject]) -> World:
    world = World()
    world.person("contoso")
    world.tenants["contoso"].related = {(ADA, Source(name)): items for name, items in related.items()}
    return world


def state(request: PrivacyRequest, name: str) -> tuple[SectionState, str | None]:
    section = request.progress("contoso").section(name)
    assert section is not None
    return section.state, section.unavailable


async def test_everything_related_to_the_account_is_in_the_archive() -> None:
    world = world_with(memberships=[{"displayName": "Newsletter"}], authenticationMethods=[{"id": "1"}])
    world.tenants["contoso"].photos[ADA] = b"\xff\xd8picture"
    world.tenants["contoso"].signed_in = [(ADA, {"id": "s1", "createdDateTime": "2026-11-20T00:00:00Z"})]
    request = await world.ended(Kind.EXPORT, EMAIL)
    archive = archive_of(world, request)
    assert json.loads(archive.read("data/contoso/memberships.json")) == [{"displayName": "Newsletter"}]
    assert archive.read("data/contoso/photo.jpg") == b"\xff\xd8picture"
    assert json.loads(archive.read("data/contoso/sign-ins.ndjson"))["id"] == "s1"


async def test_each_section_ends_as_collected_empty_or_not_available_and_says_why() -> None:
    world = world_with(memberships=[{"displayName": "Newsletter"}])
    world.tenants["contoso"].not_offered = {Source.AUTHENTICATION_METHODS: "cloud"}
    world.tenants["contoso"].without_sign_ins = True
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.COMPLETED
    told = json.loads(archive_of(world, request).read("manifest.json"))["sections"]
    states = {one["section"]: (one["state"], one["reason"]) for one in told}
    assert set(states) == {kind.name for kind in FROM_GRAPH}
    assert states["memberships"] == ("collected", None)
    assert states["oauth2PermissionGrants"] == ("empty", None)
    assert states["authenticationMethods"] == ("not_available", "cloud")
    assert states["signIns"] == ("not_available", "licence")


async def test_a_missing_permission_for_a_required_section_asks_an_operator() -> None:
    world = world_with()
    fails_at(world, Source.MEMBERSHIPS, PermissionMissing("memberships"))
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.AWAITING_APPROVAL
    assert request.reason == "permission_missing:memberships"
    assert request.archive is None


async def test_a_missing_permission_for_an_optional_section_is_told() -> None:
    world = world_with()
    fails_at(world, Source.EXTENSIONS, PermissionMissing("extensions"))
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.COMPLETED
    assert state(request, "extensions") == (SectionState.NOT_AVAILABLE, "permission_missing")


async def test_sections_that_are_switched_off_are_not_asked_for_and_told_as_such() -> None:
    world = world_with(extensions=[{"id": "1"}])
    world.optional = frozenset({"photo"})
    world.wire()
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert {section.name for section in request.progress("contoso").sections} == {
        kind.name for kind in FROM_GRAPH
    }
    off = {kind.name for kind in FROM_GRAPH if not kind.required} - {"photo"}
    assert {state(request, name) for name in off} == {(SectionState.NOT_AVAILABLE, "switched_off")}
    assert not {"extensions", "sign_ins"} & {name for name, _ in world.tenants["contoso"].calls}
    archive = archive_of(world, request)
    assert "data/contoso/extensions.json" not in archive.namelist()
    assert "the company has switched it off" in archive.read("index.html").decode()


@pytest.mark.parametrize("fault", [Throttled("x", None), DirectoryUnavailable("x")])
async def test_a_fault_loses_nothing_that_was_collected_before_it(fault: Throttled) -> None:
    world = world_with(memberships=[{"displayName": "Newsletter"}])
    fails_at(world, Source.AUTHENTICATION_METHODS, fault, times=1)
    request = await world.ended(Kind.EXPORT, EMAIL)
    assert request.status is Status.COMPLETED
    calls = [name for name, _ in world.tenants["contoso"].calls]
    assert calls.count(Source.MEMBERSHIPS.value) == 1
    assert calls.count(Source.AUTHENTICATION_METHODS.value) == 2


def test_settings_name_the_optional_sections() -> None:
    assert OPTIONAL_SECTIONS == OPTIONAL


def fails_at(world: World, source: Source, fault: Exception, times: int = 99) -> None:
    directory = world.tenants["contoso"]
    given, left = directory.records, [fault] * times

    async def records(object_id: str, asked: Source) -> tuple[JsonObject, ...]:
        found = await given(object_id, asked)
        if asked is source and left:
            raise left.pop()
        return found

    directory.records = records  # type: ignore[method-assign, assignment] # a fake is bent


def test_a_section_says_in_its_table_what_it_is() -> None:
    assert all(kind.title and kind.about for kind in SECTIONS)
    assert all(kind.source.startswith("GET /") for kind in FROM_GRAPH)
    assert len({kind.file_name for kind in SECTIONS}) == len(SECTIONS)

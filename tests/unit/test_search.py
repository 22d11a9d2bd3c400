"""How operators find people, and how little they are told of them."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations_function.people import masked
from shared.domain.account import Account, Identity
from shared.domain.errors import DirectoryUnavailable, StorageUnavailable
from shared.domain.states import Kind
from shared.domain.subject import ObjectIdSubject
from tests.fake_directory import FakeDirectory
from tests.unit.bulk import Bulk
from tests.unit.samples import CONTOSO, NOW
from tests.unit.staff import Office, an_office, operations
from tests.unit.world import ADA, World

TWIN = "bbbbbbbb-0000-4000-8000-000000000002"


async def test_people_are_found_by_object_id_by_each_name_and_by_their_mail() -> None:
    office = an_office()
    directory = office.world.tenants["contoso"]
    names = (Identity("emailAddress", CONTOSO, "zoe@example.com"), Identity("userName", CONTOSO, "zoe_1"))
    directory.add(Account(TWIN, f"{TWIN}@{CONTOSO}", names, NOW), {"otherMails": ["z@example.com"]})
    for asked in (
        {"objectId": TWIN.upper()},
        *({"name": name} for name in ("zoe@example.com", "zoe_1", "z@example.com")),
    ):
        assert [one["objectId"] for one in await office.found(**asked)] == [TWIN], asked
    assert await office.found(name="zoe@example.com", tenant="fabrikam") == []
    assert await office.found(objectId=TWIN, tenant="contoso") != []


async def test_nobody_s_full_address_is_in_the_answer() -> None:
    office = an_office()
    (ada,) = await office.found(name="ada@example.com")
    assert ada["signInNames"] == ["a***@e***.c***"]
    assert "ada" not in json.dumps(ada).replace(ADA, "")


async def test_an_account_is_shown_with_the_requests_about_it() -> None:
    office = an_office()
    (before,) = await office.found(objectId=ADA)
    assert (before["exportId"], before["deletionId"]) == (None, None)
    request = await office.world.ended(Kind.EXPORT, ObjectIdSubject("contoso", ADA))
    (after,) = await office.found(objectId=ADA)
    assert (after["exportId"], after["deletionId"]) == (request.id, None)


async def test_a_tenant_that_does_not_answer_is_named_and_holds_up_no_other() -> None:
    office = an_office()
    office.world.tenants["fabrikam"].faults = [DirectoryUnavailable("find_users")]
    body = await office.seen("search_people", "Found", body={"objectId": ADA})
    assert body["unreachable"] == ["fabrikam"]
    assert [one["objectId"] for one in await office.found(objectId=ADA)] == [ADA]


async def test_a_tenant_that_hangs_is_named_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(FakeDirectory):
        async def account(self, object_id: str) -> Account | None:
            await asyncio.Event().wait()
            raise AssertionError(object_id)

    monkeypatch.setattr("operations_function.people.PATIENCE", 0.01)
    world = World()
    world.tenants["fabrikam"] = Hanging(world.clock)
    world.person("contoso")
    bulk = Bulk(world)
    body = await Office(bulk, operations(bulk)).seen("search_people", "Found", body={"objectId": ADA})
    assert body["unreachable"] == ["fabrikam"]
    assert len(list(body["people"])) == 1  # type: ignore[call-overload] # a list by the contract


async def test_storage_that_does_not_say_which_requests_there_are_is_503() -> None:
    office = an_office()

    async def down(*_: object) -> None:
        raise StorageUnavailable

    office.world.register.read = down  # type: ignore[method-assign, assignment] # a fake is bent
    await office.is_told(503, "storage_unavailable", "search_people", body={"objectId": ADA})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/"),
        ({"objectId": ADA, "name": "ada"}, "/"),
        ({"objectId": "42"}, "/objectId"),
        ({"name": "a b"}, "/name"),
        ({"name": "x" * 321}, "/name"),
        ({"name": "ada", "tenant": "nowhere"}, "/tenant"),
        ({"name": "ada", "tenant": "../x"}, "/tenant"),
        ({"name": "ada", "phone": "1"}, "/phone"),
    ],
)
async def test_a_search_that_breaks_a_rule_is_told_by_field(body: dict[str, str], field: str) -> None:
    office = an_office()
    assert await office.fields_at_fault("search_people", body=body) == [field]
    assert office.world.tenants["contoso"].calls == []


NAMES = st.text(min_size=1, max_size=40)


@given(local=NAMES, domain=st.one_of(st.none(), NAMES))
def test_a_masked_name_shows_no_more_than_the_first_letter_of_each_part(
    local: str, domain: str | None
) -> None:
    name = local if domain is None else f"{local}@{domain}"
    first, at, rest = masked(name).partition("@")
    assert first == f"{name.partition('@')[0][:1]}***"
    assert all(part.endswith("***") and len(part) <= 4 for part in rest.split(".") if at)

"""What is asked of Graph, letter by letter, and how answers are read."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from shared.adapters.graph.accounts import moment
from shared.adapters.graph.calls import CALLS
from shared.adapters.graph.clouds import CLOUDS, Cloud
from shared.adapters.graph.credentials import ClientSecret, Registration
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.query import MOST_EXTENSIONS, profile_selections
from shared.domain.account import Identity
from shared.domain.errors import DirectoryUnavailable
from shared.domain.ports import AuditRole
from shared.domain.sources import Source
from tests.unit.graph_answers import ABSENT, OBJECT_ID, SDK_WARNS, Paper, failing, ok, page, user

pytestmark = SDK_WARNS

CONTOSO = "contoso.onmicrosoft.com"


def asked_filter(path: str) -> str:
    return parse_qs(urlsplit(path).query, strict_parsing=True)["$filter"][0]


@pytest.mark.parametrize(
    "name", ["o'brien+news@example.com", "a#b&c=d%25@example.com", "jürgen@example.com", "李 四@example.com"]
)
async def test_a_sign_in_name_arrives_as_it_is(name: str) -> None:
    paper = Paper([page()])
    await paper.directory().accounts_signing_in_as(Identity("emailAddress", CONTOSO, name))
    doubled = name.replace("'", "''")
    wanted = f"identities/any(c:c/issuerAssignedId eq '{doubled}' and c/issuer eq '{CONTOSO}')"
    assert [asked_filter(path) for path in paper.paths] == [wanted]
    assert not re.search("[ '#+]", paper.paths[0])


async def test_an_address_of_the_tenant_itself_is_also_looked_up_as_principal_name() -> None:
    paper = Paper([page(), page(json.loads(user().content))])
    found = await paper.directory().accounts_signing_in_as(
        Identity("emailAddress", CONTOSO, "ada@Contoso.onmicrosoft.com")
    )
    assert asked_filter(paper.paths[1]) == "userPrincipalName eq 'ada@Contoso.onmicrosoft.com'"
    assert [account.object_id for account in found] == [OBJECT_ID]


async def test_a_user_found_twice_is_one_account() -> None:
    hit = page(json.loads(user().content))
    sign_in = Identity("emailAddress", CONTOSO, f"ada@{CONTOSO}")
    assert len(await Paper([hit]).directory().accounts_signing_in_as(sign_in)) == 1


async def test_a_user_is_read_with_its_identities() -> None:
    held = {"signInType": "federated", "issuer": "google.com", "issuerAssignedId": "107"}
    broken = {"signInType": "federated", "issuer": "x.com", "issuerAssignedId": None}
    paper = Paper([user(identities=[held, broken], createdDateTime="2024-05-06T07:08:09Z")])
    account = await paper.directory().account(OBJECT_ID)
    assert account is not None
    assert account.identities == (Identity("federated", "google.com", "107"),)
    assert account.created_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


async def test_a_recycled_user_says_since_when() -> None:
    paper = Paper([ok(id=OBJECT_ID, deletedDateTime="2026-11-01T01:02:03.1234567Z"), ok(id=OBJECT_ID)])
    recycled = await paper.directory().recycled(OBJECT_ID)
    assert recycled is not None
    assert recycled.soft_deleted_at == datetime(2026, 11, 1, 1, 2, 3, 123456, UTC)
    with pytest.raises(DirectoryUnavailable):
        await paper.directory().recycled(OBJECT_ID)


async def test_a_profile_is_put_together_from_all_custom_attributes() -> None:
    names = [f"extension_0_{number:03}" for number in range(MOST_EXTENSIONS + 1)]
    extensions = page(*({"name": name} for name in names))
    first = user(**{"@odata.context": "x", names[0]: "red", "tags@odata.type": "x"})
    further = failing(400, "BadRequest")
    paper = Paper([page({"id": "app"}), extensions, first, user(**{names[-1]: 7}), further])
    profile = await paper.directory().profile(OBJECT_ID)
    assert profile is not None
    assert set(profile) == {"id", "userPrincipalName", names[0], names[-1]}
    assert len(paper.asked) == 5


KIND = "#microsoft.graph.group"


async def test_a_record_says_of_which_kind_it_is_without_other_annotations() -> None:
    paper = Paper([page({"id": "g", "@odata.type": KIND, "@odata.id": "x", "tags@odata.type": "x"})])
    assert await paper.directory().records(OBJECT_ID, Source.MEMBERSHIPS) == (
        {"@odata.type": KIND, "id": "g"},
    )


async def test_secrets_of_authenticators_are_left_out_and_a_property_of_that_name_elsewhere_is_not() -> None:
    directory = Paper([page({"id": "1", "password": "p", "secretKey": "s"})]).directory()
    assert await directory.records(OBJECT_ID, Source.AUTHENTICATION_METHODS) == ({"id": "1"},)
    (extension,) = await directory.records(OBJECT_ID, Source.EXTENSIONS)
    assert (extension["password"], extension["secretKey"]) == ("p", "s")


async def test_a_page_of_something_between_is_no_photo() -> None:
    answers = [httpx.Response(200, html="<h1>Sign in</h1>"), httpx.Response(200, content=b"\xff\xd8")]
    assert await Paper(answers).directory().photo(OBJECT_ID) == b"\xff\xd8"


async def test_a_profile_of_nobody_is_none() -> None:
    assert await Paper([page(), failing(404, ABSENT)]).directory().profile(OBJECT_ID) is None


def test_no_custom_attributes_still_select_the_profile() -> None:
    assert len(profile_selections([])) == 1


async def test_each_call_is_the_one_in_the_table() -> None:
    paper = Paper([page({"id": "app"}), page({"name": "extension_0_a"}), user()])
    directory = paper.directory()
    await directory.profile(OBJECT_ID)
    await directory.account(OBJECT_ID)
    for write in (directory.soft_delete, directory.disable, directory.enable, directory.purge):
        await write(OBJECT_ID)
    paper.answers = [ok(value=True)]
    await directory.revoke_sessions(OBJECT_ID)
    paper.answers = [ok(accountEnabled=True, value=[])]
    await directory.standing(OBJECT_ID)
    paper.answers = [page()]
    await directory.accounts_signing_in_as(Identity("userName", CONTOSO, "ada"))
    for role in AuditRole:
        _ = [found async for found in directory.audit_events(OBJECT_ID, role, None)]
    for source in Source:
        paper.answers = [page()]
        await directory.records(OBJECT_ID, source)
    _ = [found async for found in directory.sign_ins(OBJECT_ID, None)]
    paper.answers = [failing(404, ABSENT)]
    await directory.recycled(OBJECT_ID)
    await directory.photo(OBJECT_ID)
    table = {(call.method, "/v1.0" + re.sub(r"\{id\}", "*", call.path)) for call in CALLS}
    assert {(request.method, masked(request)) for request in paper.asked} == table


def masked(request: httpx.Request) -> str:
    return request.url.path.replace(OBJECT_ID, "*").replace("/app/", "/*/")


def test_names_of_calls_are_unique() -> None:
    assert len({call.name for call in CALLS}) == len(CALLS)


def test_times_without_a_meaning_are_none() -> None:
    assert [moment(value) for value in (None, "", "yesterday", 5)] == [None] * 4


def test_a_secret_is_in_no_representation() -> None:
    assert "hush" not in repr(Registration("t", "c", ClientSecret("hush")))


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=CLOUDS)
def test_a_token_is_asked_for_the_cloud_in_use_whatever_stands_in_for_its_graph(cloud: Cloud) -> None:
    assert Endpoints(cloud.login, cloud.graph, cloud).token_scope == f"{cloud.graph}/.default"
    assert Endpoints(graph="http://127.0.0.1:8080", cloud=cloud).token_scope == f"{cloud.graph}/.default"


def test_import_pulls_in_no_models() -> None:
    code = (
        "import sys, shared.adapters.graph.directory;"
        "print(sum(name.startswith('msgraph.generated.models') for name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "0"

"""What a deletion asks of Graph besides the delete, letter by letter, and how answers are read."""

import json

import httpx
import pytest

from shared.adapters.graph.calls import CALLS, PURGE_USER
from shared.domain.account import Standing
from shared.domain.errors import DirectoryUnavailable, NotOffered, PermissionMissing, Throttled
from tests.unit.graph_answers import ABSENT, OBJECT_ID, SDK_WARNS, Paper, failing, ok, page

pytestmark = SDK_WARNS

GROUP, ROLE = "#microsoft.graph.group", "#microsoft.graph.directoryRole"
UNIT = "#microsoft.graph.administrativeUnit"
DONE = httpx.Response(204)
REVOKED = ok(value=True)
DENIED = "Authorization_RequestDenied"


def holder(**more: object) -> httpx.Response:
    properties = {"accountEnabled": True, "userType": "Member", "creationType": "LocalAccount", **more}
    return ok(id=OBJECT_ID, **properties)


def member(kind: str, **more: object) -> dict[str, object]:
    return {"@odata.type": kind, "id": f"id of {kind}", **more}


async def standing_of(*answers: httpx.Response) -> Standing | None:
    return await Paper(answers).directory().standing(OBJECT_ID)


@pytest.mark.parametrize(("name", "enabled"), [("disable", False), ("enable", True)])
async def test_an_account_is_switched_by_that_property_alone(name: str, *, enabled: bool) -> None:
    paper = Paper([DONE])
    await getattr(paper.directory(), name)(OBJECT_ID)
    (asked,) = paper.asked
    assert (asked.method, asked.url.path) == ("PATCH", f"/v1.0/users/{OBJECT_ID}")
    assert json.loads(asked.content) == {"accountEnabled": enabled}
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"] == "Bearer token"


async def test_sessions_are_revoked_without_a_body() -> None:
    paper = Paper([REVOKED])
    await paper.directory().revoke_sessions(OBJECT_ID)
    (asked,) = paper.asked
    assert (asked.method, asked.url.path) == ("POST", f"/v1.0/users/{OBJECT_ID}/revokeSignInSessions")
    assert asked.content == b""


async def test_a_purge_is_a_delete_in_the_recycle_bin() -> None:
    paper = Paper([DONE])
    await paper.directory().purge(OBJECT_ID)
    (asked,) = paper.asked
    assert (asked.method, asked.url.path) == ("DELETE", f"/v1.0/directory/deletedItems/{OBJECT_ID}")


async def test_a_standing_is_put_together_from_two_answers() -> None:
    paper = Paper([holder(accountEnabled=False), page(member(GROUP), member(ROLE, displayName="Admin"))])
    standing = await paper.directory().standing(OBJECT_ID)
    named = frozenset({"Admin"}), frozenset({f"id of {GROUP}"})
    assert standing == Standing(False, "Member", "LocalAccount", *named)
    assert paper.paths == [
        f"/v1.0/users/{OBJECT_ID}?$select=id,accountEnabled,userType,creationType",
        f"/v1.0/users/{OBJECT_ID}/transitiveMemberOf",
    ]


async def test_a_role_on_a_later_page_is_seen() -> None:
    link = "https://graph.microsoft.com/v1.0/users/x/transitiveMemberOf?$skiptoken=a"
    pages = page(member(GROUP), link=link), page(link=link), page(member(ROLE, displayName="Admin"))
    standing = await standing_of(holder(), *pages)
    assert standing is not None
    assert standing.roles == {"Admin"}


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"displayName": "Admin", "roleTemplateId": "template"}, "Admin"),
        ({"displayName": None, "roleTemplateId": "template"}, "template"),
        ({"displayName": "", "roleTemplateId": "template"}, "template"),
        ({"displayName": None, "roleTemplateId": None}, f"id of {ROLE}"),
        ({}, f"id of {ROLE}"),
    ],
    ids=["named", "by template", "empty name", "nulls", "nothing told"],
)
async def test_a_role_counts_however_little_is_told_of_it(told: dict[str, object], name: str) -> None:
    standing = await standing_of(holder(), page(member(ROLE, **told)))
    assert standing is not None
    assert standing.roles == {name}


async def test_what_is_neither_role_nor_group_does_not_count() -> None:
    standing = await standing_of(holder(), page(member(UNIT), member("#microsoft.graph.novelty")))
    assert standing is not None
    assert (standing.roles, standing.groups) == (frozenset(), frozenset())


@pytest.mark.parametrize("told", [{}, {"userType": None, "creationType": None}])
async def test_types_that_graph_leaves_open_are_none(told: dict[str, object]) -> None:
    standing = await standing_of(ok(id=OBJECT_ID, accountEnabled=True, **told), page())
    assert standing is not None
    assert (standing.user_type, standing.creation_type) == (None, None)


@pytest.mark.parametrize(
    "answers",
    [
        [holder(accountEnabled=None), page()],
        [holder(accountEnabled="true"), page()],
        [holder(), page({"id": "without a type"})],
        [holder(), page({"@odata.type": GROUP})],
        [holder(), page({"@odata.type": ROLE})],
        [holder(), failing(404, ABSENT)],
    ],
    ids=["not told", "told as text", "of no kind", "group without id", "role without id", "gone meanwhile"],
)
async def test_half_an_answer_is_no_standing(answers: list[httpx.Response]) -> None:
    with pytest.raises(DirectoryUnavailable):
        await standing_of(*answers)


async def test_whoever_is_not_there_is_not_asked_about_further() -> None:
    paper = Paper([failing(404, ABSENT)])
    assert await paper.directory().standing(OBJECT_ID) is None
    assert len(paper.asked) == 1


@pytest.mark.parametrize("name", ["disable", "enable", "revoke_sessions", "purge"])
async def test_to_change_whoever_is_not_there_is_no_error(name: str) -> None:
    paper = Paper([failing(404, ABSENT)])
    await getattr(paper.directory(), name)(OBJECT_ID)
    assert len(paper.asked) == 1


@pytest.mark.parametrize("name", ["disable", "enable", "revoke_sessions", "purge"])
async def test_a_404_that_graph_did_not_say_is_an_error(name: str) -> None:
    with pytest.raises(DirectoryUnavailable):
        await getattr(Paper([failing(404, "NotFound")]).directory(), name)(OBJECT_ID)


@pytest.mark.parametrize("name", ["disable", "enable", "revoke_sessions"])
async def test_what_may_be_done_twice_sits_out_what_passes(name: str) -> None:
    paper = Paper([failing(503), failing(429, Retry_After="3"), REVOKED])
    await getattr(paper.directory(), name)(OBJECT_ID)
    assert len({(asked.method, asked.url, asked.content) for asked in paper.asked}) == 1
    assert len(paper.asked) == 3


@pytest.mark.parametrize("answer", [failing(503), failing(429, Retry_After="1"), httpx.ReadError("cut")])
async def test_a_purge_is_sent_once(answer: httpx.Response | Exception) -> None:
    paper = Paper([answer])
    with pytest.raises((Throttled, DirectoryUnavailable)):
        await paper.directory().purge(OBJECT_ID)
    assert (len(paper.asked), paper.clock.slept) == (1, [])


async def test_a_purge_that_is_denied_is_told_by_name() -> None:
    with pytest.raises(PermissionMissing) as caught:
        await Paper([failing(403, DENIED)]).directory().purge(OBJECT_ID)
    assert caught.value.call == PURGE_USER.name


@pytest.mark.parametrize("answer", [ok(value=False), ok(), ok(value="true"), httpx.Response(204)])
async def test_sessions_are_revoked_only_where_graph_says_so(answer: httpx.Response) -> None:
    with pytest.raises(DirectoryUnavailable):
        await Paper([answer]).directory().revoke_sessions(OBJECT_ID)


async def test_what_a_cloud_does_not_have_is_told_so() -> None:
    with pytest.raises(NotOffered):
        await Paper([failing(501)]).directory().revoke_sessions(OBJECT_ID)


def test_writes_and_nothing_else_are_counted_as_writes() -> None:
    assert {call.name for call in CALLS if call.quota.value == "writes"} == {
        call.name for call in CALLS if call.method != "GET"
    }

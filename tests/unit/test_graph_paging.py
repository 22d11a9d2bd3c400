"""Lists are read to their end, and from Graph only."""

from collections.abc import Mapping

import pytest

from shared.adapters.graph import paging
from shared.domain.errors import DirectoryRefused, DirectoryUnavailable
from shared.domain.ports import AuditRole, JsonValue
from tests.unit.graph_answers import BASE, OBJECT_ID, SDK_WARNS, Answer, Paper, page

pytestmark = SDK_WARNS

NEXT = f"{BASE}/auditLogs/directoryAudits?$filter=t%20eq%20%27a%2Bb%27&$skiptoken=9177f2%2B%2F_1"


async def events(*answers: Answer) -> tuple[list[JsonValue], Paper]:
    paper = Paper([*answers, page()])
    found = [
        event["id"]
        async for some in paper.directory().audit_events(OBJECT_ID, AuditRole.TARGET, None)
        for event in some
    ]
    return found, paper


async def test_an_empty_page_with_a_next_link_does_not_end_the_list() -> None:
    found, _ = await events(page({"id": "1"}, link=NEXT), page(link=NEXT), page({"id": "3"}))
    assert found == ["1", "3"]


async def test_a_next_link_is_sent_as_it_came_and_with_the_token() -> None:
    _, paper = await events(page({"id": "1"}, link=NEXT))
    assert str(paper.asked[1].url) == NEXT
    assert paper.asked[1].headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/v1.0/users",
        "https://graph.microsoft.com.elsewhere.example/v1.0/users",
        "https://graph.microsoft.com@elsewhere.example/v1.0/users",
        "https://me:me@graph.microsoft.com/v1.0/users",
        "https://graph.microsoft.com:8443/v1.0/users",
        "http://graph.microsoft.com/v1.0/users",
        "/v1.0/users",
        "https://graph.microsoft.com\\@elsewhere.example/",
        "https://[",
    ],
)
async def test_a_next_link_elsewhere_is_refused(link: str) -> None:
    paper = Paper([page({"id": "1"}, link=link)])
    with pytest.raises(DirectoryRefused):
        _ = [found async for found in paper.directory().audit_events(OBJECT_ID, AuditRole.TARGET, None)]
    assert len(paper.asked) == 1


async def test_a_list_without_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 3)
    paper = Paper([page({"id": "1"}, link=NEXT)])
    with pytest.raises(DirectoryRefused):
        _ = [found async for found in paper.directory().audit_events(OBJECT_ID, AuditRole.TARGET, None)]
    assert len(paper.asked) == 3


@pytest.mark.parametrize("body", [{}, {"value": None}, {"value": {}}])
async def test_a_list_without_items_is_no_answer(body: Mapping[str, object]) -> None:
    paper = Paper([page()])
    paper.answers = [type(page())(200, json=body)]
    with pytest.raises(DirectoryUnavailable):
        await anext(paper.directory().audit_events(OBJECT_ID, AuditRole.TARGET, None))

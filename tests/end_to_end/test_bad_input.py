"""What callers may send by mistake: a clear answer over HTTP, no value echoed, nothing recorded."""

import json
from uuid import uuid4

import pytest
from azure.data.tables import TableServiceClient

from tests.contract_of_api import check_answer
from tests.running import RunningStack

CANARY = "zoe.canary"
PERSON = {"email": f"{CANARY}@example.com"}
GUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
JSON = {"content-type": "application/json"}

WRONG_BODIES: dict[str, tuple[object, str]] = {
    "an unknown field": ({"subject": PERSON, "regulation": "gdpr", CANARY: 1}, "is not a known field"),
    "a list": ([PERSON], "must be a JSON object"),
    "no subject": ({"regulation": "gdpr"}, "is required"),
    "no kind of subject": ({"subject": {}, "regulation": "gdpr"}, "exactly one of"),
    "two kinds of subject": (
        {"subject": {**PERSON, "objectId": GUID, "tenant": "contoso"}, "regulation": "gdpr"},
        "exactly one of",
    ),
    "a user name without tenant": ({"subject": {"userName": CANARY}, "regulation": "gdpr"}, "exactly one of"),
    "a number for an address": ({"subject": {"email": 7}, "regulation": "gdpr"}, "must be a string"),
    "what is no GUID": (
        {"subject": {"objectId": CANARY, "tenant": "contoso"}, "regulation": "gdpr"},
        "must be a GUID",
    ),
    "an unknown tenant": (
        {"subject": {"objectId": GUID, "tenant": "canary"}, "regulation": "gdpr"},
        "must be the name of a configured tenant",
    ),
    "an unknown regulation": ({"subject": PERSON, "regulation": CANARY}, "must be gdpr or ccpa"),
    "a time without offset": (
        {"subject": PERSON, "regulation": "gdpr", "receivedAt": "2026-11-01T00:00:00"},
        "must be a time with offset",
    ),
    "a time in another form of ISO 8601": (
        {"subject": PERSON, "regulation": "gdpr", "receivedAt": "2026-W48-1T00:00:00Z"},
        "as in RFC 3339",
    ),
    "a time long ago": (
        {"subject": PERSON, "regulation": "gdpr", "receivedAt": "2020-01-01T00:00:00Z"},
        "90 days back",
    ),
    "a time to come": (
        {"subject": PERSON, "regulation": "gdpr", "receivedAt": "2099-01-01T00:00:00Z"},
        "5 minutes ahead",
    ),
}
WRONG_CALLS: dict[str, tuple[bytes, dict[str, str], int]] = {
    "what is no JSON": (f'{{"subject": "{CANARY}'.encode(), JSON, 400),
    "a field given twice": (b'{"regulation": "gdpr", "regulation": "gdpr"}', JSON, 400),
    "what is no UTF-8": (b'{"regulation": "\xff"}', JSON, 400),
    "UTF-16": (json.dumps({"subject": PERSON, "regulation": "gdpr"}).encode("utf-16"), JSON, 400),
    "a byte order mark": (b"\xef\xbb\xbf" + json.dumps({"subject": PERSON}).encode(), JSON, 400),
    "half a character": (b'{"subject": {"email": "\\ud800@canary"}, "regulation": "gdpr"}', JSON, 400),
    "null": (json.dumps({"subject": {**PERSON, "tenant": None}, "regulation": "gdpr"}).encode(), JSON, 400),
    "nothing": (b"", JSON, 400),
    "a body over 16 KiB": (json.dumps({CANARY: "x" * 16_384}).encode(), JSON, 413),
    "another content type": (json.dumps(PERSON).encode(), {"content-type": "text/plain"}, 415),
    "an unusable Idempotency-Key": (
        json.dumps({"subject": PERSON, "regulation": "gdpr"}).encode(),
        {**JSON, "Idempotency-Key": f"{CANARY} with spaces"},
        400,
    ),
}


def recorded(stack: RunningStack) -> int:
    with TableServiceClient.from_connection_string(stack.ready.storage_connection_string) as service:
        table = service.create_table_if_not_exists("requests")
        return sum(1 for _ in table.query_entities("RowKey eq 'request'", select=["RowKey"]))


@pytest.mark.parametrize("collection", ["exports", "deletions"])
@pytest.mark.parametrize("wrong", WRONG_BODIES)
async def test_a_body_against_the_rules_is_told_by_field_and_rule(
    stack: RunningStack, collection: str, wrong: str
) -> None:
    body, rule = WRONG_BODIES[wrong]
    before = recorded(stack)
    answer = check_answer(stack.app.http.post(f"/api/{collection}", json=body))
    assert answer.status_code == 400
    assert any(rule in error["rule"] for error in answer.json()["errors"])
    assert "canary" not in answer.text
    assert recorded(stack) == before


@pytest.mark.parametrize("wrong", WRONG_CALLS)
async def test_a_call_that_cannot_be_read_is_refused_as_a_whole(stack: RunningStack, wrong: str) -> None:
    content, headers, status = WRONG_CALLS[wrong]
    before = recorded(stack)
    answer = check_answer(stack.app.http.post("/api/exports", content=content, headers=headers))
    assert answer.status_code == status
    assert "canary" not in answer.text
    assert recorded(stack) == before


async def test_without_the_key_there_is_an_empty_401(stack: RunningStack) -> None:
    for headers in ({"x-functions-key": ""}, {"x-functions-key": "wrong"}):
        answer = check_answer(stack.app.http.get(f"/api/exports/{uuid4()}", headers=headers))
        assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("request_id", ["22222222-2222-4222-8222-222222222222", "x", GUID.upper(), "%2e%2e"])
async def test_an_unknown_id_is_404(stack: RunningStack, request_id: str) -> None:
    for collection in ("exports", "deletions"):
        answer = check_answer(stack.app.http.get(f"/api/{collection}/{request_id}"))
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_request")


async def test_an_export_is_not_found_among_the_deletions(stack: RunningStack) -> None:
    accepted = stack.app.submit("exports", {"email": f"{uuid4()}@example.com"})
    assert check_answer(stack.app.http.get(f"/api/deletions/{accepted['id']}")).status_code == 404
    assert check_answer(stack.app.http.get(f"/api/exports/{accepted['id']}")).status_code == 200


async def test_there_is_no_link_before_there_is_an_archive(stack: RunningStack) -> None:
    accepted = stack.app.submit("exports", {"email": f"nobody.{uuid4()}@example.com"})
    status = stack.app.ended(accepted)
    answer = check_answer(stack.app.http.post(f"/api/exports/{status['id']}/link"))
    assert (answer.status_code, answer.json()["code"]) == (409, "archive_not_ready")

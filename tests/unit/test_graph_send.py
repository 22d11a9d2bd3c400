"""Every way in which Graph can answer has one meaning."""

import traceback
from datetime import timedelta

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from shared.adapters.graph.send import LONGEST_RETRY_AFTER
from shared.adapters.retry_after import retry_after
from shared.domain.errors import (
    CredentialRejected,
    DirectoryFault,
    DirectoryRefused,
    DirectoryUnavailable,
    PermissionMissing,
    Throttled,
)
from shared.domain.ports import AuditRole
from tests.unit.graph_answers import ABSENT, OBJECT_ID, SDK_WARNS, Answer, Paper, failing, user
from tests.unit.samples import NOW

pytestmark = SDK_WARNS

MEANINGS = {
    400: DirectoryRefused,
    401: CredentialRejected,
    403: PermissionMissing,
    404: DirectoryUnavailable,
    405: DirectoryRefused,
    408: DirectoryUnavailable,
    409: DirectoryRefused,
    429: Throttled,
    500: DirectoryUnavailable,
    502: DirectoryUnavailable,
    503: DirectoryUnavailable,
    504: DirectoryUnavailable,
    509: DirectoryUnavailable,
}


async def fault_of(answer: Answer, login: Exception | None = None) -> DirectoryFault:
    paper = Paper([answer], login)
    with pytest.raises(DirectoryFault) as caught:
        await anext(paper.directory().audit_events(OBJECT_ID, AuditRole.TARGET, None))
    return caught.value


def refused_by_login(status: int) -> ClientAuthenticationError:
    error = ClientAuthenticationError("AADSTS7000215")
    error.response = httpx.Response(status)  # type: ignore[assignment]  # only its status is read
    return error


@pytest.mark.parametrize(("status", "meaning"), MEANINGS.items())
async def test_a_status_means_one_error(status: int, meaning: type[DirectoryFault]) -> None:
    assert type(await fault_of(failing(status))) is meaning


@pytest.mark.parametrize("status", [*range(201, 210), *range(300, 600)])
async def test_no_status_is_left_without_a_meaning(status: int) -> None:
    elsewhere = {"Location": "https://elsewhere.example/"} if 300 <= status < 400 else {}
    await fault_of(failing(status, **elsewhere))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(200, text='{"value": [{"id": "1"}, {"id"'),
        httpx.Response(200, text='{"value": [{"id": "1"}]}{"error": {}}'),
        httpx.Response(200, json={"error": {"code": "UnknownError"}}),
        httpx.Response(200, json={"value": ["not an object"]}),
        httpx.Response(200, json=["not", "an", "object"]),
        httpx.Response(200, text="[" * 100_000),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(202),
        httpx.Response(502, text="<html>Bad Gateway</html>"),
        failing(400, "Directory_ExpiredPageToken"),
    ],
    ids=lambda answer: repr(answer)[:40],
)
async def test_what_is_not_a_whole_answer_is_unavailable(answer: Answer) -> None:
    assert type(await fault_of(answer)) is DirectoryUnavailable


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (refused_by_login(400), CredentialRejected),
        (refused_by_login(401), CredentialRejected),
        (refused_by_login(429), DirectoryUnavailable),
        (refused_by_login(503), DirectoryUnavailable),
        (ClientAuthenticationError("Unexpected response"), DirectoryUnavailable),
        (ServiceRequestError("no route"), DirectoryUnavailable),
    ],
)
async def test_a_login_that_fails_is_told_from_one_that_is_refused(
    error: Exception, meaning: type[DirectoryFault]
) -> None:
    assert type(await fault_of(user(), error)) is meaning


@pytest.mark.parametrize("status", [404, 400, 403, 429, 503])
async def test_no_traceback_names_the_person(status: int) -> None:
    fault = await fault_of(failing(status))
    told = "".join(traceback.format_exception(fault))
    assert OBJECT_ID not in told
    assert "example.com" not in told


async def test_absence_is_none_where_it_is_normal() -> None:
    directory = Paper([failing(404, ABSENT)]).directory()
    assert await directory.account(OBJECT_ID) is None
    assert await directory.recycled(OBJECT_ID) is None
    await directory.soft_delete(OBJECT_ID)


@pytest.mark.parametrize(
    "answer",
    [
        failing(404, "NotFound"),
        httpx.Response(404, text="<html>no such page</html>"),
        httpx.Response(404),
        httpx.Response(404, json=["Request_ResourceNotFound"]),
    ],
    ids=["another code", "a page", "nothing", "another shape"],
)
async def test_a_404_that_graph_did_not_say_proves_no_absence(answer: httpx.Response) -> None:
    directory = Paper([answer] * 20).directory()
    for call in (directory.account, directory.recycled, directory.soft_delete):
        with pytest.raises(DirectoryUnavailable):
            await call(OBJECT_ID)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("10", timedelta(seconds=10)),
        ("0", timedelta()),
        ("9" * 400, LONGEST_RETRY_AFTER),
        ("Tue, 24 Nov 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Tue, 24 Nov 2020 12:00:30 GMT", timedelta()),
        ("Tue, 24 Nov 2099 12:00:30 GMT", LONGEST_RETRY_AFTER),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str | None, wait: timedelta | None) -> None:
    assert retry_after(header, NOW, LONGEST_RETRY_AFTER) == wait


async def test_a_redirect_is_not_followed() -> None:
    paper = Paper([failing(302, Location="https://elsewhere.example/")])
    with pytest.raises(DirectoryRefused):
        await paper.directory().account(OBJECT_ID)
    assert len(paper.asked) == 1

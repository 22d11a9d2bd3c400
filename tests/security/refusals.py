"""Refusals as callers see them: one answer a status, to the last byte, whatever was wrong."""

import httpx

from tests.contract_of_api import check_answer

_ABOUT = b'{"type": "about:blank", "title": '
BODIES = {
    401: _ABOUT + b'"Unauthorized", "status": 401, "code": "unauthenticated", '
    b'"detail": "Show who you are: docs/security.md says how."}',
    403: _ABOUT + b'"Forbidden", "status": 403, "code": "forbidden", '
    b'"detail": "You lack the role that this needs."}',
    404: _ABOUT + b'"Not Found", "status": 404, "code": "unknown_request", '
    b'"detail": "There is no such request."}',
}
HEADERS = {"content-type": "application/problem+json", "cache-control": "no-store"}
ALWAYS = {*HEADERS, "x-content-type-options", "content-length", "date", "server"}


def refused(response: httpx.Response, status: int = 401) -> bool:
    """Whether this is the refusal of that status. Raises if it tells a caller apart from another."""
    if response.status_code != status:
        return False
    assert response.content == BODIES[status], response.text
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    assert response.headers["x-content-type-options"] == "nosniff"
    challenge = {"www-authenticate"} if status == 401 else set()
    assert set(response.headers) == ALWAYS | challenge
    assert response.headers.get("www-authenticate", "Bearer") == "Bearer"
    check_answer(response)
    return True


def refused_by_the_host(response: httpx.Response) -> bool:
    """Whether the host has refused the function key, before any code of ours ran."""
    return (response.status_code, response.content) == (401, b"")

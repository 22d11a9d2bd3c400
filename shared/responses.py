"""Answers in one form: JSON, or a problem (RFC 9457) that names field and rule, never a value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus

import azure.functions as func

from shared.domain.ports import JsonObject

_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a request: where (JSON pointer or header name) and which rule it breaks."""

    field: str
    rule: str


def answer(
    status: HTTPStatus, body: JsonObject, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """A JSON answer that nobody stores."""
    return _response(status, body, "application/json", headers or {})


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    """A problem; `code` is for programs, `detail` says to a person what to do."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
    }
    if faults:
        body["errors"] = [asdict(fault) for fault in faults]
    return _response(status, body, "application/problem+json", headers or {})


def _response(
    status: HTTPStatus, body: Mapping[str, object], mimetype: str, headers: Mapping[str, str]
) -> func.HttpResponse:
    return func.HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status_code=int(status),
        headers={**_ALWAYS, **headers},
        mimetype=mimetype,
        charset="utf-8",
    )

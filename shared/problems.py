"""Errors as callers see them: one problem (RFC 9457) for each, with what to do about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from math import ceil

import azure.functions as func
import structlog

from shared.bodies import BadInput
from shared.domain.errors import (
    BadPlace,
    ChallengeRefused,
    InvalidTransition,
    KeyReused,
    KeysUnavailable,
    NoEraser,
    OwnRequest,
    PrivacyError,
    StorageUnavailable,
    TooManyRequests,
    UnknownHashKey,
    UnknownRequest,
)
from shared.domain.ports import Log
from shared.gate import Forbidden, Unauthenticated
from shared.responses import problem

TRY_AGAIN_AFTER = timedelta(seconds=10)


@dataclass(frozen=True)
class _Told:
    """Status, code and text of a problem."""

    status: HTTPStatus
    code: str
    detail: str


_UNAUTHENTICATED = _Told(
    HTTPStatus.UNAUTHORIZED, "unauthenticated", "Show who you are: docs/security.md says how."
)
_TOLD: dict[type[Exception], _Told] = {
    Unauthenticated: _UNAUTHENTICATED,
    ChallengeRefused: _UNAUTHENTICATED,
    Forbidden: _Told(HTTPStatus.FORBIDDEN, "forbidden", "You lack the role that this needs."),
    OwnRequest: _Told(
        HTTPStatus.FORBIDDEN, "own_request", "You made this request; somebody else must decide about it."
    ),
    KeyReused: _Told(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "This Idempotency-Key was used with another body; use a new key for a new request.",
    ),
    UnknownRequest: _Told(HTTPStatus.NOT_FOUND, "unknown_request", "There is no such request."),
    BadPlace: _Told(HTTPStatus.BAD_REQUEST, "bad_input", "next: must be taken from the page before."),
    KeysUnavailable: _Told(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "keys_unavailable",
        "The provider's signing keys cannot be had now; the same call may be repeated.",
    ),
    StorageUnavailable: _Told(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "storage_unavailable",
        "Storage does not answer; the same call may be repeated.",
    ),
    UnknownHashKey: _Told(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unknown_hash_key",
        "HASH_KEY is not the one that the tables were filled under; set that one again.",
    ),
}


async def guarded(work: Callable[[], Awaitable[func.HttpResponse]], log: Log) -> func.HttpResponse:
    """The answer of `work`, or the problem that its error means."""
    structlog.contextvars.clear_contextvars()
    try:
        return await work()
    except BadInput as bad:
        return problem(bad.status, "bad_input", bad.detail, bad.faults)
    except TooManyRequests as spent:
        return _too_many(spent)
    except InvalidTransition as late:
        return problem(HTTPStatus.CONFLICT, late.code, f"Not possible: {late}.")
    except (Unauthenticated, Forbidden, PrivacyError) as error:
        told = _told(error)
        if told is None:
            log.exception("http_failed")
            return _ours_to_mend()
        if told.status is HTTPStatus.SERVICE_UNAVAILABLE:
            log.warning(told.code)
            return unavailable(told.code, told.detail)
        challenge = {"WWW-Authenticate": "Bearer"} if told.status is HTTPStatus.UNAUTHORIZED else {}
        return problem(told.status, told.code, told.detail, headers=challenge)
    except Exception:
        log.exception("http_failed")
        return _ours_to_mend()


def _told(error: Exception) -> _Told | None:
    if isinstance(error, NoEraser):
        setting = f"TENANTS__{error.tenant.upper()}__DELETIONS"
        detail = f"{setting} is none: nothing is deleted there until an eraser is named and this is allowed."
        return _Told(HTTPStatus.SERVICE_UNAVAILABLE, error.code, detail)
    return next((_TOLD[kind] for kind in type(error).__mro__ if kind in _TOLD), None)


def unavailable(code: str, detail: str) -> func.HttpResponse:
    """503: try again."""
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, code, detail, headers=_after(TRY_AGAIN_AFTER))


def _too_many(spent: TooManyRequests) -> func.HttpResponse:
    detail = "That is more than is allowed; the same call may be repeated after Retry-After seconds."
    headers = _after(spent.retry_after)
    return problem(HTTPStatus.TOO_MANY_REQUESTS, spent.code, detail, headers=headers)


def _ours_to_mend() -> func.HttpResponse:
    detail = "Something went wrong on our side; the log has more."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)


def _after(duration: timedelta) -> dict[str, str]:
    return {"Retry-After": str(max(1, ceil(duration.total_seconds())))}

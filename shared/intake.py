"""Read a submission from an HTTP body. Everything wrong is told at once, by field and rule."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from shared.domain.deadlines import Regulation
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject, UserNameSubject
from shared.domain.topology import Topology
from shared.responses import Fault

LARGEST_BODY = 16 * 1024
AHEAD = timedelta(minutes=5)
BACK = timedelta(days=90)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,255}")
_USER_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,64}")
_TENANT = re.compile(r"[a-z0-9_]{1,32}")
_FIELD_NAME = re.compile(r"[A-Za-z]{1,32}")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
KINDS = "must be exactly one of: objectId with tenant; email; userName with tenant"


class BadInput(Exception):
    """The submission breaks rules; `faults` says which, without any value."""

    def __init__(self, status: HTTPStatus, detail: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = faults


@dataclass(frozen=True)
class Asked:
    """What the body of a submission says."""

    subject: Subject
    regulation: Regulation
    received_at: datetime | None


class _RuleBroken(ValueError):
    """Text of ours that says which rule; it never holds a value."""


def _form(pattern: re.Pattern[str], rule: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise _RuleBroken(rule)
        return value

    return AfterValidator(check)


def _moment(value: object) -> datetime:
    rule = "must be a time with offset as in RFC 3339, such as 2026-01-31T12:00:00Z"
    if not isinstance(value, str):
        raise _RuleBroken(rule)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _RuleBroken(rule) from None
    if moment.tzinfo is None:
        raise _RuleBroken(rule)
    return moment


def _regulation(value: object) -> Regulation:
    try:
        return Regulation(str(value))
    except ValueError:
        raise _RuleBroken("must be gdpr or ccpa") from None


class _Body(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, alias_generator=to_camel
    )


class _SubjectBody(_Body):
    object_id: Annotated[str, _form(_GUID, "must be a GUID")] | None = None
    email: Annotated[str, _form(_EMAIL, "must be an e-mail address of at most 320 characters")] | None = None
    user_name: (
        Annotated[str, _form(_USER_NAME, "must be 1 to 64 characters without spaces or control characters")]
        | None
    ) = None
    tenant: Annotated[str, _form(_TENANT, "must be the name of a configured tenant")] | None = None


class _SubmissionBody(_Body):
    subject: _SubjectBody
    regulation: Annotated[Regulation, BeforeValidator(_regulation)]
    received_at: Annotated[datetime, BeforeValidator(_moment)] | None = Field(default=None)


def read_submission(body: bytes, content_type: str, topology: Topology, now: datetime) -> Asked:
    """What the body asks for. Raises `BadInput` with every fault found."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise BadInput(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    if len(body) > LARGEST_BODY:
        raise BadInput(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body may have at most 16 KiB.")
    submission = _validated(_parsed(body))
    received_at = submission.received_at
    faults = (*_subject_faults(submission.subject, topology), *_received_at_faults(received_at, now))
    if faults:
        raise _bad(faults)
    return Asked(_subject(submission.subject), submission.regulation, received_at)


def read_idempotency_key(header: str | None) -> str | None:
    """The header `Idempotency-Key`, None where there is none. Raises `BadInput`."""
    if header is not None and not _IDEMPOTENCY_KEY.fullmatch(header):
        raise _bad((Fault("Idempotency-Key", "must be 1 to 255 visible ASCII characters"),))
    return header


def _parsed(body: bytes) -> object:
    def no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise ValueError
        return fields

    try:
        parsed: object = json.loads(body, object_pairs_hook=no_twins)
        json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        detail = "The body must be one JSON object in UTF-8, no field given twice."
        raise BadInput(HTTPStatus.BAD_REQUEST, detail) from None
    return parsed


def _validated(parsed: object) -> _SubmissionBody:
    try:
        return _SubmissionBody.model_validate(parsed)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise _bad(tuple(_fault(detail) for detail in details)) from None


def _subject_faults(subject: _SubjectBody, topology: Topology) -> tuple[Fault, ...]:
    given = [name for name in ("object_id", "email", "user_name") if getattr(subject, name) is not None]
    if len(given) != 1 or (subject.email is None) != (subject.tenant is not None):
        return (Fault("/subject", KINDS),)
    if subject.tenant is not None and subject.tenant not in topology.domains:
        return (Fault("/subject/tenant", "must be the name of a configured tenant"),)
    if subject.email is not None and not topology.email_names_one_base:
        rule = "does not say which customer base is meant; name the account by objectId and tenant"
        return (Fault("/subject/email", rule),)
    return ()


def _received_at_faults(received_at: datetime | None, now: datetime) -> tuple[Fault, ...]:
    if received_at is None or now - BACK <= received_at <= now + AHEAD:
        return ()
    return (Fault("/receivedAt", "must be at most 5 minutes ahead and 90 days back"),)


def _subject(body: _SubjectBody) -> Subject:
    if body.object_id and body.tenant:
        return ObjectIdSubject(body.tenant, body.object_id.lower())
    if body.user_name and body.tenant:
        return UserNameSubject(body.tenant, body.user_name)
    return EmailSubject(body.email or "")


_RULES = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "string_type": "must be a string",
    "model_type": "must be a JSON object",
}


def _fault(detail: ErrorDetails) -> Fault:
    cause = detail.get("ctx", {}).get("error")
    rule = str(cause) if isinstance(cause, _RuleBroken) else _RULES.get(detail["type"], "is not valid")
    return Fault("/" + "/".join(_safe_name(part) for part in detail["loc"]), rule)


def _safe_name(part: int | str) -> str:
    """A field's name, unless it is a text that may be somebody's data put where a name belongs."""
    return str(part) if _FIELD_NAME.fullmatch(str(part)) else "(unknown)"


def _bad(faults: tuple[Fault, ...]) -> BadInput:
    return BadInput(HTTPStatus.BAD_REQUEST, "The request breaks the rules listed under errors.", faults)

"""What a submission asks for: of an app about somebody, or of a person about themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from shared.bodies import Body, RuleBroken, bad, form, moment, read_body, validated
from shared.domain.deadlines import Regulation
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject, UserNameSubject
from shared.domain.topology import Topology
from shared.responses import Fault

AHEAD = timedelta(minutes=5)
BACK = timedelta(days=90)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,255}")
_USER_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,64}")
_TENANT = re.compile(r"[a-z0-9_]{1,32}")
_TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,15000}")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
KINDS = "must be exactly one of: objectId with tenant; email; userName with tenant; idToken"


@dataclass(frozen=True)
class IdToken:
    """Somebody named by a fresh ID token of theirs, not yet verified."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """What the body of an app's submission says."""

    subject: Subject | IdToken
    regulation: Regulation
    received_at: datetime | None
    copy_first: bool = False


@dataclass(frozen=True)
class AskedForOneself:
    """What the body of a person's own submission says; an ID token comes with deletions."""

    regulation: Regulation
    id_token: str | None = field(default=None, repr=False)
    copy_first: bool = False


def _moment(value: object) -> datetime:
    read = moment(value) if isinstance(value, str) else None
    if read is None:
        raise RuleBroken("must be a time with offset as in RFC 3339, such as 2026-01-31T12:00:00Z")
    return read


def _regulation(value: object) -> Regulation:
    try:
        return Regulation(str(value))
    except ValueError:
        raise RuleBroken("must be gdpr or ccpa") from None


Guid = Annotated[str, form(_GUID, "must be a GUID"), AfterValidator(str.lower)]
"""In lower case, as directories have it: accounts are told apart by it."""
TenantName = Annotated[str, form(_TENANT, "must be the name of a configured tenant")]
Moment = Annotated[datetime, BeforeValidator(_moment)]
LawOf = Annotated[Regulation, BeforeValidator(_regulation)]
Token = Annotated[str, form(_TOKEN, "must be a token of at most 15000 characters")]


class _SubjectBody(Body):
    object_id: Guid | None = None
    email: Annotated[str, form(_EMAIL, "must be an e-mail address of at most 320 characters")] | None = None
    user_name: (
        Annotated[str, form(_USER_NAME, "must be 1 to 64 characters without spaces or control characters")]
        | None
    ) = None
    tenant: TenantName | None = None
    id_token: Token | None = Field(default=None, repr=False)


class _SubmissionBody(Body):
    subject: _SubjectBody
    regulation: LawOf
    received_at: Moment | None = None


class _DeletionBody(_SubmissionBody):
    copy_first: bool = False


class _OwnExportBody(Body):
    regulation: LawOf


class _OwnDeletionBody(Body):
    regulation: LawOf
    id_token: Token = Field(repr=False)
    copy_first: bool = False


def read_export(body: bytes, content_type: str, topology: Topology, now: datetime) -> Asked:
    """An app's request for a copy of somebody's data. Raises `BadInput` with every fault found."""
    return _asked(read_body(_SubmissionBody, body, content_type), topology, now)


def read_deletion(body: bytes, content_type: str, topology: Topology, now: datetime) -> Asked:
    """An app's request for somebody's deletion. Raises `BadInput` with every fault found."""
    deletion = read_body(_DeletionBody, body, content_type)
    return replace(_asked(deletion, topology, now), copy_first=deletion.copy_first)


class _LineBody(_SubjectBody):
    received_at: Moment | None = None


@dataclass(frozen=True)
class Listed:
    """What a line of an operator's list says."""

    subject: Subject
    received_at: datetime | None


LISTED = frozenset({"objectId", "email", "userName", "tenant", "receivedAt"})
"""The fields that a line may have."""


def read_listed(fields: Mapping[str, object], topology: Topology, now: datetime) -> Listed:
    """A line's fields, by the rules that hold for a submission. Raises `BadInput` with every fault found."""
    line = validated(_LineBody, fields)
    faults = (*_subject_faults(line, topology), *_received_at_faults(line.received_at, now))
    subject = _subject(line) if not faults else None
    if subject is None or isinstance(subject, IdToken):
        raise bad(*(faults or (Fault("/subject", KINDS),)))
    return Listed(subject, line.received_at)


def _asked(submission: _SubmissionBody, topology: Topology, now: datetime) -> Asked:
    received_at = submission.received_at
    faults = (*_subject_faults(submission.subject, topology), *_received_at_faults(received_at, now))
    if faults:
        raise bad(*faults)
    return Asked(_subject(submission.subject), submission.regulation, received_at)


def read_own_export(body: bytes, content_type: str) -> AskedForOneself:
    """What a person asks for who wants their data. Raises `BadInput`."""
    return AskedForOneself(read_body(_OwnExportBody, body, content_type).regulation)


def read_own_deletion(body: bytes, content_type: str) -> AskedForOneself:
    """What a person asks for who wants to be deleted. Raises `BadInput`."""
    asked = read_body(_OwnDeletionBody, body, content_type)
    return AskedForOneself(asked.regulation, asked.id_token, asked.copy_first)


def read_idempotency_key(header: str | None) -> str | None:
    """The header `Idempotency-Key`, None where there is none. Raises `BadInput`."""
    if header is not None and not _IDEMPOTENCY_KEY.fullmatch(header):
        raise bad(Fault("Idempotency-Key", "must be 1 to 255 visible ASCII characters"))
    return header


def _subject_faults(subject: _SubjectBody, topology: Topology) -> tuple[Fault, ...]:
    ways = ("object_id", "email", "user_name", "id_token")
    given = [name for name in ways if getattr(subject, name) is not None]
    wants_tenant = bool({"object_id", "user_name"}.intersection(given))
    if len(given) != 1 or wants_tenant != (subject.tenant is not None):
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


def _subject(body: _SubjectBody) -> Subject | IdToken:
    if body.id_token:
        return IdToken(body.id_token)
    if body.object_id and body.tenant:
        return ObjectIdSubject(body.tenant, body.object_id)
    if body.user_name and body.tenant:
        return UserNameSubject(body.tenant, body.user_name)
    return EmailSubject(body.email or "")

"""A request as rows of one table partition, and back.

    request          status, lease and progress: nothing personal
    tenant-NAME      what was found and done in a tenant: nothing personal
    person-subject   who the request is about
    account-NAME     the account pinned in a tenant
    person-notes     free text of operators
    person-sealed    what is kept encrypted until it was used
    receipt          the signed receipt of a deletion
    event-NNNNNN     the journal; the newest event stands in row `request` too

Personal identifiers stand in rows of their own, so that they can be removed by themselves. Each row has one
JSON column; `status` and `schema` stand beside it for those who look at the table.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from functools import cache

from pydantic import TypeAdapter
from pydantic_core import to_json

from shared.domain.account import Account
from shared.domain.journal import Event
from shared.domain.progress import TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject, UserNameSubject

SCHEMA = 1
EVENT = "event-"
Row = Mapping[str, str | int]
_SUBJECTS: Mapping[str, type[Subject]] = {
    "objectId": ObjectIdSubject,
    "email": EmailSubject,
    "userName": UserNameSubject,
}
_KINDS = {kind: name for name, kind in _SUBJECTS.items()}
_ELSEWHERE = frozenset({"subject", "tenants", "notes", "sealed", "receipt"})


def rows_of(request: PrivacyRequest) -> dict[str, Row]:
    """The request's rows by row key, without keys and ETags."""
    head = {
        field.name: getattr(request, field.name) for field in fields(request) if field.name not in _ELSEWHERE
    }
    rows: dict[str, Row] = {"request": {"schema": SCHEMA, "status": request.status, "json": _dumped(head)}}
    if request.subject is not None:
        subject = {"kind": _KINDS[type(request.subject)], **asdict(request.subject)}
        rows["person-subject"] = {"json": _dumped(subject)}
    if request.notes:
        rows["person-notes"] = {"json": _dumped(request.notes)}
    if request.sealed:
        rows["person-sealed"] = {"json": _dumped(request.sealed)}
    if request.receipt is not None:
        rows["receipt"] = {"json": _dumped(request.receipt)}
    if request.last is not None:
        rows[f"{EVENT}{request.last.number:06}"] = {"json": _dumped(request.last)}
    for name, progress in request.tenants.items():
        rows[f"tenant-{name}"] = {"json": _dumped(replace(progress, account=None))}
        if progress.account is not None:
            rows[f"account-{name}"] = {"json": _dumped(progress.account)}
    return rows


def request_of(rows: Mapping[str, Mapping[str, object]]) -> PrivacyRequest:
    """The request that these rows hold; row `request` alone makes one without what stands beside it."""
    head = json.loads(_json(rows["request"]))
    notes = json.loads(_json(rows["person-notes"])) if "person-notes" in rows else ()
    sealed = json.loads(_json(rows["person-sealed"])) if "person-sealed" in rows else {}
    receipt = json.loads(_json(rows["receipt"])) if "receipt" in rows else None
    beside = {"subject": _subject(rows), "tenants": _tenants(rows), "notes": notes, "sealed": sealed}
    return _requests().validate_python(head | beside | {"receipt": receipt})


def event_of(row: Mapping[str, object]) -> Event:
    """The event that this row holds."""
    return _events().validate_json(_json(row))


def personal_keys(request: PrivacyRequest) -> frozenset[str]:
    """The keys of every row of this request that may hold personal identifiers."""
    accounts = (f"account-{name}" for name in request.tenants)
    return frozenset({"person-subject", "person-notes", "person-sealed", *accounts})


def _subject(rows: Mapping[str, Mapping[str, object]]) -> Subject | None:
    if "person-subject" not in rows:
        return None
    subject = json.loads(_json(rows["person-subject"]))
    return _SUBJECTS[subject.pop("kind")](**subject)


def _tenants(rows: Mapping[str, Mapping[str, object]]) -> dict[str, TenantProgress]:
    tenants = {}
    for key, row in rows.items():
        kind, _, name = key.partition("-")
        if kind == "tenant":
            account = rows.get(f"account-{name}")
            progress = _progresses().validate_json(_json(row))
            tenants[name] = replace(
                progress, account=_accounts().validate_json(_json(account)) if account else None
            )
    return tenants


def _json(row: Mapping[str, object]) -> str:
    return str(row["json"])


def _dumped(value: object) -> str:
    return to_json(value).decode()


# Made at first use: building them takes longer than importing this module should.
@cache
def _requests() -> TypeAdapter[PrivacyRequest]:
    return TypeAdapter(PrivacyRequest)


@cache
def _events() -> TypeAdapter[Event]:
    return TypeAdapter(Event)


@cache
def _progresses() -> TypeAdapter[TenantProgress]:
    return TypeAdapter(TenantProgress)


@cache
def _accounts() -> TypeAdapter[Account]:
    return TypeAdapter(Account)

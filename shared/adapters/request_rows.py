"""A request as rows of one table partition, and back.

    request          status, lease and progress: nothing personal
    tenant-NAME      what was found and done in a tenant: nothing personal
    person-subject   who the request is about
    account-NAME     the account pinned in a tenant

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
from shared.domain.request import PrivacyRequest, TenantProgress
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject, UserNameSubject

SCHEMA = 1
Row = Mapping[str, str | int]
_SUBJECTS: Mapping[str, type[Subject]] = {
    "objectId": ObjectIdSubject,
    "email": EmailSubject,
    "userName": UserNameSubject,
}
_KINDS = {kind: name for name, kind in _SUBJECTS.items()}
_ELSEWHERE = frozenset({"subject", "tenants"})


def rows_of(request: PrivacyRequest) -> dict[str, Row]:
    """The request's rows by row key, without keys and ETags."""
    head = {
        field.name: getattr(request, field.name) for field in fields(request) if field.name not in _ELSEWHERE
    }
    subject = {"kind": _KINDS[type(request.subject)], **asdict(request.subject)}
    rows: dict[str, Row] = {
        "request": {"schema": SCHEMA, "status": request.status, "json": _dumped(head)},
        "person-subject": {"json": _dumped(subject)},
    }
    for name, progress in request.tenants.items():
        rows[f"tenant-{name}"] = {"json": _dumped(replace(progress, account=None))}
        if progress.account is not None:
            rows[f"account-{name}"] = {"json": _dumped(progress.account)}
    return rows


def request_of(rows: Mapping[str, Mapping[str, object]]) -> PrivacyRequest:
    """The request that these rows hold."""
    head = json.loads(_json(rows["request"]))
    subject = json.loads(_json(rows["person-subject"]))
    made = _SUBJECTS[subject.pop("kind")](**subject)
    return _requests().validate_python(head | {"subject": made, "tenants": _tenants(rows)})


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
def _progresses() -> TypeAdapter[TenantProgress]:
    return TypeAdapter(TenantProgress)


@cache
def _accounts() -> TypeAdapter[Account]:
    return TypeAdapter(Account)

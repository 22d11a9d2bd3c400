"""What a receipt says of a deletion, and that it names nobody."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from delete_function.receipt_words import (
    ACCOUNT_LEFT,
    AUDIT_LEFT,
    DPV_OF_OUTCOME,
    DPV_OF_STATUS,
    NOT_READ,
    VERIFIED,
)
from shared.domain.account import Account, Contact, Identity
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import Note, PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import UserNameSubject
from shared.tenant_settings import MOST_TENANTS
from tests.paths import ROOT
from tests.unit.receipts import (
    ENDED,
    SCHEMA,
    STATEMENT,
    a_life,
    claims_of,
    found,
    journal_of,
    signer_of,
)
from tests.unit.samples import NOW, a_request

LATER = {"purged", "already_gone", "restored"}
"""Outcomes that a receipt knows before any step finds them."""


def certified(*tenants: TenantProgress) -> Mapping[str, object]:
    life = a_life(*tenants)
    return claims_of(life[-1], journal_of(*life))


def told(claims: Mapping[str, object], tenant: str = "contoso") -> Mapping[str, str | None]:
    tenants = cast("Sequence[Mapping[str, str | None]]", claims["tenants"])
    return next(one for one in tenants if one["tenant"] == tenant)


def dpv_of(claims: Mapping[str, object]) -> str:
    request = cast("Mapping[str, str]", claims["request"])
    return request["dpv"].rpartition("#")[2]


def test_every_outcome_has_its_words_and_its_term() -> None:
    outcomes = {str(outcome) for outcome in Outcome} | LATER
    assert set(VERIFIED) == outcomes
    assert set(DPV_OF_OUTCOME) == outcomes
    assert set(SCHEMA["properties"]["tenants"]["items"]["properties"]["outcome"]["enum"]) == outcomes | {None}
    assert (set(ACCOUNT_LEFT) | AUDIT_LEFT | (NOT_READ - {None})) <= outcomes
    assert set(DPV_OF_STATUS) == set(Status)


def test_the_schema_is_sound_and_knows_every_term() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    terms = set(DPV_OF_OUTCOME.values()) | set(DPV_OF_STATUS.values())
    assert set(SCHEMA["properties"]["request"]["properties"]["dpv"]["enum"]) == terms


def test_the_documentation_has_every_outcome_with_its_term() -> None:
    lines = (ROOT / "docs/receipts.md").read_text().splitlines()
    for outcome, term in DPV_OF_OUTCOME.items():
        assert any(
            line.startswith(f"| `{outcome}` |") and f"`{term.rpartition('#')[2]}`" in line for line in lines
        )


def test_a_receipt_tells_request_tenants_what_remains_and_the_journal_s_head() -> None:
    until = NOW + timedelta(days=30)
    life = a_life(found("soft_deleted", until), found("not_searched", tenant="fabrikam"))
    events = journal_of(*life)
    claims = claims_of(life[-1], events)
    assert claims["request"] == {
        "id": life[-1].id,
        "kind": "deletion",
        "regulation": "gdpr",
        "receivedAt": "2026-11-24T12:00:00Z",
        "acceptedAt": "2026-11-24T12:00:00Z",
        "dueAt": "2026-12-24T12:00:00Z",
        "endedAt": "2026-12-25T12:00:00Z",
        "status": "completed",
        "reason": None,
        "dpv": "https://w3id.org/dpv#RequestActionDelayed",
    }
    assert claims["journal"] == {"events": 5, "head": events[-1].hash}
    assert told(claims) == {
        "tenant": "contoso",
        "outcome": "soft_deleted",
        "dpv": "https://w3id.org/dpv#RequestActionDelayed",
        "verified": "read back: not among the users, in the recycle bin",
        "verifiedAt": "2026-12-24T12:00:00Z",
        "restorableUntil": "2026-12-24T12:00:00Z",
        "auditEventsUntil": "2027-01-01T12:00:00Z",
        "reason": None,
    }
    assert told(claims, "fabrikam")["verifiedAt"] is None


def test_a_receipt_says_what_is_left_where_and_until_when() -> None:
    until = NOW + timedelta(days=30)
    claims = certified(found("soft_deleted", until), found("retained", tenant="fabrikam"))
    remains = cast("Sequence[Mapping[str, str | None]]", claims["remains"])
    assert [(one["where"], one["until"]) for one in remains] == [
        ("contoso", "2026-12-24T12:00:00Z"),
        ("contoso", "2027-01-01T12:00:00Z"),
        ("fabrikam", None),
        ("privacy request app", "2028-12-25T12:00:00Z"),
        ("privacy request app", None),
    ]


def test_absence_is_said_to_have_been_read_twice_and_how_far_apart() -> None:
    assert told(certified(found("not_found")))["verified"] == (
        "looked for twice, 300 seconds apart or more: no account of the person"
    )


async def test_verified_is_dated_by_the_last_look_at_that_tenant_and_by_nothing_else() -> None:
    day = timedelta(days=1)
    run = a_life(found("soft_deleted"))[1]
    steps = ("identify:contoso", "verify:contoso", "soft-delete:contoso", "verify:fabrikam", "erase")
    events = [run.with_done(step, NOW + number * day).last for number, step in enumerate(steps, start=1)]
    ended = a_life(found("soft_deleted"))[-1]
    claims = claims_of(ended, tuple(event for event in events if event))
    assert told(claims)["verifiedAt"] == "2026-11-26T12:00:00Z"
    assert told(claims, "fabrikam")["verifiedAt"] is None


@pytest.mark.parametrize("outcome", sorted(one for one in NOT_READ if one))
def test_what_no_look_has_shown_has_no_date(outcome: str) -> None:
    assert told(certified(found(outcome)))["verifiedAt"] is None


@pytest.mark.parametrize(
    ("outcomes", "term"),
    [
        (("soft_deleted", "not_found"), "RequestActionDelayed"),
        (("not_found", "not_searched"), "RequestFulfilled"),
        (("soft_deleted", "retained"), "RequestUnfulfilled"),
        (("not_found", "failed"), "RequestUnfulfilled"),
        (("not_searched", "not_searched"), "RequestUnfulfilled"),
    ],
    ids=["one delayed", "one outside", "one kept", "one failed", "nowhere looked"],
)
def test_the_request_is_as_fulfilled_as_its_least_fulfilled_tenant(
    outcomes: tuple[str, str], term: str
) -> None:
    first, second = outcomes
    assert dpv_of(certified(found(first), found(second, tenant="fabrikam"))) == term


@pytest.mark.parametrize(
    ("status", "term"),
    [(Status.REFUSED, "RequestRejected"), (Status.CANCELLED, "RequestUnfulfilled")],
    ids=["refused", "cancelled"],
)
def test_a_deletion_that_was_not_done_says_that_nothing_was_deleted(status: Status, term: str) -> None:
    run = a_request(Kind.DELETION).recorded().claimed(NOW, NOW)
    ended = (
        run.refused(ENDED, "being_deleted") if status is Status.REFUSED else run.cancelled(ENDED, "w", "p")
    )
    claims = claims_of(ended, journal_of(ended))
    assert dpv_of(claims) == term
    assert told(claims)["outcome"] is None
    assert str(told(claims)["dpv"]).endswith(f"#{term}")
    assert told(claims)["verified"] == "nothing was deleted here: the request ended before that"


async def test_the_longest_receipt_fits_into_one_property_of_a_table() -> None:
    """32 Ki characters (Azure Table storage, "Understanding the Table service data model")."""
    names = [f"{number:02}{'x' * 30}" for number in range(MOST_TENANTS)]
    life = a_life(*(found("soft_deleted", NOW, name) for name in names))
    ended = replace(life[-1], named=(names[0],), linked=tuple(names[1:]))
    receipt = await signer_of().sign(
        replace(STATEMENT, controller="ß" * 500).claims(ended, journal_of(ended), ENDED)
    )
    assert len(receipt) < 32 * 1024


CANARY = st.one_of(
    st.uuids(version=4).map(str),
    st.uuids(version=4).map(lambda one: f"zoë.{one.hex[:12]}@example.com"),
    st.uuids(version=4).map(lambda one: one.hex * 2),
)
CANARIES = st.lists(CANARY, min_size=20, max_size=20, unique=True)


def laid_out(canaries: Sequence[str]) -> PrivacyRequest:
    """An ended deletion with one of these wherever something names a person, or comes of what does."""
    left = iter(canaries)
    identity = Identity("emailAddress", next(left), next(left))
    account = Account(next(left), next(left), (identity,), NOW, Contact(next(left), "de", signs_in=True))
    known = TenantProgress("contoso", account, NOW, Outcome.SOFT_DELETED, NOW, domain=next(left))
    ended = a_life(known)[-1]
    assert ended.last is not None
    named = replace(
        ended,
        subject=UserNameSubject(next(left), next(left)),
        notes=(Note(1, next(left)),),
        submitter=next(left),
        given_key=next(left),
        body_digest=next(left),
        ticket_digest=next(left),
        tickets=(next(left),),
        claims=(next(left),),
        consents=(next(left), next(left)),
        approvals=frozenset({next(left)}),
        sealed={"contact": next(left)},
        last=replace(ended.last, by=f"operator {next(left)}"),
    )
    assert list(left) == []
    return named


@settings(max_examples=60)
@given(CANARIES)
def test_no_identifier_of_anybody_is_in_a_receipt(canaries: Sequence[str]) -> None:
    request = laid_out(canaries)
    receipt = json.dumps(claims_of(request, journal_of(request)), ensure_ascii=False)
    assert [one for one in canaries if one in receipt] == []

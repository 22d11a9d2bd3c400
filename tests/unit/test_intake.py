import json
from datetime import timedelta
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bodies import BadInput
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject, UserNameSubject
from shared.intake import KINDS, read_export, read_idempotency_key
from tests.unit.samples import NOW, linked_pair, pair_and_stranger

GUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
EMAIL = {"email": "ada@example.com"}


def body(subject: object = None, **fields: object) -> bytes:
    return json.dumps({"subject": subject or EMAIL, "regulation": "gdpr", **fields}).encode()


def faults_of(data: bytes) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        read_export(data, "application/json", linked_pair(), NOW)
    assert caught.value.status is HTTPStatus.BAD_REQUEST
    return {fault.field: fault.rule for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (EMAIL, EmailSubject("ada@example.com")),
        ({"objectId": GUID.upper(), "tenant": "contoso"}, ObjectIdSubject("contoso", GUID)),
        ({"userName": "ada", "tenant": "fabrikam"}, UserNameSubject("fabrikam", "ada")),
    ],
)
def test_each_way_to_name_a_person_is_read(subject: object, expected: Subject) -> None:
    asked = read_export(body(subject), "application/json; charset=utf-8", linked_pair(), NOW)
    assert asked.subject == expected


@pytest.mark.parametrize(
    ("subject", "field", "rule"),
    [
        ({}, "/subject", KINDS),
        ({**EMAIL, "objectId": GUID, "tenant": "contoso"}, "/subject", KINDS),
        ({"objectId": GUID}, "/subject", KINDS),
        ({"userName": "ada"}, "/subject", KINDS),
        ({**EMAIL, "tenant": "contoso"}, "/subject", KINDS),
        ({"objectId": "42", "tenant": "contoso"}, "/subject/objectId", "must be a GUID"),
        ({"objectId": 42, "tenant": "contoso"}, "/subject/objectId", "must be a string"),
        (
            {"userName": "ada", "tenant": "nowhere"},
            "/subject/tenant",
            "must be the name of a configured tenant",
        ),
        ({"email": "ada"}, "/subject/email", "must be an e-mail address of at most 320 characters"),
        ({**EMAIL, "phone": "1"}, "/subject/phone", "is not a known field"),
        ([1], "/subject", "must be a JSON object"),
    ],
)
def test_a_subject_that_breaks_a_rule_is_told_by_field_and_rule(
    subject: object, field: str, rule: str
) -> None:
    assert faults_of(json.dumps({"subject": subject, "regulation": "gdpr"}).encode())[field] == rule


def test_all_faults_are_told_at_once() -> None:
    faults = faults_of(b'{"subject": {"email": 7}, "regulation": "hipaa", "extra": 1}')
    assert faults == {
        "/subject/email": "must be a string",
        "/regulation": "must be gdpr or ccpa",
        "/extra": "is not a known field",
    }


@pytest.mark.parametrize("received", ["2026-11-24T12:00:00", "yesterday", 1764000000, True])
def test_a_time_of_receipt_needs_a_form_and_an_offset(received: object) -> None:
    assert "RFC 3339" in faults_of(body(receivedAt=received))["/receivedAt"]


@pytest.mark.parametrize("away", [timedelta(minutes=6), -timedelta(days=91)])
def test_a_time_of_receipt_out_of_bounds_is_told(away: timedelta) -> None:
    assert "90 days back" in faults_of(body(receivedAt=(NOW + away).isoformat()))["/receivedAt"]


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff", b"[" * 16000, b'{"subject": 1, "subject": 2}', b'{"regulation": NaN'],
)
def test_what_is_not_one_json_object_is_told(data: bytes) -> None:
    with pytest.raises(BadInput, match="one JSON object"):
        read_export(data, "application/json", linked_pair(), NOW)


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (body(), "text/plain", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (body(), "", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (b" " * 16 * 1024 + body(), "application/json", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ],
)
def test_the_wrong_type_or_size_is_told(data: bytes, content_type: str, status: HTTPStatus) -> None:
    with pytest.raises(BadInput) as caught:
        read_export(data, content_type, linked_pair(), NOW)
    assert caught.value.status is status


def test_an_address_alone_does_not_do_where_there_are_several_customer_bases() -> None:
    with pytest.raises(BadInput) as caught:
        read_export(body(), "application/json", pair_and_stranger(), NOW)
    assert "customer base" in caught.value.faults[0].rule


CANARY = "canary@example.com"
VALUES = st.sampled_from([CANARY, 7, None, [CANARY], {CANARY: CANARY}, f"{CANARY} {CANARY}", True])


@given(st.dictionaries(st.sampled_from(["subject", "regulation", "receivedAt", CANARY]), VALUES))
def test_no_fault_echoes_a_value(fields: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        read_export(json.dumps(fields).encode(), "application/json", linked_pair(), NOW)
    assert "canary" not in repr((caught.value.detail, caught.value.faults, caught.value.__cause__))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_export(data, "application/json", linked_pair(), NOW)


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256])
def test_an_idempotency_key_out_of_form_is_told(key: str) -> None:
    with pytest.raises(BadInput):
        read_idempotency_key(key)

"""Whatever comes from outside is read, or refused in the one way that its reader has."""

import asyncio
import base64
import json
from collections.abc import Callable
from contextlib import suppress

import azure.functions as func
from hypothesis import example, given
from hypothesis import strategies as st

from operations_function.bodies import read_act, read_search
from operations_function.listing import MOST, read_wanted
from shared.adapters.table_store import _place
from shared.auth.easy_auth import read_principal
from shared.auth.tokens import PersonTokens, TokenRefused
from shared.bodies import LARGEST_BODY, BadInput
from shared.domain.errors import BadPlace, UnknownRequest
from shared.domain.keyed_hash import ticket_digest
from shared.front_desk import read_id
from shared.gate import Unauthenticated
from shared.intake import read_export, read_idempotency_key, read_own_deletion, read_own_export
from tests.fakes import FakeClock
from tests.security.minting import WORKFORCE_TENANT_ID, b2c_sign_in, external_sign_in
from tests.unit.samples import NOW, a_request, linked_pair
from tests.unit.staff import gate_of
from tests.unit.world import World

TEXTS = st.one_of(
    st.text(max_size=30), st.text(st.characters(categories=("Cc", "Cs", "Nd", "Zs")), max_size=9)
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "subject",
        "regulation",
        "receivedAt",
        "objectId",
        "email",
        "userName",
        "tenant",
        "idToken",
        "reason",
        "note",
        "name",
    ]
)
OBJECTS = st.recursive(
    st.dictionaries(FIELDS, st.one_of(JSON, st.sampled_from(["gdpr", "contoso", "a@b"])), max_size=4),
    lambda inner: st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=4,
)
BODIES = st.one_of(
    st.binary(max_size=100), st.one_of(JSON, OBJECTS).map(lambda value: json.dumps(value).encode())
)
NESTED = b"[" * (LARGEST_BODY - 1)
MOMENTS = st.one_of(TEXTS, st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()))

READERS: tuple[Callable[[bytes], object], ...] = (
    lambda body: read_export(body, "application/json", linked_pair(), NOW),
    lambda body: read_own_export(body, "application/json"),
    lambda body: read_own_deletion(body, "application/json"),
    lambda body: read_act(body, "application/json", frozenset()),
    lambda body: read_act(body, "application/json", frozenset({"excessive"})),
    lambda body: read_search(body, "application/json"),
)


@given(BODIES)
@example(NESTED)
@example(b'{"subject": ' * 1300)
@example(b"\xef\xbb\xbf{}")
@example(b'{"note": ' + b"9" * 5000 + b"}")
@example(b'{"note": "\\ud800"}')
@example('{"note": "x"}'.encode("utf-16"))
def test_a_body(body: bytes) -> None:
    for read in READERS:
        with suppress(BadInput):
            read(body)


@given(MOMENTS)
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59-23:59")
@example("2026-11-24T24:00:00Z")
@example("2026-11-24T12:00:00+24:00")
def test_a_time_of_receipt(moment: str) -> None:
    body = {"subject": {"email": "a@b"}, "regulation": "gdpr", "receivedAt": moment}
    with suppress(BadInput):
        read_export(json.dumps(body).encode(), "application/json", linked_pair(), NOW)


@given(TEXTS, st.binary(max_size=20))
def test_a_content_type(content_type: str, body: bytes) -> None:
    for read in (read_own_export, read_own_deletion, read_search):
        with suppress(BadInput):
            read(body, content_type)


@given(TEXTS)
def test_an_idempotency_key(key: str) -> None:
    with suppress(BadInput):
        assert read_idempotency_key(key) == key
        assert key.isascii()


PARTS = st.sampled_from(["status", "kind", "dueBefore", "top", "next", "code", "x"])


@given(st.dictionaries(st.one_of(PARTS, TEXTS), st.one_of(MOMENTS, st.integers().map(str)), max_size=4))
@example({"top": "²"})
@example({"top": "0" * 5000})
@example({"dueBefore": "0001-01-01T00:00:00+23:59"})
def test_the_query_of_a_list(query: dict[str, str]) -> None:
    request = func.HttpRequest("GET", "/api/operations/requests", params=query, body=b"")
    with suppress(BadInput):
        wanted = read_wanted(request)
        assert 1 <= wanted.top <= MOST
        assert wanted.statuses
        wanted.has(a_request())


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


KEYS = st.dictionaries(st.sampled_from(["PartitionKey", "RowKey", "x"]), st.one_of(JSON, TEXTS), max_size=3)


@given(st.one_of(TEXTS, JSON.map(encoded), KEYS.map(encoded)))
@example(base64.urlsafe_b64encode(NESTED).decode())
@example("A")
@example(encoded({"PartitionKey": {}, "RowKey": 1}))
@example(encoded({"PartitionKey": None, "RowKey": None}))
@example(encoded({"PartitionKey": "a\r\nb", "RowKey": "request"}))
def test_a_place_in_a_list(told: str) -> None:
    with suppress(BadPlace):
        place = _place(told)
        assert place is not None
        assert all(value is None or isinstance(value, str) for value in place.values())


@given(st.one_of(TEXTS, st.text("0123456789abcdef-", min_size=36, max_size=36)))
def test_an_id(text: str) -> None:
    request = func.HttpRequest("GET", "/api/x", route_params={"id": text}, body=b"")
    with suppress(UnknownRequest):
        assert read_id(request) == text
        assert len(text) == 36
        assert text.isascii()


@given(st.one_of(TEXTS, st.text("aZ09_-=", min_size=42, max_size=44)))
def test_a_ticket(text: str) -> None:
    request = func.HttpRequest("GET", "/api/x", headers={"x-request-ticket": text}, body=b"")
    with suppress(Unauthenticated):
        holder = gate_of(World()).ticket(request)
        assert holder is not None
        assert holder.digest == ticket_digest(text)
        assert len(text) == 43


CLAIMS = st.lists(
    st.fixed_dictionaries(
        {
            "typ": st.one_of(
                JSON, st.sampled_from(["tid", "oid", "sub", "scp", "azp", "roles", "idtyp", "acct", "idp"])
            ),
            "val": st.one_of(JSON, st.sampled_from([WORKFORCE_TENANT_ID, "app", "0", "1"])),
        }
    ),
    max_size=9,
)
PRINCIPALS = st.one_of(
    JSON, st.builds(lambda claims: {"auth_typ": "aad", "claims": claims}, st.one_of(CLAIMS, JSON))
)


@given(st.one_of(TEXTS, PRINCIPALS.map(lambda value: base64.b64encode(json.dumps(value).encode()).decode())))
@example(base64.b64encode(NESTED).decode())
@example(base64.b64encode(b"\xff").decode())
def test_a_principal(header: str) -> None:
    with suppress(TokenRefused):
        assert read_principal(header, WORKFORCE_TENANT_ID, NOW).object_id


@given(st.one_of(TEXTS, st.text("eyJ.AZ09_-", max_size=60), TEXTS.map(lambda text: f"Bearer {text}")))
def test_a_header_of_authorization(header: str) -> None:
    world = World()
    gate = gate_of(world, people=PersonTokens((b2c_sign_in(), external_sign_in()), FakeClock(NOW), NOW - NOW))
    request = func.HttpRequest("GET", "/api/x", headers={"authorization": header}, body=b"")
    for door in (gate.person, gate.reader, gate.operator):
        with suppress(Unauthenticated):
            asyncio.run(door(request))
            raise AssertionError("somebody was let in")

"""How a request lies in the table, held to the service's limits (Azure Table storage, data model)."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export_function.collector import MOST_PARTS
from shared.adapters.request_rows import personal_keys, request_of, rows_of
from shared.domain.account import Account, Identity
from shared.domain.progress import Part, Section, TenantProgress
from shared.domain.request import LONGEST_NOTE, MOST_NOTES, Note, PrivacyRequest
from shared.domain.states import Proof
from shared.domain.subject import EmailSubject
from shared.tenant_settings import MOST_TENANTS
from tests.unit.samples import NOW, a_request_with_everything

MOST_IN_A_STRING = 32 * 1024
MOST_IN_AN_ENTITY = 1024 * 1024
MOST_PROPERTIES = 252
MOST_IN_A_TRANSACTION = 100
PERSONAL = ("o'brien", "aaaaaaaa-0000-4000-8000-000000000001", "example.com", "rang")


def the_largest_request() -> PrivacyRequest:
    """The most tenants, each with an account of the most identities (10) at their greatest length."""
    names = [f"{number:032}" for number in range(MOST_TENANTS)]
    identities = tuple(Identity("emailAddress12", "i" * 512, f"{number}{'ü' * 511}") for number in range(10))
    account = Account("a" * 36, "u" * 1024, identities, NOW)
    steps = ("identify", "identify-again", "soft-delete", "verify", "verify-again")
    part = Part("b" * 120, 10**9, 10**12, "0" * 64)
    sections = (
        *(Section(f"section{number}", "f" * 40, "s" * 80, NOW, (part,)) for number in range(20)),
        Section("audits", "f" * 40, "s" * 80, NOW, (part,) * MOST_PARTS, "2026-11-24T11:00:00.1234567Z"),
        Section("sign-ins", "f" * 40, "s" * 80, NOW, (part,) * MOST_PARTS, "2026-11-24T11:00:00.1234567Z"),
    )
    return replace(
        a_request_with_everything(),
        subject=EmailSubject("x" * 320),
        done=frozenset(f"{step}:{name}" for step, name in product(steps, names)),
        tenants={name: TenantProgress(name, account, sections=sections) for name in names},
        notes=tuple(Note(number, '"\\\n\t' * (LONGEST_NOTE // 4)) for number in range(999_980, 1_000_000)),
    )


def with_notes(text: str, count: int = MOST_NOTES) -> PrivacyRequest:
    return replace(a_request_with_everything(), notes=(Note(999_999, text),) * count)


def length(text: str) -> int:
    """As the service counts it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def test_a_request_comes_back_from_its_rows() -> None:
    for request in (a_request_with_everything(), the_largest_request()):
        assert request_of(rows_of(request)) == request


def test_the_largest_request_keeps_within_the_limits_of_the_table() -> None:
    rows = rows_of(the_largest_request())
    assert len(rows) <= MOST_IN_A_TRANSACTION
    for row in rows.values():
        texts = [value for value in row.values() if isinstance(value, str)]
        assert len(row) + 4 <= MOST_PROPERTIES
        assert all(length(text) <= MOST_IN_A_STRING for text in texts)
        assert sum(2 * length(text) for text in texts) <= MOST_IN_AN_ENTITY


@pytest.mark.parametrize("letter", ['"', "\\", "\n", "\t", "x", "ü", "€", "😀", "\u2028", "\ufffd"])
def test_the_most_and_longest_notes_fit_whatever_they_are_written_in(letter: str) -> None:
    request = with_notes(letter * LONGEST_NOTE)
    rows = rows_of(request)
    assert length(str(rows["person-notes"]["json"])) <= MOST_IN_A_STRING
    assert request_of(rows) == request


@given(st.text(min_size=1, max_size=LONGEST_NOTE), st.integers(1, 3))
def test_notes_come_back_as_they_were_written(text: str, count: int) -> None:
    request = with_notes(text, count)
    assert request_of(rows_of(request)) == request


def test_a_request_in_every_state_of_its_clock_comes_back() -> None:
    request = replace(
        a_request_with_everything(),
        proof=Proof.ID_TOKEN,
        consents=("operator x",),
        extended_for="complexity",
        paused_at=NOW,
        paused=timedelta(days=1, seconds=1, microseconds=1),
    )
    assert request_of(rows_of(request)) == request


def test_the_head_alone_makes_a_request_without_whom_it_is_about() -> None:
    request = with_notes("she rang us")
    bare = request_of({"request": rows_of(request)["request"]})
    assert bare == replace(request, subject=None, tenants={}, notes=())
    assert not [part for part in PERSONAL if part in str(rows_of(request)["request"])]


def test_a_row_that_may_be_personal_is_known_as_such() -> None:
    request = with_notes("she rang us")
    rows = {key for key in rows_of(request) if key.startswith(("person-", "account-"))}
    assert rows == {"person-subject", "person-notes", "account-contoso"}
    assert rows <= personal_keys(request)


def test_what_is_personal_stands_in_rows_of_its_own() -> None:
    rows = rows_of(with_notes("she rang us"))
    personal = {key for key, row in rows.items() if any(part in str(row) for part in PERSONAL)}
    assert personal == {"person-subject", "person-notes", "account-contoso"}

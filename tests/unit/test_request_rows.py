"""How a request lies in the table, held to the service's limits (Azure Table storage, data model)."""

from dataclasses import replace
from itertools import product

from export_function.sections import MOST_PARTS
from shared.adapters.request_rows import request_of, rows_of
from shared.domain.account import Account, Identity
from shared.domain.progress import Part, Section, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.subject import EmailSubject
from shared.settings import MOST_TENANTS
from tests.unit.samples import NOW, a_request_with_everything

MOST_IN_A_STRING = 32 * 1024
MOST_IN_AN_ENTITY = 1024 * 1024
MOST_PROPERTIES = 252
MOST_IN_A_TRANSACTION = 100
PERSONAL = ("o'brien", "aaaaaaaa-0000-4000-8000-000000000001", "example.com")


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
    )
    return replace(
        a_request_with_everything(),
        subject=EmailSubject("x" * 320),
        done=frozenset(f"{step}:{name}" for step, name in product(steps, names)),
        tenants={name: TenantProgress(name, account, sections=sections) for name in names},
    )


def test_a_request_comes_back_from_its_rows() -> None:
    for request in (a_request_with_everything(), the_largest_request()):
        assert request_of(rows_of(request)) == request


def test_the_largest_request_keeps_within_the_limits_of_the_table() -> None:
    rows = rows_of(the_largest_request())
    assert len(rows) <= MOST_IN_A_TRANSACTION
    for row in rows.values():
        texts = [value for value in row.values() if isinstance(value, str)]
        assert len(row) + 4 <= MOST_PROPERTIES
        assert all(len(text) <= MOST_IN_A_STRING for text in texts)
        assert sum(2 * len(text) for text in texts) <= MOST_IN_AN_ENTITY


def test_what_is_personal_stands_in_rows_of_its_own() -> None:
    rows = rows_of(a_request_with_everything())
    personal = {key for key, row in rows.items() if any(part in str(row) for part in PERSONAL)}
    assert personal == {"person-subject", "account-contoso"}

import sys

import pytest

from shared.domain.account import Account, Identity

DOMAIN = "contoso.onmicrosoft.com"


def email(address: str, number: str = "") -> Identity:
    return Identity(f"emailAddress{number}", DOMAIN, address)


def account(*identities: Identity, upn: str = "0f@contoso.onmicrosoft.com") -> Account:
    return Account("0f", upn, identities, None)


def test_an_address_is_the_same_in_any_letter_case() -> None:
    assert account(email("Zoë@Example.com")).holds(email("zoË@example.COM"))


def test_addresses_that_only_case_folding_would_make_equal_are_two_people() -> None:
    assert not account(email("strasse@example.com")).holds(email("straße@example.com"))


def test_no_letter_outside_ascii_is_taken_for_one_inside() -> None:
    outside = map(chr, range(128, sys.maxunicode + 1))
    alike = [letter for letter in outside if letter.lower().isascii()]
    assert "\N{KELVIN SIGN}" in alike
    for letter in alike:
        assert not account(email(f"{letter.lower()}im@x.y")).holds(email(f"{letter}im@x.y"))


def test_a_numbered_further_address_counts() -> None:
    assert account(email("a@example.com"), email("b@example.com", "1")).holds(email("b@example.com"))


@pytest.mark.parametrize(
    "asked",
    [
        Identity("emailAddress", "fabrikam.onmicrosoft.com", "a@example.com"),
        Identity("userName", DOMAIN, "a@example.com"),
        Identity("emailAddress", DOMAIN, "aa@example.com"),
        Identity("federated", "google.com", "a@example.com"),
    ],
)
def test_another_issuer_type_or_value_does_not_count(asked: Identity) -> None:
    assert not account(email("a@example.com")).holds(asked)


def test_a_providers_subject_is_compared_to_the_letter() -> None:
    held = account(Identity("federated", "google.com", "AbC"))
    assert held.holds(Identity("federated", "Google.com", "AbC"))
    assert not held.holds(Identity("federated", "google.com", "abc"))


def test_an_address_in_the_tenants_own_domain_is_the_user_principal_name() -> None:
    assert account(upn="Jo@contoso.onmicrosoft.com").holds(email("jo@contoso.onmicrosoft.com"))
    assert not account(upn="jo@contoso.onmicrosoft.com").holds(
        Identity("userName", DOMAIN, "jo@contoso.onmicrosoft.com")
    )

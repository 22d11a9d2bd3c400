from shared.domain.account import Identity
from shared.domain.subject import EmailSubject, ObjectIdSubject, UserNameSubject
from tests.unit.samples import CONTOSO, FABRIKAM, linked_pair, pair_and_stranger


def test_an_address_is_looked_for_in_every_tenant_of_the_customer_base() -> None:
    subject = EmailSubject("ada@example.com")
    assert linked_pair().named(subject) == ("contoso", "fabrikam")
    assert linked_pair().linked(subject) == ()


def test_an_object_id_is_looked_for_in_its_tenant_and_then_in_the_linked_ones() -> None:
    subject = ObjectIdSubject("fabrikam", "0f")
    topology = pair_and_stranger()
    assert topology.named(subject) == ("fabrikam",)
    assert topology.linked(subject) == ("contoso",)
    assert topology.unsearched(subject) == ("litware",)


def test_a_tenant_that_nothing_links_is_searched_alone() -> None:
    subject = UserNameSubject("litware", "ada")
    assert pair_and_stranger().linked(subject) == ()
    assert pair_and_stranger().unsearched(subject) == ("contoso", "fabrikam")


def test_an_address_crosses_under_the_other_tenants_domain() -> None:
    held = Identity("emailAddress1", CONTOSO, "ada@example.com")
    expected = Identity("emailAddress", FABRIKAM, "ada@example.com")
    assert linked_pair().translated(held, FABRIKAM) == expected


def test_user_names_never_cross() -> None:
    assert linked_pair().translated(Identity("userName", CONTOSO, "ada"), FABRIKAM) is None


def test_a_federated_identity_crosses_only_if_its_issuer_is_shared() -> None:
    google = Identity("federated", "google.com", "42")
    assert pair_and_stranger().translated(google, FABRIKAM) == google
    assert linked_pair().translated(google, FABRIKAM) is None

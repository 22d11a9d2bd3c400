"""Which registrations sign in to a tenant, as settings describe it."""

from shared.adapters.graph.calls import Principal
from shared.adapters.graph.credentials import ClientSecret, ManagedIdentity, Registration
from shared.directory_settings import registrations_of
from shared.settings import load_settings
from tests.unit.test_settings import CERTIFICATE, GUID, OTHER, contoso, environment


def registrations(environ: dict[str, str]) -> dict[Principal, Registration]:
    return registrations_of(load_settings(environ).tenants["contoso"])


def test_one_registration_serves_both_by_default() -> None:
    one = Registration(GUID, GUID, ClientSecret("s3cret"))
    assert registrations(environment()) == {Principal.READER: one, Principal.ERASER: one}


def test_an_eraser_is_a_registration_of_its_own_in_the_same_tenant() -> None:
    given = {"ERASER__CLIENT_ID": OTHER, "ERASER__MANAGED_IDENTITY_CLIENT_ID": GUID}
    found = registrations(contoso(CLIENT_CERTIFICATE=CERTIFICATE.pkcs12(), **given))
    assert found[Principal.ERASER] == Registration(GUID, OTHER, ManagedIdentity(GUID))
    assert found[Principal.READER].client_id == GUID


def test_a_tenant_with_exports_only_has_no_eraser() -> None:
    assert set(registrations(environment(TENANTS__CONTOSO__DELETIONS="none"))) == {Principal.READER}


def test_no_secret_is_in_a_representation() -> None:
    shown = repr(
        [registrations(contoso(CLIENT_CERTIFICATE=CERTIFICATE.pkcs12())), registrations(environment())]
    )
    assert "s3cret" not in shown
    assert "PRIVATE" not in shown

import base64
import json
import re
import traceback
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel

from shared.adapters.graph.clouds import CLOUDS, Cloud
from shared.adapters.local_receipt_keys import read_private_key
from shared.settings import (
    MailSettings,
    ReceiptSettings,
    Settings,
    SettingsFault,
    SignInSettings,
    WebhookSettings,
    WorkforceSettings,
    load_settings,
)
from shared.tenant_settings import EraserSettings, TenantSettings
from tests.certificates import certificate
from tests.paths import ROOT
from tests.unit.receipts import PRIVATE, PRIVATE_PEM, private_pem

GUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
OTHER = "3fa85f64-5717-4562-b3fc-2c963f66afa7"
KEY = base64.b64encode(b"k" * 32).decode()
SIGNING_KEY = base64.b64encode(PRIVATE_PEM).decode()
CANARY = "canary-value"
STATE_URIS = ("tableServiceUri", "queueServiceUri", "blobServiceUri")


def tenant(name: str, **more: str) -> dict[str, str]:
    values = {
        "TENANT_ID": GUID,
        "DOMAIN": f"{name}.onmicrosoft.com",
        "CLIENT_ID": GUID,
        "CLIENT_SECRET": "s3cret",
        "DATA_REGION": "eu",
        **more,
    }
    return {f"TENANTS__{name.upper()}__{key}": value for key, value in values.items()}


def environment(**more: str) -> dict[str, str]:
    return {
        **tenant("contoso"),
        "STATE__connectionString": "UseDevelopmentStorage=true",
        "EXPORTS__connectionString": "UseDevelopmentStorage=true",
        "HASH_KEY": KEY,
        "RECEIPTS__KEY": SIGNING_KEY,
        "LEGAL_TIME_ZONE": "Europe/Berlin",
        **more,
    }


def faults_of(environ: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsFault) as caught:
        load_settings(environ)
    return {fault.setting: fault.expected for fault in caught.value.faults}


def test_what_is_needed_is_enough() -> None:
    settings = load_settings(environment(PATH="/bin"))
    assert settings.tenants["contoso"].domain == "contoso.onmicrosoft.com"
    assert settings.replication_window == timedelta(minutes=5)
    assert settings.customer_bases() == (frozenset({"contoso"}),)


def test_every_fault_is_told_together_by_its_environment_name() -> None:
    faults = faults_of(
        environment(
            TENANTS__CONTOSO__TENANT_ID="x",
            REPLICATION_WINDOW="PT16M",
            LEGAL_TIME_ZONE="Mars/Olympus",
            HASH_KEY="short",
            GRAPH_URL="http://graph.example.com",
            CROSS_TENANT_MATCH="maybe",
        )
    )
    assert set(faults) == {
        "TENANTS__CONTOSO__TENANT_ID",
        "REPLICATION_WINDOW",
        "LEGAL_TIME_ZONE",
        "HASH_KEY",
        "GRAPH_URL",
        "CROSS_TENANT_MATCH",
    }


def test_nothing_set_names_what_is_required() -> None:
    assert set(faults_of({})) == {"TENANTS", "STATE", "EXPORTS", "HASH_KEY", "RECEIPTS", "LEGAL_TIME_ZONE"}


@pytest.mark.parametrize("name", sorted(environment()))
def test_no_fault_shows_a_value(name: str) -> None:
    broken = environment() | {name: f"@Microsoft.KeyVault({CANARY})", "REPLICATION_WINDOW": CANARY}
    with pytest.raises(SettingsFault) as caught:
        load_settings(broken)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.faults)
    assert CANARY not in told
    assert "s3cret" not in told
    assert any(fault.setting == name and "Key Vault" in fault.expected for fault in caught.value.faults)


def test_secrets_are_not_in_the_settings_text() -> None:
    assert "s3cret" not in repr(load_settings(environment()))
    assert KEY not in repr(load_settings(environment()))


def test_storage_is_reached_by_connection_string_or_by_identity_not_by_both_or_neither() -> None:
    uri = "https://state.table.core.windows.net"
    assert "STATE" in faults_of(environment(STATE__tableServiceUri=uri))
    without = environment()
    del without["STATE__connectionString"]
    assert set(faults_of(without | {"STATE__tableServiceUri": uri})) == {"STATE"}
    by_identity = without | {f"STATE__{name}": uri for name in STATE_URIS}
    for name in STATE_URIS:
        one_missing = {key: value for key, value in by_identity.items() if key != f"STATE__{name}"}
        assert set(faults_of(one_missing)) == {"STATE"}
    assert load_settings(by_identity).state.table_service_uri == uri


def test_links_join_tenants_into_customer_bases() -> None:
    environ = environment(
        **tenant("fabrikam", TENANT_ID=OTHER, LINKED_TO="contoso"),
        **tenant("litware", TENANT_ID=GUID[:-1] + "8"),
    )
    assert load_settings(environ).customer_bases() == (
        frozenset({"contoso", "fabrikam"}),
        frozenset({"litware"}),
    )


@pytest.mark.parametrize(
    ("more", "setting"),
    [
        (tenant("fabrikam", TENANT_ID=OTHER, LINKED_TO="nowhere"), "TENANTS__FABRIKAM__LINKED_TO"),
        (tenant("fabrikam", TENANT_ID=OTHER, LINKED_TO="fabrikam"), "TENANTS__FABRIKAM__LINKED_TO"),
        (tenant("fabrikam"), "TENANTS"),
        (tenant("fabrikam", TENANT_ID=OTHER, DATA_REGION="us"), "TENANTS"),
    ],
    ids=["unknown link", "link to itself", "same tenant twice", "two data regions"],
)
def test_tenants_that_do_not_fit_together_are_told(more: dict[str, str], setting: str) -> None:
    assert setting in faults_of(environment(**more))


CERTIFICATE = certificate()


def contoso(**given: str) -> dict[str, str]:
    """An environment whose tenant proves itself by what is given, and by no secret."""
    environ = environment(**{f"TENANTS__CONTOSO__{name}": value for name, value in given.items()})
    return {name: value for name, value in environ.items() if value != "s3cret"}


def test_a_tenant_s_certificate_is_read_once_and_not_shown() -> None:
    settings = load_settings(contoso(CLIENT_CERTIFICATE=CERTIFICATE.pkcs12()))
    held = settings.tenants["contoso"].client_certificate
    assert held is not None
    assert held.not_after == CERTIFICATE.certificate.not_valid_after_utc
    assert CERTIFICATE.key_pem.splitlines()[1] not in repr(settings)


SECOND = {"ERASER__CLIENT_ID": OTHER, "ERASER__CLIENT_SECRET": "second"}


@pytest.mark.parametrize(
    ("given", "setting", "told"),
    [
        ({}, "", "needs just one of CLIENT_SECRET, CLIENT_CERTIFICATE, MANAGED_IDENTITY_CLIENT_ID"),
        ({"CLIENT_SECRET": "a", "MANAGED_IDENTITY_CLIENT_ID": GUID}, "", "needs just one of"),
        ({"CLIENT_SECRET": "a", "CLIENT_CERTIFICATE": CERTIFICATE.pkcs12()}, "", "needs just one of"),
        ({"CLIENT_CERTIFICATE": CERTIFICATE.key_pem}, "__CLIENT_CERTIFICATE", "holds no certificate"),
        ({"CLIENT_CERTIFICATE": "@Microsoft.KeyVault(x)"}, "__CLIENT_CERTIFICATE", "not resolved"),
        ({"MANAGED_IDENTITY_CLIENT_ID": "x"}, "__MANAGED_IDENTITY_CLIENT_ID", "GUID"),
        ({"CLIENT_SECRET": "a", "ERASER__CLIENT_ID": OTHER}, "__ERASER", "needs just one of"),
        ({"CLIENT_SECRET": "a", "ERASER__CLIENT_SECRET": "b"}, "__ERASER__CLIENT_ID", "is required"),
        ({"CLIENT_SECRET": "a", **SECOND, "ERASER__CLIENT_ID": GUID}, "__ERASER__CLIENT_ID", "another"),
        ({"CLIENT_SECRET": "a", **SECOND, "DELETIONS": "none"}, "__ERASER", "DELETIONS is none"),
        ({"CLIENT_SECRET": "a", "DELETIONS": "never"}, "__DELETIONS", "'allow' or 'none'"),
    ],
)
def test_a_registration_has_one_proof_and_an_eraser_is_another(
    given: dict[str, str], setting: str, told: str
) -> None:
    faults = faults_of(contoso(**given))
    assert set(faults) == {f"TENANTS__CONTOSO{setting}"}
    assert told in faults[f"TENANTS__CONTOSO{setting}"]


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_cloud_has_its_own_addresses_until_others_stand_in_for_them(cloud: str) -> None:
    own = load_settings(environment(CLOUD=cloud)).endpoints()
    assert (own.login, own.graph) == (CLOUDS[cloud].login, CLOUDS[cloud].graph)
    local = {"GRAPH_URL": "http://127.0.0.1:1", "LOGIN_URL": "https://127.0.0.1:2"}
    instead = load_settings(environment(CLOUD=cloud, **local)).endpoints()
    assert (instead.login, instead.graph) == ("https://127.0.0.1:2", "http://127.0.0.1:1")
    assert instead.cloud == CLOUDS[cloud]


def test_audit_events_are_not_waited_for_where_the_cloud_gives_none() -> None:
    assert set(faults_of(environment(CLOUD="china", AUDIT_CHECK="wait"))) == {"AUDIT_CHECK"}
    assert load_settings(environment(CLOUD="us_gov", AUDIT_CHECK="wait")).audit_check == "wait"


@pytest.mark.parametrize("setting", ["GRAPH_URL", "LOGIN_URL"])
@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=CLOUDS)
def test_a_cloud_s_own_address_stands_in_for_no_other_cloud(cloud: Cloud, setting: str) -> None:
    address = cloud.graph if setting == "GRAPH_URL" else cloud.login
    assert set(faults_of(environment(**{setting: address}))) == {setting}


def test_two_data_regions_need_a_setting() -> None:
    more = tenant("fabrikam", TENANT_ID=OTHER, DATA_REGION="us")
    assert load_settings(environment(**more, MIXED_DATA_REGIONS="allow")).mixed_data_regions == "allow"


SIGN_IN = {
    "TENANT": "contoso",
    "PRODUCT": "b2c",
    "METADATA_URL": "https://contoso.b2clogin.com/contoso/b2c_1_a/v2.0/.well-known/openid-configuration",
    "ISSUER": f"https://contoso.b2clogin.com/{GUID}/v2.0/",
    "POLICY": "B2C_1_a",
    "AUDIENCES": "Api-One, api-two",
    "CLIENT_IDS": GUID,
}


def sign_in(name: str = "A", **changed: str | None) -> dict[str, str]:
    given = {**SIGN_IN, **changed}
    return {f"SIGN_INS__{name}__{key}": value for key, value in given.items() if value is not None}


def test_a_way_to_sign_in_is_read_with_its_audiences_as_they_stand() -> None:
    settings = load_settings(environment(**sign_in()))
    assert settings.sign_ins["a"].audiences == {"Api-One", "api-two"}
    assert settings.sign_ins["a"].issuer.endswith("/")


@pytest.mark.parametrize(
    ("more", "setting"),
    [
        (sign_in(TENANT="nowhere"), "SIGN_INS__A__TENANT"),
        (sign_in(POLICY=None), "SIGN_INS__A__POLICY"),
        (sign_in(PRODUCT="external_id"), "SIGN_INS__A__POLICY"),
        (sign_in(PRODUCT="external_id", POLICY=None, STEP_UP="policy"), "SIGN_INS__A__STEP_UP"),
        (sign_in(METADATA_URL="http://example.com"), "SIGN_INS__A__METADATA_URL"),
        (sign_in(AUDIENCES=" , "), "SIGN_INS__A__AUDIENCES"),
        (sign_in("A") | sign_in("B", POLICY="b2c_1_A"), "SIGN_INS"),
        ({"APP_AUTH": "token"}, "WORKFORCE"),
        ({"EASY_AUTH": "trust"}, "WORKFORCE"),
        ({"WORKFORCE__TENANT_ID": GUID}, "WORKFORCE__AUDIENCES"),
        ({"CALLER_LIMIT": "1"}, "CALLER_LIMIT"),
    ],
)
def test_ways_to_sign_in_that_cannot_be_are_told(more: dict[str, str], setting: str) -> None:
    assert setting in faults_of(environment(**more))


SECRET = f"whsec_{base64.b64encode(b's' * 24).decode()}"
MAIL = {
    "MAIL__ENDPOINT": "https://contoso.communication.azure.com",
    "MAIL__SENDER": "privacy@contoso.example",
    "MAIL__ACCESS_KEY": KEY,
    "PERSON_PAGE_URL": "https://contoso.example/privacy/",
}


def webhook(name: str = "A", **changed: str) -> dict[str, str]:
    given = {"URL": "https://contoso.example/hooks/", "SECRET": SECRET, **changed}
    return {f"WEBHOOKS__{name}__{key}": value for key, value in given.items()}


def test_webhooks_and_mail_are_read_and_their_secrets_not_shown() -> None:
    settings = load_settings(environment(**MAIL, **webhook(), **webhook("B", CLIENT_ID=GUID)))
    assert settings.webhooks["a"].secret.get_secret_value() == SECRET
    assert settings.mail is not None
    assert settings.mail.sender == "privacy@contoso.example"
    assert [one for one in (SECRET[6:], KEY) if one in repr(settings)] == []


def test_where_a_system_keeps_a_user_s_mailbox_is_no_setting_of_ours() -> None:
    assert load_settings(environment(MAIL="/var/mail/ada")).mail is None


@pytest.mark.parametrize(
    ("more", "setting"),
    [
        (webhook(URL="http://localhost/hook"), "WEBHOOKS__A__URL"),
        (webhook(URL="https://user:password@contoso.example/"), "WEBHOOKS__A__URL"),
        (webhook(URL="https://user@contoso.example/"), "WEBHOOKS__A__URL"),
        (webhook(URL="https://contoso.example/?token=1"), "WEBHOOKS__A__URL"),
        (webhook(URL="https://contoso.example/#there"), "WEBHOOKS__A__URL"),
        (webhook(URL="https://contoso.example:99999/"), "WEBHOOKS__A__URL"),
        (webhook(URL="https://contoso.example/a b"), "WEBHOOKS__A__URL"),
        (webhook(URL="https:///hook"), "WEBHOOKS__A__URL"),
        (webhook(SECRET=SECRET[6:]), "WEBHOOKS__A__SECRET"),
        (webhook(SECRET="whsec_" + base64.b64encode(b"s" * 23).decode()), "WEBHOOKS__A__SECRET"),
        (webhook(SECRET="whsec_" + base64.b64encode(b"s" * 65).decode()), "WEBHOOKS__A__SECRET"),
        (webhook(NEXT_SECRET="whsec_!"), "WEBHOOKS__A__NEXT_SECRET"),
        (webhook(NEXT_SECRET=SECRET), "WEBHOOKS__A__NEXT_SECRET"),
        (webhook(CLIENT_ID="shop"), "WEBHOOKS__A__CLIENT_ID"),
        (webhook("A") | webhook("B"), "WEBHOOKS"),
        (webhook("A", CLIENT_ID=GUID) | webhook("B", CLIENT_ID=GUID.upper()), "WEBHOOKS"),
        ({key: value for n in range(65) for key, value in webhook(f"A{n}").items()}, "WEBHOOKS"),
        (MAIL | {"MAIL__ENDPOINT": "http://contoso.example"}, "MAIL__ENDPOINT"),
        (MAIL | {"MAIL__SENDER": "contoso.example"}, "MAIL__SENDER"),
        (MAIL | {"MAIL__ACCESS_KEY": "no base64"}, "MAIL__ACCESS_KEY"),
        (MAIL | {"MAIL__CLIENT_ID": GUID}, "MAIL"),
        (MAIL | {"PERSON_PAGE_URL": "https://contoso.example/#there"}, "PERSON_PAGE_URL"),
        ({name: MAIL[name] for name in MAIL if name != "PERSON_PAGE_URL"}, "PERSON_PAGE_URL"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_webhooks_and_mail_that_cannot_be_are_told_without_their_values(
    more: dict[str, str], setting: str
) -> None:
    faults = faults_of(environment(**more))
    assert setting in faults
    told = " ".join(faults.values())
    assert [value for name, value in more.items() if "SECRET" in name and value in told] == []


VAULT_KEY = f"https://contoso.vault.azure.net/keys/receipts/{'0' * 32}"


@pytest.mark.parametrize(
    "written",
    [
        SIGNING_KEY,
        PRIVATE_PEM.decode(),
        PRIVATE_PEM.decode().replace("\n", "\\n"),
    ],
    ids=["base64", "lines", "escaped lines"],
)
def test_the_key_that_signs_receipts_is_taken_however_it_is_written(written: str) -> None:
    given = load_settings(environment(RECEIPTS__KEY=written)).receipts
    assert given.key is not None
    assert read_private_key(given.key.get_secret_value()).private_numbers() == PRIVATE.private_numbers()
    assert written not in repr(given)


def vault(**more: str) -> dict[str, str]:
    return {"RECEIPTS__KEY_ID": VAULT_KEY, **more}


def test_a_key_vault_may_hold_the_key_that_signs_receipts() -> None:
    environ = environment(**vault(RECEIPTS__CLIENT_ID=GUID))
    del environ["RECEIPTS__KEY"]
    assert load_settings(environ).receipts == ReceiptSettings(key_id=VAULT_KEY, client_id=GUID)


@pytest.mark.parametrize(
    ("more", "setting"),
    [
        ({"RECEIPTS__KEY": "no key"}, "RECEIPTS__KEY"),
        ({"RECEIPTS__KEY": base64.b64encode(private_pem(ec.SECP384R1())).decode()}, "RECEIPTS__KEY"),
        ({"RECEIPTS__KEY": base64.b64encode(b"secret" * 9).decode()}, "RECEIPTS__KEY"),
        (vault(), "RECEIPTS"),
        (vault(RECEIPTS__KEY_ID=VAULT_KEY.rpartition("/")[0]), "RECEIPTS__KEY_ID"),
        (vault(RECEIPTS__KEY_ID=VAULT_KEY[:-1]), "RECEIPTS__KEY_ID"),
        (vault(RECEIPTS__KEY_ID=VAULT_KEY.replace("https", "http")), "RECEIPTS__KEY_ID"),
        (vault(RECEIPTS__KEY_ID=VAULT_KEY.replace("keys", "secrets")), "RECEIPTS__KEY_ID"),
        ({"RECEIPTS__CLIENT_ID": GUID}, "RECEIPTS__CLIENT_ID"),
    ],
    ids=[
        "none",
        "curve",
        "no pem",
        "both",
        "no version",
        "short version",
        "no tls",
        "no key there",
        "client without vault",
    ],
)
def test_keys_for_receipts_that_cannot_be_are_told_without_their_values(
    more: dict[str, str], setting: str
) -> None:
    faults = faults_of(environment(**more))
    assert set(faults) == {setting}
    assert [value for value in more.values() if value in str(faults)] == []


def _upper(part: type[BaseModel]) -> tuple[str, ...]:
    return tuple(name.upper() for name in part.model_fields)


def _names() -> set[str]:
    nested = {
        "tenants": ("CONTOSO__", tuple(name for name in _upper(TenantSettings) if name != "ERASER")),
        "workforce": ("", _upper(WorkforceSettings)),
        "sign_ins": ("SIGNIN__", _upper(SignInSettings)),
        "webhooks": ("SHOP__", _upper(WebhookSettings)),
        "mail": ("", _upper(MailSettings)),
        "receipts": ("", _upper(ReceiptSettings)),
        "state": (
            "",
            ("connectionString", *STATE_URIS, "clientId", "credential"),
        ),
        "exports": ("", ("connectionString", "blobServiceUri", "clientId", "credential")),
    }
    names = {name.upper() for name in Settings.model_fields if name not in nested}
    for name, (prefix, parts) in nested.items():
        names |= {f"{name.upper()}__{prefix}{part}" for part in parts}
    return names | {f"TENANTS__CONTOSO__ERASER__{part}" for part in _upper(EraserSettings)}


HOSTS = {
    "FUNCTIONS_WORKER_RUNTIME",
    "AzureWebJobsStorage",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
}
"""Read by the Functions host."""


def test_sample_and_documentation_name_every_setting_and_no_other() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    assert set(sample) - HOSTS == _names()
    documented = (ROOT / "docs/settings.md").read_text()
    assert [name for name in _names() | HOSTS if f"`{name}`" not in documented] == []


def _deployed() -> set[str]:
    """The names of settings in infra; a tenant, a sign-in and a webhook have the names of the sample."""
    bicep = (ROOT / "infra/main.bicep").read_text() + (ROOT / "infra/modules/app-settings.bicep").read_text()
    for group, name in (("TENANTS", "CONTOSO"), ("SIGN_INS", "SIGNIN"), ("WEBHOOKS", "SHOP")):
        bicep = bicep.replace(f"{group}__${{toUpper(one.name)}}", f"{group}__{name}")
    keys = re.findall(r"^ +'?([A-Z]\w+)'?: ", bicep, re.MULTILINE)
    secret = re.findall(r"'((?:TENANTS|WEBHOOKS|MAIL)__\w+|HASH_KEY)'\]?", bicep)
    parameters = json.loads((ROOT / "infra/main.parameters.json").read_text())["parameters"]
    return {*keys, *secret, *parameters["settings"]["value"]}


def test_the_deployment_names_every_setting_and_no_other() -> None:
    by_identity = {"STATE__connectionString", "EXPORTS__connectionString", "RECEIPTS__KEY"}
    of_the_plan = {"FUNCTIONS_WORKER_RUNTIME"}  # Flex Consumption refuses it: functionAppConfig.runtime
    names = {re.sub(r"^AzureWebJobsStorage__\w+$", "AzureWebJobsStorage", name) for name in _deployed()}
    assert names == (_names() | HOSTS) - by_identity - of_the_plan


def test_the_sample_holds_no_secret() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    secret = [value for name, value in sample.items() if re.search("SECRET|_KEY$", name)]
    assert all(value.startswith("<") for value in secret)

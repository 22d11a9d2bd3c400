"""Settings from the environment. All faults are told together, by name and rule, never by value."""

import base64
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from shared.adapters.graph.calls import AUDITS_AS_TARGET
from shared.adapters.graph.clouds import CLOUDS
from shared.adapters.graph.endpoints import Endpoints
from shared.setting_forms import (
    AccessKey,
    Address,
    Audiences,
    FileName,
    Guid,
    IpRange,
    Issuer,
    MailAddress,
    Names,
    ObjectIds,
    Page,
    Policy,
    RuleBroken,
    Secret,
    SigningKeyPem,
    Text,
    VaultKey,
    WebhookAddress,
    WebhookSecret,
    Word,
    between,
    key,
    resolved,
    zone,
)
from shared.setting_parts import Fault as Fault  # told by whoever catches `SettingsFault`
from shared.setting_parts import Part
from shared.tenant_settings import TenantSettings, tenant_faults

MOST_SIGN_INS = 64
MOST_WEBHOOKS = 64
OPTIONAL_SECTIONS = frozenset({"extensions", "photo", "riskyuser", "riskdetections", "signins"})
"""Sections of an export that can be left out, in lower case."""


class SettingsFault(Exception):
    """Settings are missing or wrong; `faults` has all of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.setting} {fault.expected}" for fault in faults))
        self.faults = faults


class StorageSettings(Part):
    """How to reach a storage account; names as the Functions host spells them."""

    connection_string: Secret | None = Field(default=None, validation_alias="connectionstring")
    table_service_uri: Address | None = Field(default=None, validation_alias="tableserviceuri")
    queue_service_uri: Address | None = Field(default=None, validation_alias="queueserviceuri")
    blob_service_uri: Address | None = Field(default=None, validation_alias="blobserviceuri")
    client_id: Guid | None = Field(default=None, validation_alias="clientid")
    credential: Literal["managedidentity"] | None = None


class WorkforceSettings(Part):
    """The company's own Entra tenant, in which this API is registered; operators and apps have its tokens."""

    tenant_id: Guid
    audiences: Audiences


class SignInSettings(Part):
    """One way in which people sign in: a policy of a B2C tenant, or an External ID tenant."""

    tenant: Word
    product: Literal["b2c", "external_id"]
    metadata_url: Address
    issuer: Issuer
    policy: Policy | None = None
    audiences: Audiences
    client_ids: Audiences
    step_up: Literal["none", "policy", "mfa"] = "none"


class WebhookSettings(Part):
    """Where an app is told of its requests; without a client id, whoever made them."""

    url: WebhookAddress
    secret: WebhookSecret
    next_secret: WebhookSecret | None = None
    client_id: Guid | None = None


class ReceiptSettings(Part):
    """The key that signs receipts: itself, or where a Key Vault keeps it."""

    key: SigningKeyPem | None = None
    key_id: VaultKey | None = None
    client_id: Guid | None = None


class MailSettings(Part):
    """The resource of Azure Communication Services that sends e-mails to people, and in whose name."""

    endpoint: Address
    sender: MailAddress
    access_key: AccessKey | None = None
    client_id: Guid | None = None


class Settings(BaseSettings):
    """Everything that can be set; see docs/settings.md."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_nested_delimiter="__",
        hide_input_in_errors=True,
        enable_decoding=False,  # lists have commas between, they are no JSON
    )

    tenants: dict[str, TenantSettings]
    state: StorageSettings
    exports: StorageSettings
    receipts: ReceiptSettings
    hash_key: Annotated[SecretStr, BeforeValidator(key), BeforeValidator(resolved)]
    legal_time_zone: Annotated[ZoneInfo, BeforeValidator(zone), BeforeValidator(resolved)]
    replication_window: Annotated[
        timedelta,
        between(timedelta(milliseconds=1), timedelta(minutes=15), "must be more than zero, at most PT15M"),
    ] = timedelta(minutes=5)
    retry_budget: Annotated[
        timedelta, between(timedelta(minutes=1), timedelta(days=30), "must be PT1M to P30D")
    ] = timedelta(hours=24)
    export_patience: Annotated[
        timedelta, between(timedelta(minutes=1), timedelta(days=7), "must be PT1M to P7D")
    ] = timedelta(hours=1)
    retention_gdpr: Annotated[
        timedelta, between(timedelta(days=30), timedelta(days=3653), "must be P30D to P3653D")
    ] = timedelta(days=731)
    retention_ccpa: Annotated[
        timedelta,
        between(timedelta(days=731), timedelta(days=3653), "must be P731D (24 months, § 7101) to P3653D"),
    ] = timedelta(days=731)
    failed_keep: Annotated[
        timedelta, between(timedelta(days=1), timedelta(days=90), "must be P1D to P90D")
    ] = timedelta(days=30)
    archive_kept: Annotated[
        timedelta, between(timedelta(hours=1), timedelta(days=30), "must be PT1H to P30D")
    ] = timedelta(days=7)
    link_lifetime: Annotated[
        timedelta, between(timedelta(minutes=1), timedelta(days=1), "must be PT1M to P1D")
    ] = timedelta(minutes=15)
    link_ip_range: IpRange | None = None
    cross_tenant_match: Literal["ask", "accept"] = "ask"
    deletion_approval: Literal["none", "operator"] = "none"
    deletion_cooling_off: Annotated[
        timedelta, between(timedelta(), timedelta(days=30), "must be PT0S (none) to P30D")
    ] = timedelta()
    protected_accounts: ObjectIds = frozenset()
    protected_groups: ObjectIds = frozenset()
    purge: Literal["try", "wait"] = "try"
    audit_check: Literal["none", "wait"] = "none"
    audit_retention: Annotated[
        timedelta, between(timedelta(days=7), timedelta(days=90), "must be P7D to P90D")
    ] = timedelta(days=7)
    shared_issuers: Names = frozenset()
    mixed_data_regions: Literal["refuse", "allow"] = "refuse"
    optional_sections: Names = OPTIONAL_SECTIONS
    app_auth: Literal["key", "token", "key+token"] = "key"
    workforce: WorkforceSettings | None = None
    sign_ins: dict[str, SignInSettings] = Field(default_factory=dict)
    person_token_age: Annotated[
        timedelta, between(timedelta(minutes=5), timedelta(days=1), "must be PT5M to P1D")
    ] = timedelta(hours=1)
    easy_auth: Literal["ignore", "trust"] = "ignore"
    four_eyes: Literal["none", "deletions", "all"] = "none"
    export_every: Annotated[
        timedelta, between(timedelta(), timedelta(days=30), "must be PT0S (no limit) to P30D")
    ] = timedelta(hours=24)
    caller_limit: Annotated[int, Field(ge=20, le=1_000_000)] = 1200
    person_limit: Annotated[int, Field(ge=3, le=10_000)] = 30
    controller_name: Text = "the controller"
    controller_contact: Text | None = None
    supervisory_authority: Text | None = None
    webhooks: dict[str, WebhookSettings] = Field(default_factory=dict)
    mail: MailSettings | None = None
    person_page_url: Page | None = None
    graph_rate: Annotated[float, Field(ge=0.1, le=1000)] = 1.0
    max_instances: Annotated[int, Field(ge=1, le=1000)] = 1
    processing_information: FileName | None = None
    cloud: Literal["global", "us_gov", "us_dod", "china"] = "global"
    graph_url: Address | None = None
    login_url: Address | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings names the parameters
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` hands over: nothing reads the process environment behind its back."""
        return (init_settings,)

    def hash_key_bytes(self) -> bytes:
        """The key itself."""
        return base64.b64decode(self.hash_key.get_secret_value())

    def endpoints(self) -> Endpoints:
        """Where the cloud's login and Graph are, or what stands in for them."""
        cloud = CLOUDS[self.cloud]
        return Endpoints(self.login_url or cloud.login, self.graph_url or cloud.graph, cloud)

    def customer_bases(self) -> tuple[frozenset[str], ...]:
        """The sets of tenants that `LINKED_TO` joins, each tenant in exactly one."""
        bases: list[frozenset[str]] = []
        for name, tenant in sorted(self.tenants.items()):
            joined = frozenset({name, tenant.linked_to or name})
            touched = [base for base in bases if base & joined]
            bases = [base for base in bases if base not in touched] + [joined.union(*touched)]
        return tuple(sorted(bases, key=min))


_FOREIGN = frozenset({"mail"})
"""Systems set MAIL to where a user's mailbox is; ours are MAIL__ENDPOINT and so on."""


class _MappingSource(EnvSettingsSource):
    """Reads nested settings from a mapping in place of the process environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        given = {name.lower(): value for name, value in environ.items()}
        self._environ = {name: value for name, value in given.items() if name not in _FOREIGN}
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._environ


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`. Raises `SettingsFault` with every fault."""
    try:
        settings = Settings(**_MappingSource(environ)())
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise SettingsFault(tuple(_fault(detail) for detail in details)) from None
    if faults := tuple(_disagreements(settings)):
        raise SettingsFault(faults)
    return settings


def _disagreements(settings: Settings) -> Iterator[Fault]:
    yield from tenant_faults(settings.tenants)
    yield from _region_faults(settings)
    yield from _cloud_faults(settings)
    yield from _sign_in_faults(settings)
    yield from _webhook_faults(settings)
    yield from _mail_faults(settings)
    if not settings.optional_sections <= OPTIONAL_SECTIONS:
        yield Fault("OPTIONAL_SECTIONS", f"must be of: {', '.join(sorted(OPTIONAL_SECTIONS))}")
    if settings.workforce is None and (settings.app_auth != "key" or settings.easy_auth == "trust"):
        yield Fault("WORKFORCE", "is required where APP_AUTH asks for tokens or EASY_AUTH is trusted")
    yield from _receipt_faults(settings.receipts)
    yield from _storage_faults(
        "STATE", settings.state, ("tableServiceUri", "queueServiceUri", "blobServiceUri")
    )
    yield from _storage_faults("EXPORTS", settings.exports, ("blobServiceUri",))


def _region_faults(settings: Settings) -> Iterator[Fault]:
    regions = {tenant.data_region for tenant in settings.tenants.values()}
    if len(regions) > 1 and settings.mixed_data_regions == "refuse":
        yield Fault("TENANTS", "must have one DATA_REGION; MIXED_DATA_REGIONS=allow permits more")


def _cloud_faults(settings: Settings) -> Iterator[Fault]:
    own = {address for cloud in CLOUDS.values() for address in (cloud.login, cloud.graph)}
    for name, given in (("GRAPH_URL", settings.graph_url), ("LOGIN_URL", settings.login_url)):
        if given in own:
            yield Fault(name, "is for what stands in for a cloud; CLOUD names the cloud itself")
    if settings.audit_check == "wait" and AUDITS_AS_TARGET.name in CLOUDS[settings.cloud].lacks:
        yield Fault("AUDIT_CHECK", "must be none: this cloud's Graph gives no audit events")


def _sign_in_faults(settings: Settings) -> Iterator[Fault]:
    if len(settings.sign_ins) > MOST_SIGN_INS:
        yield Fault("SIGN_INS", f"must name at most {MOST_SIGN_INS} ways to sign in")
    for name, sign_in in settings.sign_ins.items():
        prefix = f"SIGN_INS__{name.upper()}"
        if sign_in.tenant not in settings.tenants:
            yield Fault(f"{prefix}__TENANT", "must be the name of a configured tenant, in lower case")
        if (sign_in.product == "b2c") != (sign_in.policy is not None):
            yield Fault(f"{prefix}__POLICY", "is required for b2c, and for b2c alone")
        if sign_in.product == "external_id" and sign_in.step_up == "policy":
            yield Fault(f"{prefix}__STEP_UP", "must be none or mfa: External ID has no policies")
    pairs = [(one.issuer, (one.policy or "").casefold()) for one in settings.sign_ins.values()]
    if len(set(pairs)) < len(pairs):
        yield Fault("SIGN_INS", "must not name the same ISSUER and POLICY twice")


def _webhook_faults(settings: Settings) -> Iterator[Fault]:
    if len(settings.webhooks) > MOST_WEBHOOKS:
        yield Fault("WEBHOOKS", f"must name at most {MOST_WEBHOOKS} webhooks")
    for name, webhook in settings.webhooks.items():
        if webhook.next_secret == webhook.secret:
            yield Fault(f"WEBHOOKS__{name.upper()}__NEXT_SECRET", "must not be SECRET again")
    clients = [webhook.client_id and webhook.client_id.lower() for webhook in settings.webhooks.values()]
    if len(set(clients)) < len(clients):
        yield Fault("WEBHOOKS", "must not name the same CLIENT_ID twice; one at most may be without")


def _mail_faults(settings: Settings) -> Iterator[Fault]:
    if settings.mail is None:
        return
    if settings.mail.access_key is not None and settings.mail.client_id is not None:
        yield Fault("MAIL", "needs either MAIL__ACCESS_KEY or an identity (MAIL__CLIENT_ID), not both")
    if settings.person_page_url is None:
        yield Fault("PERSON_PAGE_URL", "is required where MAIL is set")


def _receipt_faults(receipts: ReceiptSettings) -> Iterator[Fault]:
    if (receipts.key is None) == (receipts.key_id is None):
        yield Fault("RECEIPTS", "needs either RECEIPTS__KEY or RECEIPTS__KEY_ID")
    if receipts.client_id is not None and receipts.key_id is None:
        yield Fault("RECEIPTS__CLIENT_ID", "is for RECEIPTS__KEY_ID alone")


def _storage_faults(name: str, storage: StorageSettings, uris: tuple[str, ...]) -> Iterator[Fault]:
    given = {
        "tableServiceUri": storage.table_service_uri,
        "queueServiceUri": storage.queue_service_uri,
        "blobServiceUri": storage.blob_service_uri,
    }
    by_identity = [uri for uri in uris if given[uri]]
    if (storage.connection_string is None) != (len(by_identity) == len(uris)) or (
        storage.connection_string and by_identity
    ):
        wanted = " and ".join(f"{name}__{uri}" for uri in uris)
        yield Fault(name, f"needs either {name}__connectionString or {wanted}")


_SPELLING = {
    "connectionstring": "connectionString",
    "tableserviceuri": "tableServiceUri",
    "queueserviceuri": "queueServiceUri",
    "blobserviceuri": "blobServiceUri",
    "clientid": "clientId",
    "credential": "credential",
}
_NUMBERS = {"greater_than_equal": "ge", "less_than_equal": "le"}
_RULES = {"missing": "is required", "too_short": "must not be empty", "string_too_short": "must not be empty"}


def _fault(detail: ErrorDetails) -> Fault:
    name = "__".join(_SPELLING.get(str(part), str(part).upper()) for part in detail["loc"])
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, RuleBroken):
        return Fault(name, str(cause))
    if detail["type"].startswith("timedelta") or detail["type"] == "time_delta_parsing":
        return Fault(name, "must be an ISO 8601 duration such as PT5M")
    if detail["type"] == "literal_error":
        return Fault(name, f"must be {detail['ctx']['expected']}")
    if bound := _NUMBERS.get(detail["type"]):
        word = "at least" if bound == "ge" else "at most"
        return Fault(name, f"must be a number of {word} {detail['ctx'][bound]}")
    return Fault(name, _RULES.get(detail["type"], "is not valid"))

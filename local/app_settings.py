"""The app's settings on this machine, from what the simulator says of itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Json = Mapping[str, object]
FROM_ENVIRONMENT = {
    "LEGAL_TIME_ZONE": "Europe/Berlin",
    "REPLICATION_WINDOW": "PT2S",
    "CROSS_TENANT_MATCH": "accept",
    "CALLER_LIMIT": "1000000",
    "GRAPH_RATE": "1000",
}
"""Taken from the environment where they are set there."""
STORAGE = ("AzureWebJobsStorage", "STATE__connectionString", "EXPORTS__connectionString")
STEP_UP = {"B2C_1A_PRIVACY_MFA": "policy", None: "mfa"}
"""By policy; External ID has none."""


@dataclass(frozen=True)
class Keys:
    """What the data of a stack was written under."""

    hash_key: str
    receipts: str


def app_settings(graph: Json, storage: str, keys: Keys, environ: Mapping[str, str]) -> dict[str, str]:
    """App settings for a stack whose Graph is `graph`, as its ready line tells it."""
    settings = {
        "GRAPH_URL": str(graph["graph"]),
        "LOGIN_URL": str(graph["login"]),
        "HASH_KEY": keys.hash_key,
        "RECEIPTS__KEY": keys.receipts,
        "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "65536",
        **dict.fromkeys(STORAGE, storage),
        **{name: environ.get(name, value) for name, value in FROM_ENVIRONMENT.items()},
    }
    if "ca_file" in graph:
        settings["SSL_CERT_FILE"] = str(graph["ca_file"])
    first = None
    for tenant in objects_of(graph, "tenants"):
        settings |= _one_tenant(tenant, first)
        first = first or str(tenant["name"])
    return settings | _sign_in(object_of(graph, "sign_in"))


def notice_settings(inbox: Json) -> dict[str, str]:
    """Where the app sends e-mails and webhooks, as the inbox tells it; nothing where there is none."""
    if not inbox:
        return {}
    return {
        "MAIL__ENDPOINT": str(inbox["service"]),
        "MAIL__SENDER": "privacy@contoso.example",
        "MAIL__ACCESS_KEY": str(inbox["access_key"]),
        "PERSON_PAGE_URL": "https://contoso.example/privacy",
        "WEBHOOKS__LOCAL__URL": f"{inbox['service']}/webhooks/local",
        "WEBHOOKS__LOCAL__SECRET": str(inbox["secret"]),
    }


def object_of(holder: Json, name: str) -> Json:
    """The object of this name, an empty one where there is none."""
    value = holder.get(name)
    return value if isinstance(value, Mapping) else {}


def objects_of(holder: Json, name: str) -> Iterator[Json]:
    """The objects of the list of this name."""
    value = holder.get(name)
    yield from (one for one in (value if isinstance(value, list) else ()) if isinstance(one, Mapping))


def _one_tenant(tenant: Json, linked_to: str | None) -> dict[str, str]:
    prefix = f"TENANTS__{str(tenant['name']).upper()}__"
    names = ("tenant_id", "domain", "client_id", "client_secret")
    settings = {f"{prefix}{name.upper()}": str(tenant[name]) for name in names}
    settings[f"{prefix}DATA_REGION"] = "local"
    return settings | ({f"{prefix}LINKED_TO": linked_to} if linked_to else {})


def _sign_in(sign_in: Json) -> dict[str, str]:
    settings: dict[str, str] = {}
    if workforce := object_of(sign_in, "workforce"):
        settings["WORKFORCE__TENANT_ID"] = str(workforce["tenant_id"])
        settings["WORKFORCE__AUDIENCES"] = str(workforce["audience"])
    for number, way in enumerate(objects_of(sign_in, "people")):
        settings |= _one_way(f"SIGN_INS__WAY{number}__", way)
    return settings


def _one_way(prefix: str, way: Json) -> dict[str, str]:
    policy, client_ids = way["policy"], way["client_ids"]
    given = {
        "TENANT": way["tenant"],
        "PRODUCT": way["product"],
        "METADATA_URL": way["metadata"],
        "ISSUER": way["issuer"],
        "AUDIENCES": way["audience"],
        "CLIENT_IDS": ",".join(client_ids) if isinstance(client_ids, list) else "",
        "STEP_UP": STEP_UP.get(str(policy) if policy else None, "none"),
        **({"POLICY": policy} if policy else {}),
    }
    return {f"{prefix}{name}": str(value) for name, value in given.items()}

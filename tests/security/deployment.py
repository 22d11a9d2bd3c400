"""The app behind each way to authenticate apps, and everybody who may call it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from local.stack import StackOptions
from shared.gate import AppAuth
from tests.running import RunningStack, Simulator, started_stack

SETTINGS = {
    "REPLICATION_WINDOW": "PT0.5S",
    "LOG_LEVEL": "DEBUG",
    "PERSON_LIMIT": "10000",
    "EXPORT_EVERY": "PT0S",
}
"""Limits have tests of their own; here they would only get in the way."""
B2C, CUSTOM, EXTERNAL = "B2C user flow", "B2C custom policy", "External ID"
WAYS: Mapping[str, Mapping[str, object]] = {
    B2C: {"product": "b2c", "policy": "B2C_1_signin"},
    CUSTOM: {"product": "b2c", "policy": "B2C_1A_PRIVACY_MFA"},
    EXTERNAL: {"product": "external_id"},
}
"""How people sign in: what to ask the simulator for."""
Headers = Mapping[str, str]


def bearer(token: str) -> Headers:
    """The header that shows a token."""
    return {"authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Tokens:
    """Whoever may call, as the simulator's login endpoint would let them."""

    simulator: Simulator

    def made(self, kind: str, **asked: object) -> str:
        """Any token; docs/local.md has the fields."""
        return str(self.simulator.ask("POST", "tokens", kind=kind, **asked).json()["token"])

    def access(self, object_id: str, way: str = B2C, tenant: str = "contoso", /, **changed: object) -> str:
        """An access token of a person."""
        return self.made("person_access", tenant=tenant, object_id=object_id, **WAYS[way], **changed)

    def identity(
        self, object_id: str, way: str = CUSTOM, tenant: str = "contoso", /, **changed: object
    ) -> str:
        """An ID token of a person; what is asked for in `claims` is laid over."""
        return self.made("person_id", tenant=tenant, object_id=object_id, **WAYS[way], **changed)

    def app(self, name: str = "submitter") -> Headers:
        """An app: submitter, exporter, deleter, stranger."""
        return bearer(self.made("app", client=name))

    def operator(self, name: str = "olga") -> Headers:
        """Staff: olga and otto operate, rita reads, nils has no role."""
        return bearer(self.made("operator", operator=name))


@dataclass(frozen=True)
class Deployment:
    """A host for each value of APP_AUTH, on one storage and one simulator. Calls to `hosts` show no key."""

    running: RunningStack
    hosts: Mapping[AppAuth, httpx.Client]

    @property
    def graph(self) -> Simulator:
        return self.running.graph

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.running.graph)

    @property
    def key(self) -> Headers:
        """The function key."""
        return {"x-functions-key": self.running.ready.function_key}


def log_of(app_auth: AppAuth) -> str:
    """The name of the log of the host for this value, unless it is the first."""
    return f"host of {app_auth}"


@contextmanager
def deployed(folder: Path, *app_auths: AppAuth, **settings: str) -> Iterator[Deployment]:
    """Such a deployment; the first of `app_auths` is the first host's."""
    first, *others = app_auths
    options = StackOptions(tenants=3, users=12, data_dir=folder)
    with ExitStack() as exits:
        running = exits.enter_context(started_stack(options, **SETTINGS, **settings, APP_AUTH=first))
        urls = {first: running.ready.app}
        for other in others:
            urls[other] = running.processes.start_host(log_of(other), APP_AUTH=other)
        hosts = {name: exits.enter_context(client(url)) for name, url in urls.items()}
        yield Deployment(running, hosts)


def client(url: str, shown: Headers | None = None) -> httpx.Client:
    """Calls the app, and shows nothing unless it is told to."""
    return httpx.Client(base_url=url, headers=shown, timeout=30, trust_env=False)

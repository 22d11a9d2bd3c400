"""Real processes as tests see them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from local.child import Child, Command, python
from local.client import AppClient, client_for
from local.graph.certificate import write_certificate
from local.graph.directory import ALL_ROLES
from local.stack import Ready, Stack, StackOptions, running_stack
from shared.domain.ports import Mail

Json = Mapping[str, object]
PATIENCE = 30.0


@dataclass(frozen=True)
class Simulator:
    """The Graph simulator: `ready` is what it printed, `control` speaks to it without a token."""

    ready: Json
    control: httpx.Client

    @property
    def url(self) -> str:
        return str(self.ready["graph"])

    @property
    def login(self) -> str:
        return str(self.ready["login"])

    @property
    def tenants(self) -> tuple[dict[str, str], ...]:
        """Registrations: name, tenant_id, domain, client_id, client_secret."""
        tenants = self.ready["tenants"]
        assert isinstance(tenants, list)
        return tuple(tenants)

    @property
    def identity(self) -> dict[str, str]:
        """A managed identity: endpoint, header, client_id, principal_id, tenant_id, and the login's root."""
        identity = self.ready["identity"]
        assert isinstance(identity, dict)
        return identity

    def administrator(self, tenant: str = "contoso", roles: Sequence[str] | None = None) -> httpx.Client:
        """Graph for somebody who may register applications and consent, or what `roles` say."""
        asked = {"tenant": tenant, **({"roles": list(roles)} if roles is not None else {})}
        token = self.ask("POST", "administrators", **asked).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        return httpx.Client(base_url=f"{self.url}/v1.0", headers=headers, trust_env=False)

    def reset(self) -> None:
        """No faults, quotas, lag or empty pages; roles, login, clock, secrets right; nothing remembered."""
        self.ask("DELETE", "faults")
        self.ask("POST", "quotas", on=False)
        self.ask("POST", "lag", seconds=0)
        self.ask("POST", "clock", ahead=0)
        self.ask("DELETE", "secrets")
        self.ask("DELETE", "calls")
        self.ask("DELETE", "writes")
        self.ask("DELETE", "roles")
        self.ask("DELETE", "login")
        self.ask("POST", "audit-pages", empty_page_at=None)
        self.ask("POST", "licence", premium=False)
        self.ask("POST", "rank", outranks=False)

    def ask(self, method: str, what: str, /, **body: object) -> httpx.Response:
        """A call to the control address that must succeed."""
        return self.control.request(method, f"/_control/{what}", json=body).raise_for_status()

    def fault(self, kind: str, /, **more: object) -> None:
        """The next matching call fails; docs/local.md has the kinds, and what narrows them."""
        self.ask("POST", "faults", fault=kind, **more)

    def struck(self) -> list[int]:
        """How often each fault has struck, in the order in which they were asked for."""
        return [int(fault["struck"]) for fault in self.ask("GET", "faults").json()]

    def add_user(self, tenant: str = "contoso", **properties: object) -> str:
        """A new user's object id; `audit_events` says how many events concern them."""
        return str(self.ask("POST", "users", tenant=tenant, **properties).json()["object_id"])

    def add_person(self, tenant: str = "contoso", **properties: object) -> tuple[str, str]:
        """A new user who signs in with an address of their own: object id and address."""
        address = f"person.{uuid4().hex[:10]}@example.com"
        issuer = next(one["domain"] for one in self.tenants if one["name"] == tenant)
        identity = {"signInType": "emailAddress", "issuer": issuer, "issuerAssignedId": address}
        return self.add_user(tenant, identities=[identity], **properties), address

    def add(self, tenant: str, body: Json) -> None:
        """A user as the body has it, whatever its texts are."""
        self._send("users", {"tenant": tenant, **body})

    def note_events(self, tenant: str, events: Sequence[Json]) -> None:
        """Audit events as they are."""
        self._send("events", {"tenant": tenant, "events": events})

    def withhold(self, tenant: str, roles: frozenset[str]) -> None:
        """Later tokens of the tenant carry all roles but these."""
        self.ask("POST", "roles", tenant=tenant, roles=sorted(set(ALL_ROLES) - roles))

    def _send(self, what: str, body: Json) -> None:
        # Escaped: half of a pair of surrogates has no bytes in UTF-8, which httpx would write.
        self.control.post(f"/_control/{what}", content=json.dumps(body)).raise_for_status()

    def state(self, tenant: str, object_id: str) -> str:
        """active, soft_deleted, gone or unknown."""
        return str(self.ask("GET", f"users/{tenant}/{object_id}").json()["state"])

    def event_ids(self, tenant: str, object_id: str) -> list[str]:
        """The ids of all events that concern a user, sorted."""
        ids: list[str] = self.ask("GET", f"events/{tenant}/{object_id}").json()["ids"]
        return ids

    def calls(self) -> list[dict[str, object]]:
        """Method, path and status of the calls since the last reset, oldest first."""
        calls: list[dict[str, object]] = self.ask("GET", "calls").json()
        return calls

    def writes(self) -> list[dict[str, Any]]:
        """Tenant, method, path, object id and body of every write that took effect since the last reset."""
        writes: list[dict[str, Any]] = self.ask("GET", "writes").json()
        return writes

    def everybody(self) -> dict[tuple[str, str], Json]:
        """State and user of all who are there or in a recycle bin, by tenant and object id."""
        shown = self.ask("GET", "everybody").json()
        return {(one["tenant"], one["user"]["id"]): one for one in shown}

    def change(self, tenant: str, object_id: str, **properties: object) -> None:
        """Somebody else has given a user other values."""
        self.ask("POST", "changes", tenant=tenant, object_id=object_id, **properties)

    def add_group(self, tenant: str = "contoso", **properties: object) -> dict[str, str | bool]:
        """A group as users' `memberOf` shows it; `memberOf` says what it is in itself."""
        group: dict[str, str | bool] = self.ask("POST", "groups", tenant=tenant, **properties).json()
        return group


def _control(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=30, trust_env=False)


@contextmanager
def started_simulator(folder: Path, *arguments: str) -> Iterator[Simulator]:
    """A simulator in a process of its own."""
    command = python("local.graph", "--state-dir", str(folder), "--follow-parent", *arguments)
    with Child(Command("graph", command, folder / "graph.log", {})) as child:
        ready = child.ready(PATIENCE)
        with _control(str(ready["graph"])) as control:
            yield Simulator(ready, control)


@dataclass(frozen=True)
class Inbox:
    """The simulated mail service and webhook receiver: where they are, and what came."""

    ready: Mapping[str, str]
    ca_file: Path
    control: httpx.Client

    def reset(self) -> None:
        """Nothing has come, and nothing but the usual is answered."""
        self.ask("DELETE", "mails")
        self.ask("DELETE", "webhooks")

    def ask(self, method: str, what: str, /, **body: object) -> httpx.Response:
        """A call to the control address that must succeed."""
        return self.control.request(method, f"/_control/{what}", json=body).raise_for_status()

    def mails(self) -> list["CameMail"]:
        """The mails, oldest first."""
        return [_came(kept["mail"]) for kept in self.ask("GET", "mails").json()]

    def calls(self) -> list["CameCall"]:
        """The genuine webhooks, oldest first."""
        return [CameCall(**call) for call in self.ask("GET", "webhooks").json()]


@dataclass(frozen=True)
class CameMail:
    """A mail as the service was given it."""

    address: str
    mail: Mail
    tracked: bool


@dataclass(frozen=True)
class CameCall:
    """A webhook as it was received."""

    name: str
    headers: Mapping[str, str]
    body: str


def _came(message: Mapping[str, Any]) -> CameMail:
    content = message["content"]
    address = message["recipients"]["to"][0]["address"]
    tracked = not message["userEngagementTrackingDisabled"]
    return CameMail(address, Mail(content["subject"], content["plainText"]), tracked)


@contextmanager
def started_inbox(folder: Path) -> Iterator[Inbox]:
    """An inbox in a process of its own, under a certificate of its own."""
    certificate, key = write_certificate(folder)
    command = python("local.inbox", f"--certificate={certificate}", f"--key={key}", "--follow-parent")
    with Child(Command("inbox", command, folder / "inbox.log", {})) as child:
        ready = {name: str(value) for name, value in child.ready(PATIENCE).items()}
        with _control(ready["page"]) as control:
            yield Inbox(ready, certificate, control)


@contextmanager
def inbox_of(ready: Ready) -> Iterator[Inbox]:
    """The inbox of a running stack."""
    with _control(ready.inbox) as control:
        yield Inbox({}, Path(ready.ca_file), control)


def settings_of(pid: int) -> dict[str, str]:
    """The environment that a process was started with."""
    lines = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(line.split("=", 1) for line in lines if "=" in line)


@dataclass(frozen=True)
class RunningStack:
    """The app in the embedded host, its simulator, and the folder with the logs."""

    ready: Ready
    app: AppClient
    graph: Simulator
    folder: Path
    processes: Stack

    def log_text(self, host: str = "host") -> str:
        """What a host has logged so far, standard error included."""
        return (self.folder / f"{host}.log").read_text()


@contextmanager
def started_stack(options: StackOptions, **settings: str) -> Iterator[RunningStack]:
    """The whole stack; `settings` of the app are beside, or in place of, the usual ones."""
    assert options.data_dir is not None
    started = running_stack(replace(options, settings=settings))
    with started as (processes, ready), _control(ready.graph) as control:
        app = client_for(ready.app, ready.function_key)
        yield RunningStack(ready, app, Simulator(_about(ready), control), options.data_dir, processes)
        app.http.close()


def _about(ready: Ready) -> Json:
    """What the simulator said of itself, as far as tests ask."""
    told = {"graph": ready.graph, "login": ready.login, "ca_file": ready.ca_file, "sign_in": ready.sign_in}
    return {**told, "tenants": _tenants(ready), "identity": ready.identity}


def _tenants(ready: Ready) -> list[dict[str, str]]:
    names = dict.fromkeys(str(user["tenant"]) for user in ready.sample_users)
    return [{"name": name, "domain": f"{name}.onmicrosoft.com"} for name in names]

"""One deletion with the real adapter for Graph before the simulator; storage in memory, time as one likes.

Around whoever is to be deleted stand people who are easily taken for them. Afterwards the simulator itself
says who was written to, and who is not as before.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from delete_function.guard_rails import GuardRails
from delete_function.guarding import Policy
from local.graph.directory import ALL_ROLES
from shared.adapters.graph.calls import Principal
from shared.adapters.graph.credentials import ClientSecret, Registration
from shared.adapters.graph.directory import GraphDirectory, graph_directory
from shared.adapters.graph.endpoints import Endpoints
from shared.domain.callers import Operator
from shared.domain.holds import Answer, Basis, Hold
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject, UserNameSubject
from shared.domain.topology import CrossTenantMatch, Topology
from tests.fakes import FakeClock
from tests.local.graph_client import graph_client
from tests.running import Json, Simulator, started_simulator
from tests.unit.test_upkeep import pass_time
from tests.unit.world import World

LAG = timedelta(minutes=2)
"""Less than the replication window that the app reckons with."""
OPERATOR = Operator("operator", may_act=True)
GOOGLE = "google.com"
WORDS = {
    ("PATCH", "users", False): "disable",
    ("PATCH", "users", True): "enable",
    ("POST", "users", None): "revoke",
    ("DELETE", "users", None): "delete",
    ("POST", "directory", None): "restore",
    ("DELETE", "directory", None): "purge",
}
"""The simulator's writes in one word each: by method, the path's first part, and who may sign in by it."""
TRUE_OF = {
    Outcome.SOFT_DELETED: "soft_deleted",
    Outcome.ALREADY_SOFT_DELETED: "soft_deleted",
    Outcome.PURGED: "gone",
    Outcome.ALREADY_GONE: "gone",
}
"""What the directory must hold where this is said; anything else leaves the account among the users."""


class Replicas(FakeClock):
    """Time, and with it the simulator's replicas: with `lags`, reads are behind by up to `LAG`."""

    def __init__(self, graph: Simulator) -> None:
        super().__init__(datetime.now(UTC))
        self._graph = graph
        self._behind: timedelta | None = None

    def lag(self) -> None:
        """From now on."""
        self._behind = timedelta()
        self._graph.ask("POST", "lag", seconds=3600)

    async def sleep(self, duration: timedelta) -> None:
        await super().sleep(duration)
        if self._behind is not None:
            self._behind += duration
            if self._behind >= LAG:
                self._graph.ask("POST", "lag", seconds=0)
                self.lag()


@dataclass(frozen=True)
class Person:
    """Somebody in a tenant."""

    tenant: str
    object_id: str


@dataclass
class Scene:
    """`tag` is in all names of this scene; `people` by what the case calls them."""

    graph: Simulator
    world: World
    clock: Replicas
    tag: str = field(default_factory=lambda: uuid4().hex[:10])
    people: dict[str, Person] = field(default_factory=dict)
    others_changed: set[str] = field(default_factory=set)
    before: Mapping[tuple[str, str], Json] = field(default_factory=dict)
    request_id: str = ""
    group: str = ""

    @property
    def address(self) -> str:
        return f"kim.{self.tag}@example.com"

    @property
    def user_name(self) -> str:
        return f"kim.{self.tag}"

    def domain(self, tenant: str) -> str:
        return self.world.topology.domains[tenant]

    def email(self, tenant: str, address: str = "") -> Json:
        return identity("emailAddress", self.domain(tenant), address or self.address)

    def add(self, name: str, tenant: str, **properties: object) -> None:
        self.people[name] = Person(tenant, self.graph.add_user(tenant, **properties))

    def later(self) -> str:
        """A moment after the request, as Graph writes it."""
        return f"{self.clock.now() + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"

    def add_homonyms(self) -> None:
        """In every tenant: the same name, address or user name, but nobody whom the request is about."""
        for tenant in self.world.topology.domains:
            of = {"displayName": "Kim", "mail": self.address, "otherMails": [self.address]}
            domain = self.domain(tenant)
            for kind, issuer in (("userName", domain), ("federated", domain), ("federated", GOOGLE)):
                own = identity(kind, issuer, self.address)
                self.add(f"{kind} of {issuer} in {tenant}", tenant, identities=[own], **of)
        for tenant, names in (("fabrikam", ()), ("litware", (self.email("litware"),))):
            own = identity("userName", self.domain(tenant), self.user_name)
            principal = f"{self.user_name}@{self.domain(tenant)}"
            self.add(f"{tenant} namesake", tenant, identities=[own, *names], userPrincipalName=principal)

    def by_address(self) -> Subject:
        return EmailSubject(self.address)

    def by_id(self, name: str = "kim", tenant: str = "") -> Subject:
        person = self.people[name]
        return ObjectIdSubject(tenant or person.tenant, person.object_id)

    def by_user_name(self) -> Subject:
        return UserNameSubject("contoso", self.user_name)

    def match(self, match: CrossTenantMatch) -> None:
        """What settings say of a match in a linked tenant."""
        self.world.topology = replace(self.world.topology, cross_tenant_match=match)
        self.world.wire()

    def keep(self, rails: GuardRails) -> None:
        """Accounts and groups that settings protect."""
        self.world.policy = Policy(guard_rails=rails)
        self.world.wire()

    async def withhold(self, *roles: str, instead: tuple[str, ...] = ()) -> None:
        """The app's registration in Contoso lacks these permissions from now on."""
        given = {*ALL_ROLES, *instead} - {*roles}
        self.graph.ask("POST", "roles", tenant="contoso", roles=sorted(given))
        await self.forget_tokens()

    async def grant_all(self) -> None:
        self.graph.ask("DELETE", "roles")
        await self.forget_tokens()

    async def forget_tokens(self) -> None:
        """Later calls ask for new ones, with what the registration may then."""
        for directory in self.world.directories.values():
            assert isinstance(directory, GraphDirectory)
            await directory.close()

    async def accept(self, subject: Subject) -> None:
        """From here on everything is watched."""
        self.graph.ask("DELETE", "writes")
        self.before = self.graph.everybody()
        self.request_id = (await self.world.accept(Kind.DELETION, subject)).request.id

    async def settle(self) -> None:
        await self.world.settle(self.request_id)

    async def until(self, step: str) -> None:
        """Up to this step and no further: the worker vanishes."""
        await self.world.settle_until(self.request_id, step)
        assert step in (await self.request()).done

    async def days(self, days: float) -> None:
        """Let them pass here and in the recycle bins."""
        for name, person in self.people.items():
            if self.graph.state(person.tenant, person.object_id) == "soft_deleted":
                self.others_changed.add(name)
                self.graph.ask(
                    "POST", "recycled", tenant=person.tenant, object_id=person.object_id, days=days
                )
        await pass_time(self.world, timedelta(days=days, hours=6), timedelta(hours=6))

    async def hours(self, hours: float) -> None:
        await pass_time(self.world, timedelta(hours=hours), timedelta(minutes=5))

    async def hold(self, name: str = "kim") -> Answer:
        """An operator says that the account must be kept."""
        now, person = self.clock.now(), self.people[name]
        hold = Hold(Basis.CLAIMS, "Art. 17(3)(e)", now + timedelta(days=90), now, "operator")
        return await self.world.holds.place(person.tenant, person.object_id, hold)

    async def lift(self, name: str = "kim") -> None:
        await self.world.holds.lift(self.people[name].tenant, self.people[name].object_id)

    async def approve(self) -> None:
        await self.world.decisions.approve(self.request_id, OPERATOR)

    async def cancel(self) -> None:
        await self.world.decisions.cancel(self.request_id, "submitter")

    async def refuse(self) -> None:
        await self.world.decisions.refuse(self.request_id, "operator", "identity_in_doubt")

    async def close(self) -> None:
        await self.world.decisions.close(self.request_id, "operator")

    def changed(self, name: str, **properties: object) -> None:
        """Somebody else writes to an account."""
        self.others_changed.add(name)
        self.graph.change(self.people[name].tenant, self.people[name].object_id, **properties)

    def swapped(self, one: str, other: str) -> None:
        """Two accounts have each other's sign-ins."""
        first, second = (self.held(name)["identities"] for name in (one, other))
        self.changed(one, identities=second)
        self.changed(other, identities=first)

    def act(self, method: str, path: str, name: str = "kim") -> None:
        """Somebody else calls Graph; the simulator counts their writes as well."""
        person = self.people[name]
        with graph_client(self.graph, person.tenant) as http:
            http.request(method, path.format(person.object_id)).raise_for_status()

    def held(self, name: str) -> Json:
        """All that the directory holds on an account."""
        held = self.graph.everybody()[self.people[name].tenant, self.people[name].object_id]["user"]
        assert isinstance(held, dict)
        return held

    async def request(self) -> PrivacyRequest:
        return await self.world.request(self.request_id)

    def written(self) -> dict[str, tuple[str, ...]]:
        """What was done to whom, in order, repetitions once; strangers by their object id."""
        done: dict[str, tuple[str, ...]] = {}
        for write in self.graph.writes():
            before = done.get(name := self.name_of(write["tenant"], write["object_id"]), ())
            enabled = write.get("body", {}).get("accountEnabled")
            word = WORDS[write["method"], write["path"].partition("/")[0], enabled]
            done[name] = before if before[-1:] == (word,) else (*before, word)
        return done

    def name_of(self, tenant: str, object_id: str) -> str:
        """What the case calls them; the object id of strangers."""
        whom = Person(tenant, object_id)
        return next((name for name, person in self.people.items() if person == whom), object_id)

    def not_as_before(self) -> set[str]:
        """Everybody of whom anything is different now; strangers by their object id."""
        now = self.graph.everybody()
        different = {one for one in {*now, *self.before} if now.get(one) != self.before.get(one)}
        return {self.name_of(*one) for one in different}

    def last_reads(self, object_id: str) -> list[object]:
        """What the last four reads of an account were answered."""
        calls = [call for call in self.graph.calls() if object_id in str(call["path"])]
        return [call["status"] for call in calls if call["method"] == "GET"][-4:]

    async def check_truth(self) -> None:
        """Nobody but those written to has changed, and no outcome says more than the directory holds."""
        assert self.not_as_before() <= {*self.written(), *self.others_changed}
        request = await self.request()
        for name, person in self.people.items():
            if name.startswith("kim"):
                outcome = request.outcome(person.tenant)
                if outcome is Outcome.PURGED:
                    assert self.last_reads(person.object_id) == [404] * 4, "read back twice, in both places"
                state = self.graph.state(person.tenant, person.object_id)
                assert outcome is None or state == TRUE_OF.get(outcome, "active"), (name, outcome, state)


def identity(kind: str, issuer: str, name: str) -> Json:
    """A way to sign in, as Graph writes it."""
    return {"signInType": kind, "issuer": issuer, "issuerAssignedId": name}


@asynccontextmanager
async def scene_of(graph: Simulator) -> AsyncIterator[Scene]:
    """Contoso and Fabrikam are one customer base, Litware is another."""
    graph.reset()
    clock = Replicas(graph)
    domains = {one["name"]: one["domain"] for one in graph.tenants}
    bases = (frozenset({"contoso", "fabrikam"}), frozenset({"litware"}))
    topology = Topology(domains, bases, CrossTenantMatch.ACCEPT, frozenset({GOOGLE}))
    real = {one["name"]: _directory(graph, one, clock) for one in graph.tenants}
    try:
        yield Scene(graph, World(topology, clock, directories=real), clock)
    finally:
        for directory in real.values():
            await directory.close()


def _directory(graph: Simulator, one: Mapping[str, str], clock: FakeClock) -> GraphDirectory:
    registration = Registration(one["tenant_id"], one["client_id"], ClientSecret(one["client_secret"]))
    return graph_directory(dict.fromkeys(Principal, registration), Endpoints(graph.login, graph.url), clock)


@contextmanager
def three_tenants(folder: Path) -> Iterator[Simulator]:
    """A simulator whose login endpoint this process trusts."""
    with (
        started_simulator(folder, "--tenants", "3", "--users", "3") as graph,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("SSL_CERT_FILE", str(graph.ready["ca_file"]))
        yield graph

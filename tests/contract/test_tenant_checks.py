"""What the checks of a tenant find: before a sound simulator, and with each fault."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from local.graph.directory import ALL_ROLES
from shared.adapters.clock import SystemClock
from shared.adapters.graph.calls import Principal
from shared.adapters.graph.certificates import read_certificate
from shared.adapters.graph.check_requests import BEGINNING, SHOWN_AS, THROW_AWAY_NAME, fresh_name
from shared.adapters.graph.credentials import ClientSecret, Proof, Registration
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.probe import TenantToCheck
from shared.adapters.graph.tenant_checks import GraphTenantChecks
from shared.domain.checks.check import Check, Finding, Name, examine
from shared.domain.checks.reason import Found, Result
from shared.domain.ports import Clock
from tests.certificates import certificate
from tests.fakes import FakeClock, ListLog
from tests.running import Simulator
from tests.unit.graph_answers import SDK_WARNS

pytestmark = SDK_WARNS
MAKES = "User.ReadWrite.All"
NOT_A_SECRET = "kanarienvogel-not-the-secret"
JUST_NOW = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class Tenant:
    """A tenant of the simulator, as settings would have it."""

    simulator: Simulator
    name: str = "contoso"
    changed: dict[str, str] = field(default_factory=dict)
    proof: Proof | None = None
    deletes: bool = True
    eraser: str = ""
    clock: Clock = field(default_factory=SystemClock)
    known: frozenset[str] = frozenset()

    @property
    def given(self) -> dict[str, str]:
        return {**next(one for one in self.simulator.tenants if one["name"] == self.name), **self.changed}

    def checks(self) -> GraphTenantChecks:
        given, urls = self.given, {"login": self.simulator.login, "graph": self.simulator.url, **self.changed}
        proof = self.proof or ClientSecret(given["client_secret"])
        registration = Registration(given["tenant_id"], given["client_id"], proof)
        principals = list(Principal) if self.deletes else [Principal.READER]
        endpoints = Endpoints(urls["login"], urls["graph"])
        registrations = dict.fromkeys(principals, registration)
        if self.eraser:
            registrations[Principal.ERASER] = replace(registration, client_id=self.eraser)
        tenant = TenantToCheck(self.name, given["domain"], registrations, endpoints)
        return GraphTenantChecks(tenant, self.clock)

    async def read(self) -> dict[str, Sequence[Found]]:
        """What the checks find that change nothing."""
        checks = self.checks()
        return await self._found(checks, checks.reading())

    async def write(self) -> Sequence[Found]:
        """What the check finds that makes a user."""
        checks = self.checks()
        return (await self._found(checks, checks.writing()))["hard-delete"]

    async def _found(self, checks: GraphTenantChecks, asked: Sequence[Check]) -> dict[str, Sequence[Found]]:
        log, answers = ListLog(), dict[str, Sequence[Found]]()
        try:
            findings: Sequence[Finding] = await examine(asked, log)
        finally:
            await checks.close()
        assert log.lines == [], "no check has failed in itself"
        for finding in findings:
            name = str(finding.check.name)
            answers[name] = (*answers.get(name, ()), finding.found)
        return answers


def codes(answers: Mapping[str, Sequence[Found]]) -> dict[str, list[str]]:
    return {name: [one.code for one in found] for name, found in answers.items()}


@pytest.fixture
def tenant(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setenv("SSL_CERT_FILE", str(simulator.ready["ca_file"]))
    return Tenant(simulator, known=frozenset(one for _, one in simulator.everybody()))


SOUND = {
    "sign-in": ["signed_in"],
    "credential": ["secret_good"],
    "permissions": ["permitted"],
    "clock": ["clock_right"],
    "users": ["reads"],
    "domain": ["domain_right"],
    "attributes": ["attributes_known"],
    "audits": ["filters_taken", "or_refused"],
    "deleted": ["lists_deleted"],
    "sign-ins": ["no_sign_ins"],
    "risk": ["risk_listed"],
}


async def test_a_sound_tenant_has_every_check_pass_and_nothing_is_written(tenant: Tenant) -> None:
    answers = await tenant.read()
    assert codes(answers) == SOUND
    assert {one.result for found in answers.values() for one in found} == {Result.OK}
    assert tenant.simulator.writes() == []


async def test_nobody_is_read(tenant: Tenant) -> None:
    people = {object_id for _, object_id in tenant.simulator.everybody()}
    await tenant.read()
    assert not [call for call in tenant.simulator.calls() if any(one in str(call["path"]) for one in people)]


def roles(*without: str) -> Callable[[Tenant], None]:
    return lambda tenant: tenant.simulator.withhold(tenant.name, frozenset(without))


def settings(**changed: str) -> Callable[[Tenant], None]:
    return lambda tenant: tenant.changed.update(changed)


def asked(what: str, **body: object) -> Callable[[Tenant], None]:
    def arrange(tenant: Tenant) -> None:
        tenant.simulator.ask("POST", what, **body)

    return arrange


def proved_by_a_certificate(ends_in: timedelta) -> Callable[[Tenant], None]:
    def arrange(tenant: Tenant) -> None:
        tenant.proof = read_certificate(certificate(ends_in=ends_in).pkcs12())

    return arrange


@dataclass(frozen=True)
class Case:
    """A fault of a tenant: which check tells it by which code, and what the remedy must name."""

    arrange: Callable[[Tenant], None]
    check: Name
    code: str
    names: Sequence[str]
    result: Result = Result.FAULT


UNKNOWN_ID = "99999999-0000-4000-8000-000000000099"
CASES = {
    "missing permission to read": Case(
        roles("User.Read.All"), Name.PERMISSIONS, "permission_missing", ("User.Read.All", "admin consent")
    ),
    "missing permission for audits": Case(
        roles("AuditLog.Read.All"), Name.AUDITS, "permission_refused", ("AuditLog.Read.All",)
    ),
    "missing permission to purge": Case(
        roles("User.DeleteRestore.All"),
        Name.PERMISSIONS,
        "deletion_not_permitted",
        ("User.DeleteRestore.All", "TENANTS__CONTOSO__DELETIONS=none"),
    ),
    "missing permission for risk": Case(
        roles("IdentityRiskEvent.Read.All"),
        Name.PERMISSIONS,
        "section_not_permitted",
        ("IdentityRiskEvent.Read.All", "OPTIONAL_SECTIONS"),
        Result.WARNING,
    ),
    "risk refused": Case(
        roles("IdentityRiskEvent.Read.All"), Name.RISK, "risk_refused", ("OPTIONAL_SECTIONS",), Result.WARNING
    ),
    "a permission too many": Case(
        asked("roles", tenant="contoso", roles=[*ALL_ROLES, MAKES]),
        Name.PERMISSIONS,
        "permission_not_used",
        (MAKES,),
        Result.WARNING,
    ),
    "wrong secret": Case(
        settings(client_secret=NOT_A_SECRET),
        Name.SIGN_IN,
        "wrong_secret",
        ("TENANTS__CONTOSO__CLIENT_SECRET", "not its id"),
    ),
    "expired secret": Case(
        asked("secrets", tenant="contoso", days=0),
        Name.SIGN_IN,
        "secret_expired",
        ("TENANTS__CONTOSO__CLIENT_SECRET", "credential reset"),
    ),
    "a secret that ends soon": Case(
        asked("secrets", tenant="contoso", days=20),
        Name.CREDENTIAL,
        "secret_ends",
        ("TENANTS__CONTOSO__CLIENT_SECRET",),
        Result.WARNING,
    ),
    "expired certificate": Case(
        proved_by_a_certificate(timedelta(days=-1)),
        Name.CREDENTIAL,
        "certificate_expired",
        ("TENANTS__CONTOSO__CLIENT_CERTIFICATE",),
    ),
    "a certificate that ends soon": Case(
        proved_by_a_certificate(timedelta(days=20)),
        Name.CREDENTIAL,
        "certificate_ends",
        ("TENANTS__CONTOSO__CLIENT_CERTIFICATE",),
        Result.WARNING,
    ),
    "unknown registration": Case(
        settings(client_id=UNKNOWN_ID), Name.SIGN_IN, "unknown_app", ("TENANTS__CONTOSO__CLIENT_ID",)
    ),
    "unreachable login": Case(
        settings(login="https://127.0.0.1:1"), Name.SIGN_IN, "login_unavailable", ("LOGIN_URL",)
    ),
    "unreachable Graph": Case(
        settings(graph="http://127.0.0.1:1"), Name.USERS, "graph_unavailable", ("GRAPH_URL",)
    ),
    "Graph throttles": Case(
        asked("faults", fault="429", path="/users", times=None),
        Name.USERS,
        "graph_busy",
        ("again in a minute",),
        Result.NOT_CHECKED,
    ),
    "wrong domain": Case(
        settings(domain="fabrikam.onmicrosoft.com"),
        Name.DOMAIN,
        "domain_wrong",
        ("TENANTS__CONTOSO__DOMAIN to contoso.onmicrosoft.com",),
    ),
    "skewed clock": Case(asked("clock", ahead=400), Name.CLOCK, "clock_wrong", ("NTP",)),
    "a clock a bit off": Case(asked("clock", ahead=90), Name.CLOCK, "clock_off", ("NTP",), Result.WARNING),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_each_fault_is_named_with_its_remedy(tenant: Tenant, case: Case) -> None:
    case.arrange(tenant)
    answers = await tenant.read()
    (said,) = [one for one in answers[case.check] if one.code == case.code]
    assert said.result is case.result
    assert all(name in said.remedy for name in case.names), said.remedy


async def test_a_wrong_secret_is_tried_once_and_leaves_the_rest_unchecked(tenant: Tenant) -> None:
    tenant.changed["client_secret"] = NOT_A_SECRET
    tenant.simulator.fault("503", endpoint="login", after=1000)
    answers = codes(await tenant.read())
    assert answers == {**{name: ["needs_token"] for name in SOUND}, "sign-in": ["wrong_secret"]}
    assert tenant.simulator.calls() == []
    (counting,) = tenant.simulator.ask("GET", "faults").json()
    assert counting["met"] == 1


async def test_what_one_check_lacks_hides_no_other(tenant: Tenant) -> None:
    tenant.simulator.withhold("contoso", frozenset({"AuditLog.Read.All"}))
    answers = codes(await tenant.read())
    changed = {"permissions": ["permission_missing"], "audits": ["permission_refused"]}
    assert answers == {**SOUND, **changed, "sign-ins": ["permission_refused"]}


async def test_a_tenant_for_exports_only_needs_no_permission_to_delete(tenant: Tenant) -> None:
    tenant.deletes = False
    tenant.simulator.withhold("contoso", frozenset(ALL_ROLES[1:4]))
    assert ALL_ROLES[1:4] == (
        "User.EnableDisableAccount.All",
        "User.RevokeSessions.All",
        "User.DeleteRestore.All",
    )
    assert codes(await tenant.read()) == SOUND
    assert tenant.checks().writing() == ()


async def test_a_registration_that_deletes_is_checked_by_itself_and_named_by_its_settings(
    tenant: Tenant,
) -> None:
    tenant.eraser = UNKNOWN_ID
    answers = await tenant.read()
    eraser = {name: answers.pop(name) for name in [*answers] if name.startswith("eraser-")}
    assert codes(eraser) == {
        "eraser-sign-in": ["unknown_app"],
        "eraser-credential": ["secret_untold"],
        "eraser-permissions": ["needs_token"],
    }
    assert "TENANTS__CONTOSO__ERASER__CLIENT_ID" in eraser["eraser-sign-in"][0].remedy
    reader = codes(answers)
    assert reader.pop("permissions") == ["permission_not_used"] * 3
    assert reader == {name: found for name, found in SOUND.items() if name != "permissions"}
    assert [one.code for one in await tenant.write()] == ["needs_token"]


async def test_nothing_found_holds_a_secret_a_token_or_an_address_of_a_person(tenant: Tenant) -> None:
    """Whatever the fault is: canaries are in the secret, in the login's words and in Graph's."""
    secret, object_id = tenant.given["client_secret"], tenant.simulator.add_person()[0]
    tenant.simulator.change("contoso", object_id, displayName="kanarienvogel")
    for case in CASES.values():
        tenant.simulator.reset()
        tenant.changed, tenant.proof = {}, None
        case.arrange(tenant)
        told = str(await tenant.read())
        assert not [word for word in ("kanarienvogel", secret, object_id, "eyJ", "Trace ID") if word in told]


def may_make(simulator: Simulator, *without: str) -> None:
    roles = {*ALL_ROLES, MAKES} - {*without}
    simulator.ask("POST", "roles", tenant="contoso", roles=sorted(roles))


def left(tenant: Tenant) -> dict[str, str]:
    """Who is somewhere and was not before the test: object id and state."""
    everybody = tenant.simulator.everybody()
    return {one: str(its["state"]) for (_, one), its in everybody.items() if one not in tenant.known}


async def test_a_throw_away_user_is_made_deleted_purged_and_gone(tenant: Tenant) -> None:
    may_make(tenant.simulator)
    before = tenant.simulator.everybody()
    assert [one.code for one in await tenant.write()] == ["hard_deletes"]
    assert tenant.simulator.everybody() == before
    made, *removed = tenant.simulator.writes()
    body = made["body"]
    assert (body["accountEnabled"], body["displayName"]) == (False, SHOWN_AS)
    assert [write["path"].partition("/")[0] for write in removed] == ["users", "directory"]
    (object_id,) = {write["object_id"] for write in removed}
    assert reads(tenant, object_id) == [("directory", 200), ("users", 404), ("directory", 404)]


def reads(tenant: Tenant, object_id: str) -> list[tuple[str, object]]:
    """Where a user was looked for, and what was answered."""
    calls = [call for call in tenant.simulator.calls() if object_id in str(call["path"])]
    return [(str(one["path"]).split("/")[2], one["status"]) for one in calls if one["method"] == "GET"]


async def test_without_the_permission_to_make_one_nothing_is_checked_nor_written(tenant: Tenant) -> None:
    (said,) = await tenant.write()
    assert (said.code, said.result) == ("create_refused", Result.NOT_CHECKED)
    assert MAKES in said.remedy
    assert tenant.simulator.writes() == []


async def test_a_purge_that_is_refused_is_told_with_what_is_left_and_where(tenant: Tenant) -> None:
    may_make(tenant.simulator, "User.DeleteRestore.All")
    (said,) = await tenant.write()
    ((object_id, state),) = left(tenant).items()
    assert state == "soft_deleted"
    assert (said.code, object_id in said.meaning, "PURGE=wait" in said.remedy) == (
        "purge_refused",
        True,
        True,
    )


async def test_a_user_that_cannot_be_deleted_is_told_of_and_is_disabled(tenant: Tenant) -> None:
    may_make(tenant.simulator)
    tenant.clock = FakeClock(datetime.now(UTC))
    tenant.simulator.fault("503", method="DELETE", path="/users/", times=None)
    (said,) = await tenant.write()
    ((object_id, state),) = left(tenant).items()
    assert (said.code, said.result, state) == ("left_behind", Result.FAULT, "active")
    assert object_id in said.meaning


async def test_a_user_that_may_not_be_deleted_is_told_of_with_the_permission(tenant: Tenant) -> None:
    may_make(tenant.simulator)
    tenant.simulator.fault("403", method="DELETE", path="/users/", times=None)
    (said,) = await tenant.write()
    ((object_id, state),) = left(tenant).items()
    assert (said.code, said.result, state) == ("delete_refused", Result.FAULT, "active")
    assert object_id in said.meaning
    assert "User.DeleteRestore.All" in said.remedy


async def test_a_purge_that_graph_refuses_apps_is_told_so(tenant: Tenant) -> None:
    """Graph's documents have said both: that an app may, and that it may not."""
    may_make(tenant.simulator)
    tenant.simulator.fault("403", method="DELETE", path="deletedItems", times=None)
    assert [one.code for one in await tenant.write()] == ["purge_refused"]


async def test_under_a_wrong_domain_no_user_is_made(tenant: Tenant) -> None:
    may_make(tenant.simulator)
    tenant.changed["domain"] = "kontoso.onmicrosoft.com"
    (said,) = await tenant.write()
    assert (said.code, said.result) == ("create_not_taken", Result.NOT_CHECKED)
    assert tenant.simulator.writes() == []


@pytest.mark.parametrize("kind", ["503", "502", "cut_before", "cut_after", "429"])
@pytest.mark.parametrize("what", [("POST", "/users"), ("DELETE", "/users/"), ("DELETE", "deletedItems")])
async def test_a_passing_fault_leaves_nobody_behind(tenant: Tenant, kind: str, what: tuple[str, str]) -> None:
    may_make(tenant.simulator)
    tenant.clock = FakeClock(datetime.now(UTC))
    tenant.simulator.fault(kind, method=what[0], path=what[1])
    await tenant.write()
    assert tenant.simulator.struck() == [1]
    assert left(tenant) == {}


async def test_replicas_that_lag_are_waited_for(tenant: Tenant) -> None:
    may_make(tenant.simulator)
    tenant.simulator.ask("POST", "lag", seconds=0.5)
    tenant.clock = Hurried()
    assert [one.code for one in await tenant.write()] == ["hard_deletes"]
    assert left(tenant) == {}
    object_id = str(tenant.simulator.writes()[-1]["object_id"])
    assert reads(tenant, object_id)[-2:] == [("users", 404), ("directory", 404)]


class Hurried(SystemClock):
    """Waits a tenth of what it is asked to."""

    async def sleep(self, duration: timedelta) -> None:
        await super().sleep(duration / 10)


async def test_what_a_killed_run_left_is_removed_by_the_next(tenant: Tenant) -> None:
    may_make(tenant.simulator)
    active = added(tenant, userPrincipalName=named("a" * 32))
    recycled = added(tenant, userPrincipalName=named("b" * 32), deletedDateTime=JUST_NOW)
    said = await tenant.write()
    assert [one.code for one in said] == ["hard_deletes", "leftovers_removed"]
    assert "2" in said[1].meaning
    assert [tenant.simulator.state("contoso", one) for one in (active, recycled)] == ["gone", "gone"]


def test_a_fresh_name_is_known_again_for_a_throw_away_user_s() -> None:
    name = fresh_name("contoso.onmicrosoft.com")
    assert THROW_AWAY_NAME.fullmatch(name)
    assert THROW_AWAY_NAME.fullmatch("a" * 32 + name)
    assert fresh_name("contoso.onmicrosoft.com") != name


def added(tenant: Tenant, **changed: object) -> str:
    """An old throw-away user, but for what is changed."""
    old = {"displayName": SHOWN_AS, "accountEnabled": False, "createdDateTime": "2026-01-01T00:00:00Z"}
    return tenant.simulator.add_user(tenant.name, **{**old, **changed})


def named(middle: str) -> str:
    return f"{BEGINNING}{middle}@contoso.onmicrosoft.com"


LIKE_ONE: Mapping[str, Mapping[str, object]] = {
    "another name": {"userPrincipalName": named("anna")},
    "shown as a person": {"displayName": "Anna"},
    "may sign in": {"accountEnabled": True},
    "just made, by another run": {"createdDateTime": JUST_NOW},
}


@pytest.mark.parametrize("change", LIKE_ONE.values(), ids=LIKE_ONE.keys())
async def test_whoever_is_only_like_a_throw_away_user_is_left_alone(
    tenant: Tenant, change: Mapping[str, object]
) -> None:
    may_make(tenant.simulator)
    person = added(tenant, **{"userPrincipalName": named(uuid4().hex), **change})
    assert [one.code for one in await tenant.write()] == ["hard_deletes"]
    assert tenant.simulator.state("contoso", person) == "active"


async def test_two_runs_at_once_do_each_other_no_harm(tenant: Tenant) -> None:
    may_make(tenant.simulator)
    both = await asyncio.gather(tenant.write(), replace(tenant).write(), tenant.read())
    assert [[one.code for one in said] for said in both[:2]] == [["hard_deletes"]] * 2
    assert left(tenant) == {}


async def test_a_run_that_is_ended_removes_its_user(tenant: Tenant) -> None:
    may_make(tenant.simulator)
    tenant.simulator.fault("slow", method="DELETE", path="/users/", seconds=2)
    run = asyncio.create_task(tenant.write())
    async with asyncio.timeout(10):
        while not left(tenant):  # noqa: ASYNC110 - what the simulator holds tells nobody
            await asyncio.sleep(0.05)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert left(tenant) == {}

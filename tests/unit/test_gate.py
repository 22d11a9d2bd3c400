"""Who calls: what each proof is worth, and that a refusal does not say what was wrong with it."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import azure.functions as func
import pytest

from shared.auth.tokens import PersonTokens
from shared.domain.callers import App, Operator, Person, TicketHolder
from shared.domain.errors import ChallengeRefused, KeysUnavailable
from shared.domain.keyed_hash import ticket_digest
from shared.domain.states import Kind
from shared.gate import SUBMIT, AppAuth, Forbidden, Gate, Unauthenticated
from shared.problems import guarded
from tests.fakes import FakeClock, ListLog
from tests.security.minting import (
    DAEMON_APP,
    OTHER_TENANT_ID,
    PERSON,
    PORTAL,
    WORKFORCE_TENANT_ID,
    b2c_access,
    b2c_id,
    b2c_sign_in,
    external_access,
    external_sign_in,
)
from tests.unit.http import HASHING
from tests.unit.samples import NOW
from tests.unit.staff import NILS, OLGA, RITA, an_app, bearer, gate_of, token_of
from tests.unit.world import World

TICKET = "t" * 43
PEOPLE = PersonTokens((b2c_sign_in(), external_sign_in()), FakeClock(NOW), timedelta(hours=1))


def call(headers: Mapping[str, str] | None = None, **params: str) -> func.HttpRequest:
    return func.HttpRequest("POST", "/api/x", headers=headers or {}, params=params, body=b"")


def a_gate(
    app_auth: AppAuth = AppAuth.KEY, world: World | None = None, *, trusts_platform: bool = False
) -> Gate:
    return gate_of(world or World(), app_auth, PEOPLE, trusts_platform=trusts_platform)


async def refused(work: Awaitable[object]) -> None:
    with pytest.raises(Unauthenticated):
        await work


# An app


async def test_an_app_with_a_key_is_that_key_wherever_it_gives_it() -> None:
    gate, key = a_gate(), {"x-functions-key": "secret"}
    apps = [
        await gate.app(call(key), Kind.EXPORT),
        await gate.app(call(key), Kind.DELETION),
        await gate.app(call(code="secret"), Kind.EXPORT),
        await gate.app(call(key, code="other"), Kind.EXPORT),  # as the host does, which has checked it
    ]
    assert set(apps) == {App(f"key:{HASHING.hex('caller', 'secret')}")}
    assert await gate.app(call({"x-functions-key": "other"}), Kind.EXPORT) != apps[0]


@pytest.mark.parametrize("headers", [{}, {"x-functions-key": ""}, {"x-functions-key": "secret,other"}])
async def test_a_key_that_is_missing_or_came_twice_is_no_name(headers: dict[str, str]) -> None:
    await refused(a_gate().app(call(headers), Kind.EXPORT))


@pytest.mark.parametrize("app_auth", [AppAuth.TOKEN, AppAuth.BOTH])
@pytest.mark.parametrize("kind", Kind)
async def test_an_app_with_a_token_is_its_registration_and_needs_the_role_for_each_kind(
    app_auth: AppAuth, kind: Kind
) -> None:
    gate = a_gate(app_auth)
    app = await gate.app(call(bearer(an_app(NOW, SUBMIT[kind]))), kind)
    assert app == App(f"app:{DAEMON_APP}")
    others = (*(role for role in SUBMIT.values() if role != SUBMIT[kind]), "PrivacyRequests.Operate")
    with pytest.raises(Forbidden):
        await gate.app(call(bearer(an_app(NOW, *others))), kind)


@pytest.mark.parametrize("app_auth", [AppAuth.TOKEN, AppAuth.BOTH])
async def test_where_tokens_are_asked_for_a_key_alone_does_not_do_nor_does_a_user(app_auth: AppAuth) -> None:
    gate = a_gate(app_auth)
    user = token_of(OLGA, NOW).changed(roles=list(SUBMIT.values()))
    for headers in ({"x-functions-key": "secret"}, bearer(user), bearer(b2c_access(NOW))):
        await refused(gate.app(call(headers), Kind.EXPORT))


def test_the_host_asks_for_the_key_unless_a_token_stands_in_for_it() -> None:
    levels = {one: one.level for one in AppAuth}
    key, none = func.AuthLevel.FUNCTION, func.AuthLevel.ANONYMOUS
    assert levels == {AppAuth.KEY: key, AppAuth.BOTH: key, AppAuth.TOKEN: none}


# A person


async def test_a_person_is_the_account_in_the_tenant_that_gave_the_token() -> None:
    gate = a_gate()
    for mint, tenant in ((b2c_access(NOW), "contoso"), (external_access(NOW), "fabrikam")):
        person = await gate.person(call(bearer(mint)))
        assert person == Person(tenant, PERSON, f"person:{HASHING.account(tenant, PERSON)}")
        assert PERSON not in repr(person)


async def test_an_id_token_names_a_person_and_opens_no_door_by_itself() -> None:
    gate = a_gate()
    person, token = await gate.person_of(b2c_id(NOW).token())
    assert person == await gate.person(call(bearer(b2c_access(NOW))))
    assert token.nonce == "n-1"
    await refused(gate.person(call(bearer(b2c_id(NOW)))))
    await refused(gate.person_of(b2c_access(NOW).token()))


# An operator


@pytest.mark.parametrize(
    ("who", "may_read", "may_act"), [(OLGA, True, True), (RITA, True, False), (NILS, False, False)]
)
async def test_what_an_operator_may_is_a_role(who: str, *, may_read: bool, may_act: bool) -> None:
    gate, req = a_gate(), call(bearer(token_of(who, NOW)))
    for door, may in ((gate.reader, may_read), (gate.operator, may_act)):
        if may:
            assert await door(req) == Operator(who, may_act)
        else:
            with pytest.raises(Forbidden):
                await door(req)


async def test_an_app_is_no_operator_whatever_its_roles() -> None:
    req = call(bearer(an_app(NOW, "PrivacyRequests.Operate", "PrivacyRequests.Read")))
    await refused(a_gate().reader(req))
    await refused(a_gate().operator(req))


async def test_an_operator_s_own_account_as_a_customer_is_known_where_the_tenant_is_the_same() -> None:
    tenant_ids = {"contoso": WORKFORCE_TENANT_ID, "fabrikam": OTHER_TENANT_ID}
    gate = gate_of(World(), tenant_ids=tenant_ids)
    operator = await gate.operator(call(bearer(token_of(OLGA, NOW))))
    assert operator.also == {f"person:{HASHING.account('contoso', OLGA)}"}


async def test_without_settings_there_are_neither_people_nor_operators() -> None:
    gate = replace(a_gate(AppAuth.TOKEN), people=None, workforce=None)
    for door in (gate.person, gate.reader, gate.operator):
        await refused(door(call(bearer(token_of(OLGA, NOW)))))
    await refused(gate.person_of(b2c_id(NOW).token()))
    await refused(gate.app(call(bearer(an_app(NOW, *SUBMIT.values()))), Kind.EXPORT))


# A ticket


async def test_a_ticket_is_known_by_its_digest() -> None:
    holder = a_gate().ticket(call({"x-request-ticket": TICKET}))
    assert holder == TicketHolder(ticket_digest(TICKET))
    assert a_gate().ticket(call()) is None


@pytest.mark.parametrize("ticket", ["", "t" * 42, "t" * 44, "t" * 42 + "=", "t" * 42 + "\n", "ä" * 43])
def test_what_cannot_be_a_ticket_is_refused(ticket: str) -> None:
    with pytest.raises(Unauthenticated):
        a_gate().ticket(call({"x-request-ticket": ticket}))


# App Service authentication


def principal(**changed: object) -> dict[str, str]:
    """The header that the platform sets for Olga, who came by the portal."""
    claims: dict[str, object] = {
        "tid": WORKFORCE_TENANT_ID,
        "http://schemas.microsoft.com/identity/claims/objectidentifier": OLGA,
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier": "pairwise-2",
        "http://schemas.microsoft.com/identity/claims/scope": "operate",
        "azp": PORTAL,
        "roles": "PrivacyRequests.Operate",
        **changed,
    }
    listed = [{"typ": name, "val": value} for name, value in claims.items() if value is not None]
    return header({"auth_typ": "aad", "claims": listed})


def header(value: object) -> dict[str, str]:
    return {"x-ms-client-principal": base64.b64encode(json.dumps(value).encode()).decode()}


AN_APP = {
    "http://schemas.microsoft.com/identity/claims/objectidentifier": DAEMON_APP,
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier": DAEMON_APP,
    "http://schemas.microsoft.com/identity/claims/scope": None,
    "azp": DAEMON_APP,
    "roles": SUBMIT[Kind.EXPORT],
}


async def test_what_the_platform_is_said_to_say_is_worth_nothing_unless_settings_trust_it() -> None:
    await refused(a_gate().operator(call(principal())))
    await refused(a_gate(AppAuth.TOKEN).app(call(principal(**AN_APP)), Kind.EXPORT))
    read_only = await a_gate().reader(call({**principal(), **bearer(token_of(RITA, NOW))}))
    assert (read_only.object_id, read_only.may_act) == (RITA, False)


async def test_where_settings_trust_the_platform_its_word_stands_for_a_token() -> None:
    gate = a_gate(AppAuth.TOKEN, trusts_platform=True)
    assert await gate.operator(call(principal())) == Operator(OLGA, may_act=True)
    assert await gate.app(call(principal(**AN_APP)), Kind.EXPORT) == App(f"app:{DAEMON_APP}")
    with pytest.raises(Forbidden):
        await gate.app(call(principal(**AN_APP)), Kind.DELETION)
    with pytest.raises(Forbidden):
        await gate.operator(call(principal(roles="PrivacyRequests.Read")))
    assert await gate.operator(call(bearer(token_of(OLGA, NOW)))) == Operator(OLGA, may_act=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"tid": OTHER_TENANT_ID},
        {"tid": None},
        {"azp": None},
        {"appid": DAEMON_APP},
        {"oid": NILS},
        {"http://schemas.microsoft.com/identity/claims/objectidentifier": "olga"},
        {"acct": "1"},
        {"userType": "Guest"},
        {"idp": f"https://sts.windows.net/{OTHER_TENANT_ID}/"},
        {"http://schemas.microsoft.com/identity/claims/identityprovider": "live.com"},
        {"roles": 7},
    ],
    ids=str,
)
async def test_a_trusted_platform_s_word_is_held_to_the_rules_of_a_token(changed: dict[str, object]) -> None:
    await refused(a_gate(trusts_platform=True).operator(call(principal(**changed))))


async def test_a_home_that_the_platform_names_is_no_sign_of_a_guest() -> None:
    home = {"idp": f"https://sts.windows.net/{WORKFORCE_TENANT_ID}/", "acct": "0"}
    operator = await a_gate(trusts_platform=True).operator(call(principal(**home)))
    assert operator.object_id == OLGA


@pytest.mark.parametrize(
    "forged",
    [
        {"x-ms-client-principal": "not base64"},
        {"x-ms-client-principal": "bnVsbA=="},
        {"x-ms-client-principal": base64.b64encode(b"[" * 20_000).decode()},
        {"x-ms-client-principal": "A" * 40_000},
        header([]),
        header({"auth_typ": "facebook", "claims": []}),
        header({"auth_typ": "aad"}),
        header({"auth_typ": "aad", "claims": {"tid": WORKFORCE_TENANT_ID}}),
        header({"auth_typ": "aad", "claims": [None]}),
        header({"auth_typ": "aad", "claims": [{"typ": "tid"}]}),
    ],
    ids=lambda forged: forged["x-ms-client-principal"][:24],
)
async def test_a_principal_that_cannot_be_read_is_refused(forged: dict[str, str]) -> None:
    await refused(a_gate(trusts_platform=True).operator(call(forged)))


# What a refusal tells


async def told(
    door: Callable[[func.HttpRequest], Awaitable[object]], headers: Mapping[str, str]
) -> tuple[int, bytes, str]:
    """The answer to who is not let in: status, body and headers."""

    async def work() -> func.HttpResponse:
        await door(call(headers))
        raise AssertionError("somebody was let in")

    response = await guarded(work, ListLog())
    return response.status_code, response.get_body(), repr(sorted(response.headers.items()))


async def test_every_refusal_is_the_same_to_the_byte() -> None:
    keys, tokens, trusting = a_gate(), a_gate(AppAuth.TOKEN), a_gate(trusts_platform=True)
    person = b2c_access(NOW)

    async def app(req: func.HttpRequest) -> None:
        await tokens.app(req, Kind.EXPORT)

    async def by_key(req: func.HttpRequest) -> None:
        await keys.app(req, Kind.EXPORT)

    async def by_ticket(req: func.HttpRequest) -> None:
        keys.ticket(req)

    async def with_a_stale_challenge(_req: func.HttpRequest) -> None:
        raise ChallengeRefused

    bad = [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Basic YTpi"},
        {"authorization": "Bearer a.b.c"},
        bearer(person.signed_by("eve")),
        bearer(person.changed(aud=DAEMON_APP)),
        bearer(person.changed(iss="https://eve.example/")),
        bearer(b2c_access(NOW + timedelta(hours=3))),
        bearer(person.headed(alg="none")),
    ]
    doors = (keys.person, keys.reader, keys.operator, trusting.reader, app, with_a_stale_challenge)
    refusals = [await told(door, headers) for door in doors for headers in bad]
    refusals += [
        await told(by_key, {}),
        await told(by_ticket, {"x-request-ticket": "x"}),
        await told(keys.reader, bearer(an_app(NOW, "PrivacyRequests.Read"))),
        await told(trusting.operator, principal(tid=OTHER_TENANT_ID)),
    ]
    assert set(refusals) == {refusals[0]}
    status, body, headers = refusals[0]
    assert (status, json.loads(body)["code"]) == (401, "unauthenticated")
    assert "('WWW-Authenticate', 'Bearer')" in headers


async def test_the_log_says_why_and_not_who() -> None:
    world = World()
    await refused(a_gate(world=world).person(call(bearer(b2c_access(NOW).changed(aud=DAEMON_APP)))))
    assert world.log.lines == [("caller_refused", {"code": "audience"})]


async def test_keys_that_cannot_be_had_are_no_refusal() -> None:
    class Down:
        async def key(self, kid: str) -> None:
            raise KeysUnavailable(kid)

    sign_in = replace(b2c_sign_in(), keys=Down())  # type: ignore[arg-type] # it never has one
    gate = replace(a_gate(), people=PersonTokens((sign_in,), FakeClock(NOW), timedelta(hours=1)))
    status, body, headers = await told(gate.person, bearer(b2c_access(NOW)))
    assert (status, json.loads(body)["code"]) == (503, "keys_unavailable")
    assert "Retry-After" in headers

"""Tokens at the running app: real sign-ins get in, and nothing that somebody might make of them does."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from local.client import Json
from shared.gate import AppAuth
from tests.contract_of_api import check_answer
from tests.local.sign_in_client import b2c, external_id, tokens
from tests.security.deployment import B2C, CUSTOM, EXTERNAL, WAYS, Deployment, bearer, log_of
from tests.security.refusals import refused

STEPPED_UP: Mapping[str, Mapping[str, object]] = {CUSTOM: {}, EXTERNAL: {"amr": ["pwd", "mfa"]}}
"""The ways that are fit for a deletion, with what the token tells of it."""
HOST = log_of(AppAuth.TOKEN)
MINUTE = 60
ELSEWHERE = "0a1b2c3d-0000-4000-8000-0000000000ff"


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in, at the app that takes tokens of apps as well."""

    deployment: Deployment
    object_id: str
    address: str

    @property
    def http(self) -> httpx.Client:
        return self.deployment.hosts[AppAuth.TOKEN]

    def asks_for_a_nonce(self, access: str) -> httpx.Response:
        return self.http.post("/api/me/challenges", headers=bearer(access))

    def nonce(self) -> str:
        return str(check_answer(self.asks_for_a_nonce(self.access())).json()["nonce"])

    def access(self, way: str = B2C, **changed: object) -> str:
        return self.deployment.tokens.access(self.object_id, way, **changed)

    def identity(self, nonce: str | None, way: str = CUSTOM, **claims: object) -> str:
        about = {"nonce": nonce, **STEPPED_UP.get(way, {}), **claims}
        return self.deployment.tokens.identity(self.object_id, way, claims=about)

    def why_refused(self) -> str | None:
        """What the log says of the last caller who was refused."""
        lines = self.deployment.running.log_text(HOST).splitlines()
        codes = (json.loads(line)["code"] for line in reversed(lines) if '"caller_refused"' in line)
        return next(codes, None)

    def asks_for_deletion(self, id_token: str, key: str | None = None) -> httpx.Response:
        headers = {**bearer(self.access()), **({"Idempotency-Key": key} if key else {})}
        body = {"regulation": "gdpr", "idToken": id_token}
        return self.http.post("/api/me/deletions", headers=headers, json=body)


@pytest.fixture
def person(deployment: Deployment) -> Person:
    return Person(deployment, *deployment.graph.add_person())


@pytest.fixture
def other(deployment: Deployment) -> Person:
    return Person(deployment, *deployment.graph.add_person())


# --- what gets in


@pytest.mark.parametrize("way", WAYS)
def test_a_person_who_really_signs_in_is_let_in(person: Person, way: str) -> None:
    asked = WAYS[way]
    client = external_id(person.deployment.graph)
    if "policy" in asked:
        client = b2c(person.deployment.graph, str(asked["policy"]))
    access = tokens(client, person.address)["access_token"]
    assert check_answer(person.asks_for_a_nonce(access)).status_code == 201


@pytest.mark.parametrize("way", STEPPED_UP)
def test_a_person_who_signs_in_anew_for_it_is_deleted(person: Person, way: str) -> None:
    nonce, graph = person.nonce(), person.deployment.graph
    if way == EXTERNAL:
        given = tokens(external_id(graph), person.address, nonce=nonce, acr_values="mfa")
    else:
        given = tokens(b2c(graph, str(WAYS[way]["policy"])), person.address, nonce=nonce)
    accepted = check_answer(person.asks_for_deletion(given["id_token"]))
    assert accepted.status_code == 202
    mine = bearer(person.access())
    until = time.monotonic() + 30
    while person.http.get(accepted.json()["links"]["self"], headers=mine).json()["status"] != "completed":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert graph.state("contoso", person.object_id) == "gone"


# --- access tokens that are none


def ago(minutes: int, life: int = 60) -> dict[str, object]:
    """Times of a token that was issued so long ago, and how long it lives."""
    issued = int(time.time()) - minutes * MINUTE
    return {"iat": issued, "nbf": issued, "exp": issued + life * MINUTE}


def with_claims_of(other: str, token: str) -> str:
    """Claims of another token over the signature of this one."""
    head, _, signature = token.split(".")
    return f"{head}.{other.split('.')[1]}.{signature}"


def told(person: Person, way: str, what: str, tenant: str = "contoso") -> str:
    """What the way to sign in says of itself."""
    sign_in = person.deployment.graph.ready["sign_in"]
    assert isinstance(sign_in, dict)
    wanted = (tenant, WAYS[way]["product"], WAYS[way].get("policy"))
    found = (one for one in sign_in["people"] if (one["tenant"], one["product"], one["policy"]) == wanted)
    return str(next(found)[what])


def of_fabrikam(person: Person, way: str) -> str:
    """Signed by the other tenant's key, with the issuer of this one."""
    mine = {"iss": told(person, way, "issuer"), "aud": told(person, way, "audience")}
    return person.deployment.tokens.access(person.object_id, way, "fabrikam", claims=mine)


Attack = tuple[str, Callable[[Person, str], str]]
"""Why it is refused, as the log has it, and the token."""
ACCESS: Mapping[str, Attack] = {
    "without a signature (alg none)": (
        "not_a_token",
        lambda one, way: one.access(way, header={"alg": "none"}),
    ),
    "signed with the public key": ("algorithm", lambda one, way: one.access(way, header={"alg": "HS256"})),
    "of another scheme": ("algorithm", lambda one, way: one.access(way, header={"alg": "PS256"})),
    "signed with a key of nobody": ("key_unknown", lambda one, way: one.access(way, key="foreign")),
    "signed by another tenant": ("key_unknown", of_fabrikam),
    "with a key along": ("header_member", lambda one, way: one.access(way, header={"jwk": {"kty": "RSA"}})),
    "with an address of keys": (
        "header_member",
        lambda one, way: one.access(way, header={"jku": "https://x"}),
    ),
    "whose key's name is a path": (
        "key_unknown",
        lambda one, way: one.access(way, header={"kid": "../keys"}),
    ),
    "with the claims of another": (
        "signature",
        lambda one, way: with_claims_of(one.access(way, claims={"sub": ELSEWHERE}), one.access(way)),
    ),
    "of an unknown issuer": (
        "issuer",
        lambda one, way: one.access(way, claims={"iss": "https://example.com/"}),
    ),
    "of an unknown tenant": ("tenant", lambda one, way: one.access(way, claims={"tid": ELSEWHERE})),
    "for another API": ("audience", lambda one, way: one.access(way, claims={"aud": ELSEWHERE})),
    "for two APIs": (
        "audience",
        lambda one, way: one.access(way, claims={"aud": [told(one, way, "audience"), ELSEWHERE]}),
    ),
    "that has expired": ("expired", lambda one, way: one.access(way, claims=ago(62))),
    "that is old though it lives": ("too_old", lambda one, way: one.access(way, claims=ago(62, life=120))),
    "of the future": ("not_yet_valid", lambda one, way: one.access(way, claims=ago(-2))),
    "without a scope": ("claim_scp", lambda one, way: one.access(way, claims={"scp": None})),
    "that is an ID token": ("claim_scp", lambda one, way: one.identity("n", way)),
    "that is an ID token for the API": (
        "claim_scp",
        lambda one, way: one.identity("n", way, aud=told(one, way, "audience")),
    ),
    "of an app by itself": ("issuer", lambda one, _: one.deployment.tokens.made("app", client="submitter")),
    "of an operator": ("issuer", lambda one, _: one.deployment.tokens.made("operator")),
    "of a guest": ("guest", lambda one, way: one.access(way, claims={"acct": 1})),
    "of a guest by type": ("guest", lambda one, way: one.access(way, claims={"userType": "Guest"})),
    "of nobody": ("claim_sub", lambda one, way: one.access(way, claims={"sub": None, "oid": None})),
    "of two people": ("claim_oid", lambda one, way: one.access(way, claims={"oid": [one.object_id]})),
    "given twice": ("not_a_token", lambda one, way: f"{one.access(way)},{one.access(way)}"),
    "with something behind it": ("not_a_token", lambda one, way: f"{one.access(way)}.x"),
    "that is huge": ("too_long", lambda _one, _way: "a." * 10_000),
    "that is none": ("not_a_token", lambda _one, _way: "null"),
}
POLICIES: Mapping[str, Attack] = {
    "of an unknown policy": ("policy", lambda one, way: one.access(way, claims={"tfp": "B2C_1_other"})),
    "of no policy": ("policy", lambda one, way: one.access(way, claims={"tfp": None})),
    "of two policies": ("policy", lambda one, way: one.access(way, claims={"acr": "B2C_1_other"})),
}


def check_refused(answer: httpx.Response, person: Person, code: str) -> None:
    """Raise unless this is the refusal that is always the same, and the log has its reason."""
    assert refused(answer), answer.status_code
    assert person.why_refused() == code


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("attack", ACCESS)
def test_an_access_token_is_refused_that_is(person: Person, attack: str, way: str) -> None:
    code, made = ACCESS[attack]
    check_refused(person.asks_for_a_nonce(made(person, way)), person, code)


@pytest.mark.parametrize("way", [B2C, CUSTOM])
@pytest.mark.parametrize("attack", POLICIES)
def test_a_token_of_b2c_is_refused_that_is(person: Person, attack: str, way: str) -> None:
    code, made = POLICIES[attack]
    check_refused(person.asks_for_a_nonce(made(person, way)), person, code)


def test_a_guest_of_external_id_is_refused(person: Person) -> None:
    of_elsewhere = {"idp": f"https://sts.windows.net/{ELSEWHERE}/"}
    answer = person.asks_for_a_nonce(person.access(EXTERNAL, claims=of_elsewhere))
    check_refused(answer, person, "guest")


# --- sign-ins that prove nothing for a deletion


def signed_in(one: Person, way: str, **changed: object) -> str:
    claims = {"nonce": one.nonce(), **STEPPED_UP[way]}
    return one.deployment.tokens.identity(one.object_id, way, claims=claims, **changed)


IDENTITY: Mapping[str, Attack] = {
    "without a signature (alg none)": (
        "not_a_token",
        lambda one, way: signed_in(one, way, header={"alg": "none"}),
    ),
    "signed with the public key": (
        "algorithm",
        lambda one, way: signed_in(one, way, header={"alg": "HS256"}),
    ),
    "signed with a key of nobody": ("key_unknown", lambda one, way: signed_in(one, way, key="foreign")),
    "that is an access token": (
        "not_an_id_token",
        lambda one, way: one.access(way, claims={"nonce": one.nonce()}),
    ),
    "for another app": ("audience", lambda one, way: one.identity(one.nonce(), way, aud=ELSEWHERE)),
    "for the API": (
        "audience",
        lambda one, way: one.identity(one.nonce(), way, aud=told(one, way, "audience")),
    ),
    "given to another app": ("audience", lambda one, way: one.identity(one.nonce(), way, azp=ELSEWHERE)),
    "that has expired": ("expired", lambda one, way: one.identity(one.nonce(), way, **ago(62))),
    "of 12 minutes ago": ("too_old", lambda one, way: one.identity(one.nonce(), way, **ago(12))),
    "of the future": ("not_yet_valid", lambda one, way: one.identity(one.nonce(), way, **ago(-2))),
    "of a guest": ("guest", lambda one, way: one.identity(one.nonce(), way, acct="1")),
}
FOR_DELETION: Mapping[str, Attack] = {
    **IDENTITY,
    "without a nonce": ("challenge_refused", lambda one, way: one.identity(None, way)),
    "with a nonce that was made up": ("challenge_refused", lambda one, way: one.identity("A" * 43, way)),
    "from before the nonce": ("challenge_refused", lambda one, way: one.identity(one.nonce(), way, **ago(3))),
    "of somebody else": (
        "sign_in_unfit",
        lambda one, way: one.identity(one.nonce(), way, sub=ELSEWHERE, oid=ELSEWHERE),
    ),
}


@pytest.mark.parametrize("way", STEPPED_UP)
@pytest.mark.parametrize("attack", FOR_DELETION)
def test_nobody_is_deleted_by_an_id_token(person: Person, attack: str, way: str) -> None:
    code, made = FOR_DELETION[attack]
    check_refused(person.asks_for_deletion(made(person, way)), person, code)


@pytest.mark.parametrize(
    ("way", "claims"),
    [
        (B2C, {}),
        (B2C, {"amr": ["mfa"]}),
        (EXTERNAL, {"amr": ["pwd"]}),
        (EXTERNAL, {"amr": None}),
        (EXTERNAL, {"amr": None, "tfp": "B2C_1A_PRIVACY_MFA"}),
    ],
)
def test_a_sign_in_without_more_than_usual_deletes_nobody(
    person: Person, way: str, claims: dict[str, object]
) -> None:
    answer = person.asks_for_deletion(person.identity(person.nonce(), way, **claims))
    check_refused(answer, person, "sign_in_unfit")


def test_a_nonce_is_of_use_to_whom_it_was_given_alone(person: Person, other: Person) -> None:
    check_refused(person.asks_for_deletion(person.identity(other.nonce())), person, "challenge_refused")


def test_a_sign_in_of_somebody_else_does_not_delete_them(person: Person, other: Person) -> None:
    theirs = other.identity(other.nonce())
    check_refused(person.asks_for_deletion(theirs), person, "sign_in_unfit")
    assert other.asks_for_deletion(theirs).status_code == 202


def test_a_nonce_serves_once(person: Person) -> None:
    nonce = person.nonce()
    assert person.asks_for_deletion(person.identity(nonce)).status_code == 202
    assert refused(person.asks_for_deletion(person.identity(nonce)))
    assert refused(person.asks_for_deletion(person.identity(nonce), key="another"))


def test_of_the_same_deletion_sent_often_at_once_one_is_accepted(person: Person) -> None:
    proof = person.identity(person.nonce())
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: person.asks_for_deletion(proof), range(20)))
    assert sorted(one.status_code for one in answers) == [202] + [401] * 19
    assert sum(refused(one) for one in answers) == 19


def test_under_one_idempotency_key_the_same_deletion_sent_often_at_once_is_one(person: Person) -> None:
    proof, key = person.identity(person.nonce()), str(uuid4())
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: person.asks_for_deletion(proof, key), range(10)))
    assert {one.status_code for one in answers} == {202}
    assert len({(one.json()["id"], one.json()["ticket"]) for one in answers}) == 1


# --- an app that brings a person's ID token along


def asked_by_an_app(person: Person, id_token: str) -> httpx.Response:
    body = {"subject": {"idToken": id_token}, "regulation": "gdpr"}
    return person.http.post("/api/exports", headers=person.deployment.tokens.app(), json=body)


@pytest.mark.parametrize("way", WAYS)
def test_an_app_may_show_that_the_person_has_just_signed_in(person: Person, way: str) -> None:
    accepted = check_answer(asked_by_an_app(person, person.identity(None, way)))
    assert accepted.status_code == 202
    seen = person.http.get(
        f"/api/operations/requests/{accepted.json()['id']}", headers=person.deployment.tokens.operator()
    )
    assert check_answer(seen).json()["proof"] == "id_token"


def test_nine_minutes_later_the_sign_in_still_shows_it(person: Person) -> None:
    assert asked_by_an_app(person, person.identity(None, CUSTOM, **ago(9))).status_code == 202


@pytest.mark.parametrize("attack", IDENTITY)
def test_an_id_token_in_an_app_s_body_is_told_by_its_rule(person: Person, attack: str) -> None:
    code, made = IDENTITY[attack]
    id_token = made(person, CUSTOM)
    answer = check_answer(asked_by_an_app(person, id_token))
    body: Json = answer.json()
    assert person.why_refused() == code
    rule = "must be an ID token of at most 10 minutes of age, of an app that settings name"
    assert (answer.status_code, body["errors"]) == (400, [{"field": "/subject/idToken", "rule": rule}])
    assert not any(part and part in answer.text for part in id_token.split("."))

"""What tests ask of the control address: keys, a login endpoint that is down, tokens without a browser."""

import base64
import json
from collections.abc import Callable

import httpx
import jwt
import pytest

from tests.local.graph_client import graph_client, login_client
from tests.local.sign_in_client import MFA, Way, b2c, external_id, tokens, workforce
from tests.running import Simulator

PRODUCTS: tuple[Callable[[Simulator], Way], ...] = (b2c, external_id)
NOBODY = "00000000-0000-4000-8000-000000000000"


def _key_ids(way: Way) -> list[str]:
    with login_client(way.simulator) as login:
        return [key["kid"] for key in login.get(way.metadata["jwks_uri"]).raise_for_status().json()["keys"]]


def _minted(simulator: Simulator, kind: str, /, **asked: object) -> str:
    return str(simulator.ask("POST", "tokens", kind=kind, **asked).json()["token"])


def _header(token: str) -> dict[str, str]:
    header: dict[str, str] = jwt.get_unverified_header(token)
    return header


@pytest.mark.parametrize("of", [*PRODUCTS, workforce])
def test_a_new_key_signs_and_the_old_one_stays_until_it_is_dropped(
    simulator: Simulator, of: Callable[[Simulator], Way]
) -> None:
    way = of(simulator)
    before = _key_ids(way)
    simulator.ask("POST", "signing-keys", rotate=True)
    between = _key_ids(way)
    assert before[-1] in between
    assert between[-1] not in before
    simulator.ask("POST", "signing-keys", rotate=True, drop_old=True)
    after = _key_ids(way)
    assert not {before[-1], between[-1]} & set(after)


def test_a_token_of_the_old_key_is_good_while_that_is_published(simulator: Simulator) -> None:
    way = b2c(simulator)
    answer = tokens(way, simulator.add_person()[1])
    simulator.ask("POST", "signing-keys", rotate=True)
    assert way.access(answer)["tfp"] == way.told["policy"]
    simulator.ask("POST", "signing-keys", rotate=True, drop_old=True)
    with pytest.raises(KeyError):
        way.access(answer)


def test_graph_goes_on_taking_its_tokens_when_keys_change(simulator: Simulator) -> None:
    with graph_client(simulator) as graph:
        simulator.ask("POST", "signing-keys", rotate=True, drop_old=True)
        assert graph.get("/users").status_code == 200


@pytest.mark.parametrize("of", [*PRODUCTS, workforce])
def test_metadata_and_keys_are_503_while_the_login_endpoint_is_down(
    simulator: Simulator, of: Callable[[Simulator], Way]
) -> None:
    told = of(simulator).told
    addresses = (told["metadata"], f"{told['authority']}/discovery/v2.0/keys")
    with login_client(simulator) as login:
        simulator.ask("POST", "login", down=True)
        assert [login.get(address).status_code for address in addresses] == [503, 503]
        simulator.ask("POST", "login", cut=True)
        for address in addresses:
            with pytest.raises(httpx.RemoteProtocolError):
                login.get(address)
        simulator.ask("POST", "login", down=False)
        assert [login.get(address).status_code for address in addresses] == [200, 200]


def test_calls_for_metadata_and_keys_are_counted(simulator: Simulator) -> None:
    way = b2c(simulator)
    with login_client(simulator) as login:
        for _ in range(2):
            login.get(way.told["metadata"])
        simulator.ask("POST", "login", down=True)
        login.get(way.told["metadata"])
        login.get(f"{way.told['authority']}/discovery/v2.0/keys")
    told = simulator.ask("GET", "login").json()
    assert (told["down"], told["metadata"], told["keys"]) == (True, 3, 1)
    assert told["paths"][way.told["metadata"].removeprefix(simulator.login)] == 3
    simulator.ask("DELETE", "login")
    assert simulator.ask("GET", "login").json() == {
        "down": False,
        "cut": False,
        "second_factor": False,
        "metadata": 0,
        "keys": 0,
        "paths": {},
    }


@pytest.mark.parametrize("of", PRODUCTS)
def test_a_minted_token_says_what_a_real_one_does(
    simulator: Simulator, of: Callable[[Simulator], Way]
) -> None:
    way, (object_id, address) = of(simulator), simulator.add_person()
    real = tokens(way, address, nonce="mine")
    about = {"product": way.told["product"], "tenant": "contoso", "object_id": object_id}
    access = way.read(_minted(simulator, "person_access", **about), way.told["audience"])
    identity = way.read(
        _minted(simulator, "person_id", claims={"nonce": "mine"}, **about), way.client["client_id"]
    )
    moving = {"iat", "nbf", "exp", "auth_time", "uti"}
    for made, given in ((access, way.access(real)), (identity, way.identity(real))):
        assert set(made) == set(given)
        assert {k: v for k, v in made.items() if k not in moving} == {
            k: v for k, v in given.items() if k not in moving
        }


def test_a_minted_token_may_be_of_another_policy_and_app(simulator: Simulator) -> None:
    way = b2c(simulator, MFA)
    asked = {"tenant": "contoso", "policy": MFA, "client": "public", "object_id": NOBODY}
    claims = way.read(_minted(simulator, "person_access", **asked), way.told["audience"])
    assert (claims["tfp"], claims["azp"], claims["oid"]) == (MFA, way.public.client["client_id"], NOBODY)


def test_a_minted_token_may_be_an_app_s_or_an_operator_s(simulator: Simulator) -> None:
    company = workforce(simulator)
    app = company.read(_minted(simulator, "app", client="deleter"), company.told["audience"])
    assert (app["roles"], app["idtyp"]) == (["Deletions.Submit"], "app")
    rita = company.told["operators"][2]
    for name in ("rita", rita["object_id"]):
        claims = company.read(_minted(simulator, "operator", operator=name), company.told["audience"])
        assert (claims["oid"], claims["roles"]) == (rita["object_id"], ["PrivacyRequests.Read"])


def test_claims_and_header_can_be_changed_and_taken_away(simulator: Simulator) -> None:
    token = _minted(
        simulator, "app", claims={"aud": "other", "roles": None}, header={"kid": None, "typ": "at"}
    )
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == "other"
    assert "roles" not in claims
    assert _header(token) == {"alg": "RS256", "typ": "at"}


def test_a_minted_token_may_be_signed_by_a_wrong_key_or_by_none(simulator: Simulator) -> None:
    company = workforce(simulator)
    simulator.ask("POST", "signing-keys", rotate=True, drop_old=True)
    published = _key_ids(company)
    assert _header(_minted(simulator, "app"))["kid"] in published
    for key in ("previous", "foreign"):
        assert _header(_minted(simulator, "app", key=key))["kid"] not in published
    forged = _minted(simulator, "app", key="foreign", header={"kid": published[-1]})
    with pytest.raises(jwt.InvalidSignatureError):
        company.read(forged, company.told["audience"])
    assert _minted(simulator, "app", header={"alg": "none"}).endswith(".")


def test_the_public_key_can_be_taken_for_a_secret(simulator: Simulator) -> None:
    token = _minted(simulator, "app", header={"alg": "HS256"})
    head, body, signature = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "HS256"
    assert body
    assert len(signature) == 43


@pytest.mark.parametrize(
    ("what", "body", "told"),
    [
        ("tokens", {"kind": "coin"}, "kind must be one of person_access, person_id, app, operator"),
        ("tokens", {"kind": "app", "tenant": "contoso"}, "a token of kind app has no tenant"),
        ("tokens", {"kind": "app", "client": "x"}, "client must be one of submitter, "),
        ("tokens", {"kind": "app", "key": "x"}, "key must be current, foreign"),
        ("tokens", {"kind": "app", "claims": []}, "claims must be an object"),
        ("tokens", {"kind": "operator", "operator": "x"}, "operator must be one of olga, "),
        ("tokens", {"kind": "person_id", "tenant": "contoso"}, "a person's token needs an object_id"),
        (
            "tokens",
            {"kind": "person_id", "tenant": "contoso", "object_id": NOBODY, "policy": "x"},
            "there is no b2c with policy x in tenant contoso",
        ),
        ("login", {"up": True}, "there is no up here"),
        ("login", {"down": "yes"}, "down must be true or false"),
        ("signing-keys", {"rotate": False}, "rotate must be true"),
        ("signing-keys", {"rotate": True, "drop": True}, "there is no drop here"),
    ],
)
def test_what_makes_no_sense_is_refused(
    simulator: Simulator, what: str, body: dict[str, object], told: str
) -> None:
    answer = simulator.control.post(f"/_control/{what}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(told)

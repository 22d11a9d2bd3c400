"""What the tokens say that customers and the website get."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import jwt
import pytest

from tests.local.browser import Browser
from tests.local.graph_client import graph_client
from tests.local.sign_in_client import MFA, SIGN_IN, Way, b2c, external_id, signed_in, tokens, ways, workforce
from tests.running import Simulator, started_simulator

Product = Callable[[Simulator], Way]
PRODUCTS = (b2c, external_id)


def test_b2c_s_id_token_is_about_the_object_and_the_policy(simulator: Simulator) -> None:
    way, (object_id, address) = b2c(simulator), simulator.add_person(displayName="Ada Smith")
    claims = way.identity(tokens(way, address, nonce="mine"))
    assert (claims["sub"], claims["oid"]) == (object_id, object_id)
    assert (claims["tfp"], claims["nonce"], claims["ver"]) == (SIGN_IN, "mine", "1.0")
    assert (claims["name"], claims["emails"]) == ("Ada Smith", [address])
    assert claims["iat"] <= time.time() < claims["exp"] == claims["iat"] + 3600
    assert claims["nbf"] == claims["iat"] >= claims["auth_time"]
    assert not {"tid", "amr", "scp", "azp"} & set(claims)


def test_b2c_s_access_token_is_for_the_api_and_has_no_nonce(simulator: Simulator) -> None:
    way, (object_id, address) = b2c(simulator), simulator.add_person()
    claims = way.access(tokens(way, address))
    assert (claims["sub"], claims["oid"], claims["tfp"]) == (object_id, object_id, SIGN_IN)
    assert (claims["azp"], claims["scp"], claims["ver"]) == (way.client["client_id"], "Requests", "1.0")
    assert not {"nonce", "tid", "amr", "roles"} & set(claims)


def test_b2c_has_one_issuer_for_every_policy_and_its_own_keys(simulator: Simulator) -> None:
    plain, strict, other = b2c(simulator), b2c(simulator, MFA), external_id(simulator)
    assert plain.told["issuer"] == strict.told["issuer"] == f"{other.told['issuer']}/"
    assert plain.metadata["issuer"] == plain.told["issuer"]
    token = tokens(plain, simulator.add_person()[1])["access_token"]
    assert strict.read(token, strict.told["audience"])["tfp"] == SIGN_IN
    with pytest.raises(KeyError):
        other.read(token, other.told["audience"])


def test_the_policy_for_privacy_is_in_its_tokens(simulator: Simulator) -> None:
    way = b2c(simulator, MFA)
    answer = tokens(way, simulator.add_person()[1])
    assert way.access(answer)["tfp"] == way.identity(answer)["tfp"] == MFA


def test_external_id_s_subject_is_another_for_each_audience(simulator: Simulator) -> None:
    way, (object_id, address) = external_id(simulator), simulator.add_person()
    answer = tokens(way, address, nonce="mine")
    identity, access = way.identity(answer), way.access(answer)
    assert identity["oid"] == access["oid"] == object_id
    assert len({identity["sub"], access["sub"], object_id}) == 3
    assert identity["tid"] == access["tid"] == way.told["tenant_id"]
    assert (identity["ver"], identity["nonce"], identity["preferred_username"]) == ("2.0", "mine", address)
    assert (access["azp"], access["azpacr"], access["scp"]) == (way.client["client_id"], "1", "Requests")
    assert not {"tfp", "emails", "amr"} & set(identity)


@pytest.mark.parametrize(
    "asked",
    [
        {"acr_values": "mfa"},
        {"claims": '{"id_token": {"amr": {"essential": true, "values": ["mfa"]}}}'},
        {"claims": '{"id_token": {"acrs": {"essential": true, "value": "c1"}}}'},
    ],
)
def test_external_id_says_that_there_was_a_second_factor(simulator: Simulator, asked: dict[str, str]) -> None:
    way = external_id(simulator)
    assert way.identity(tokens(way, simulator.add_person()[1], **asked))["amr"] == ["pwd", "mfa"]


def test_external_id_asks_everybody_for_a_second_factor_when_set_so(simulator: Simulator) -> None:
    simulator.ask("POST", "login", second_factor=True)
    way = external_id(simulator)
    answer = tokens(way, simulator.add_person()[1], prompt="login")
    assert way.identity(answer)["amr"] == ["pwd", "mfa"]
    assert "amr" not in way.access(answer)


def test_the_ready_line_names_every_way_and_the_same_seed_makes_the_same(
    simulator: Simulator, tmp_path: Path
) -> None:
    told = [way.told for way in ways(simulator)]
    assert [(one["tenant"], one["product"], one["policy"]) for one in told] == [
        (tenant, product, policy)
        for tenant in ("contoso", "fabrikam")
        for product, policy in (("b2c", SIGN_IN), ("b2c", MFA), ("external_id", None))
    ]
    assert told[0]["client_ids"] == [told[0][name]["client_id"] for name in ("web_client", "public_client")]
    with started_simulator(tmp_path) as again:
        assert _registered(again) == _registered(simulator)


def _registered(simulator: Simulator) -> list[str]:
    """Everything that does not depend on the port."""
    told = [*(way.told for way in ways(simulator)), workforce(simulator).told]
    return [str(one).replace(simulator.login, "") for one in told]


def test_without_a_scope_of_the_api_there_is_no_token_for_it(simulator: Simulator) -> None:
    address = simulator.add_person()[1]
    assert "access_token" not in tokens(b2c(simulator), address, scope="openid")
    other = tokens(external_id(simulator), address, scope="openid")["access_token"]
    assert jwt.decode(other, options={"verify_signature": False})["aud"].startswith("00000003-")


def test_without_openid_there_is_no_id_token_and_without_offline_access_no_refresh_token(
    simulator: Simulator,
) -> None:
    address = simulator.add_person()[1]
    for way in (b2c(simulator), external_id(simulator)):
        answer = tokens(way, address, scope=way.told["scope"])
        assert not {"id_token", "refresh_token"} & set(answer)


def _refreshed(way: Way, token: str) -> httpx.Response:
    return way.token(grant_type="refresh_token", refresh_token=token)


@pytest.mark.parametrize("of", PRODUCTS)
def test_a_refresh_token_gives_new_tokens_again_and_again(simulator: Simulator, of: Product) -> None:
    way, (object_id, address) = of(simulator), simulator.add_person()
    token = tokens(way, address)["refresh_token"]
    for _ in range(2):
        answer = _refreshed(way, token).raise_for_status().json()
        assert way.access(answer)["oid"] == way.identity(answer)["oid"] == object_id
        token = answer["refresh_token"]


@pytest.mark.parametrize("of", PRODUCTS)
@pytest.mark.parametrize(
    ("method", "path", "body", "codes"),
    [
        ("DELETE", "", None, ("AADB2C90128", "AADSTS50034")),
        ("PATCH", "", {"accountEnabled": False}, ("AADB2C90129", "AADSTS50173")),
        ("POST", "/revokeSignInSessions", None, ("AADB2C90129", "AADSTS50173")),
    ],
)
def test_a_refresh_token_ends_with_the_account_or_its_sessions(
    simulator: Simulator, of: Product, method: str, path: str, body: object, codes: tuple[str, str]
) -> None:
    way, (object_id, address) = of(simulator), simulator.add_person()
    token = tokens(way, address)["refresh_token"]
    with graph_client(simulator) as graph:
        graph.request(method, f"/users/{object_id}{path}", json=body).raise_for_status()
    answer = _refreshed(way, token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert answer.json()["error_description"].startswith(codes)


def test_single_sign_on_makes_b2c_s_auth_time_new_and_leaves_that_of_external_id(
    simulator: Simulator,
) -> None:
    address = simulator.add_person()[1]
    for way, newer in ((b2c(simulator), True), (external_id(simulator), False)):
        with Browser(simulator) as browser:
            first = browser.arrives(signed_in(browser, way.asked(), address))
            time.sleep(1.1)
            second = browser.arrives(browser.open(way.asked()))
        times = [
            way.identity(way.redeem(sent["code"]).raise_for_status().json())["auth_time"]
            for sent in (first, second)
        ]
        assert (times[0] < times[1]) is newer

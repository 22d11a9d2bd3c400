"""The pages that people sign in on, and the way back to the app."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.local.browser import Arrival, Browser, Page
from tests.local.graph_client import graph_client, login_client
from tests.local.sign_in_client import CALLBACK, MFA, VERIFIER, b2c, external_id, signed_in
from tests.running import Simulator


@pytest.fixture
def browser(simulator: Simulator) -> Iterator[Browser]:
    with Browser(simulator) as one:
        yield one


def test_the_page_is_a_plain_form_with_labels(browser: Browser, simulator: Simulator) -> None:
    page = browser.page(b2c(simulator).asked(login_hint='"><ada@example.com'))
    assert (page.status, page.texts["h1"], page.labels) == (200, "Sign in", ["user_name", "password"])
    assert page.inputs == {"user_name": '"><ada@example.com', "password": ""}
    assert '<html lang="en">' in page.html
    assert "<script" not in page.html


def test_somebody_who_signs_in_goes_back_with_a_code_and_the_state(
    browser: Browser, simulator: Simulator
) -> None:
    arrived = signed_in(browser, b2c(simulator).asked(state="a&b ü"), simulator.add_person()[1])
    assert isinstance(arrived, Arrival)
    assert arrived.address == CALLBACK
    assert set(arrived.sent) == {"code", "state"}
    assert arrived.sent["state"] == "a&b ü"


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_the_answer_comes_back_as_the_app_wants_it(browser: Browser, simulator: Simulator, mode: str) -> None:
    way = external_id(simulator)
    shown = signed_in(browser, way.asked(response_mode=mode), simulator.add_person()[1])
    if mode == "form_post":
        assert isinstance(shown, Page)
        shown = browser.send(shown)
    assert isinstance(shown, Arrival)
    assert shown.address == CALLBACK
    assert way.redeem(shown.sent["code"]).status_code == 200


def test_a_user_name_and_any_letter_case_will_do(browser: Browser, simulator: Simulator) -> None:
    identity = {"signInType": "userName", "issuer": "contoso.onmicrosoft.com", "issuerAssignedId": "ada_99"}
    simulator.add_user(identities=[identity])
    assert browser.arrives(signed_in(browser, b2c(simulator).asked(), " Ada_99 "))["code"]


@pytest.mark.parametrize(
    ("typed", "password", "told"),
    [("nobody@example.com", "any", "AADB2C90053: "), ("", "any", "AADB2C90053: ")],
)
def test_a_stranger_is_told_so_on_the_page(
    browser: Browser, simulator: Simulator, typed: str, password: str, told: str
) -> None:
    page = browser.page(b2c(simulator).asked())
    shown = browser.send(page, user_name=typed, password=password)
    assert isinstance(shown, Page)
    assert shown.problem.startswith(told)
    assert (shown.texts["title"], shown.inputs["user_name"]) == ("Error: Sign in", typed)


def test_an_empty_password_is_refused(browser: Browser, simulator: Simulator) -> None:
    page = browser.page(b2c(simulator).asked())
    shown = browser.send(page, user_name=simulator.add_person()[1], password="")
    assert isinstance(shown, Page)
    assert shown.problem == "AADB2C90054: Invalid username or password."


@pytest.mark.parametrize(
    ("state", "in_b2c", "elsewhere"),
    [
        ({"accountEnabled": False}, "AADB2C90111: ", "AADSTS50057: "),
        ({"deletedDateTime": "2999-01-01T00:00:00Z"}, "AADB2C90053: ", "AADSTS50034: "),
    ],
)
def test_who_is_disabled_or_in_the_recycle_bin_cannot_sign_in(
    browser: Browser, simulator: Simulator, state: dict[str, object], in_b2c: str, elsewhere: str
) -> None:
    address = simulator.add_person("contoso", **state)[1]
    for way, told in ((b2c(simulator), in_b2c), (external_id(simulator), elsewhere)):
        shown = signed_in(browser, way.asked(), address)
        assert isinstance(shown, Page)
        assert shown.problem.startswith(told)


def test_another_tenant_s_people_are_strangers(browser: Browser, simulator: Simulator) -> None:
    shown = signed_in(browser, b2c(simulator, tenant="fabrikam").asked(), simulator.add_person()[1])
    assert isinstance(shown, Page)
    assert shown.problem.startswith("AADB2C90053: ")


def test_the_policy_for_privacy_asks_for_a_code(browser: Browser, simulator: Simulator) -> None:
    way, address = b2c(simulator, MFA), simulator.add_person()[1]
    page = browser.send(browser.page(way.asked()), user_name=address, password="any")
    assert isinstance(page, Page)
    assert page.labels == ["code"]
    again = browser.send(page, code="000000")
    assert isinstance(again, Page)
    assert again.problem.startswith("AADB2C90156: ")
    assert browser.arrives(browser.send(again, code=page.texts["strong"]))["code"]


def test_the_code_s_page_is_of_no_use_for_another_sign_in(browser: Browser, simulator: Simulator) -> None:
    way, address = b2c(simulator, MFA), simulator.add_person()[1]
    page = browser.send(browser.page(way.asked()), user_name=address, password="any")
    assert isinstance(page, Page)
    page.url = way.asked(nonce="another")
    shown = browser.send(page, code=page.texts["strong"])
    assert isinstance(shown, Page)
    assert shown.problem.startswith("AADB2C90046: ")


def test_who_cancels_goes_back_with_an_error(browser: Browser, simulator: Simulator) -> None:
    for way, told in ((b2c(simulator), "AADB2C90091: "), (external_id(simulator), "AADSTS65004: ")):
        sent = browser.arrives(browser.send(browser.page(way.asked()), cancel="1"))
        assert (sent["error"], sent["state"]) == ("access_denied", "a state")
        assert sent["error_description"].startswith(told)


def test_who_has_signed_in_goes_straight_back_the_next_time(browser: Browser, simulator: Simulator) -> None:
    way = b2c(simulator)
    signed_in(browser, way.asked(), simulator.add_person()[1])
    for asked in ({}, {"prompt": "none"}, {"max_age": "60"}, {"prompt": "select_account"}):
        assert browser.arrives(browser.open(way.asked(**asked)))["code"]


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"acr_values": "mfa"}])
def test_a_fresh_sign_in_or_a_second_factor_shows_the_page_again(
    browser: Browser, simulator: Simulator, asked: dict[str, str]
) -> None:
    way = external_id(simulator)
    signed_in(browser, way.asked(), simulator.add_person()[1])
    assert isinstance(browser.open(way.asked(**asked)), Page)


def test_a_sign_in_that_is_older_than_wanted_shows_the_page_again(
    browser: Browser, simulator: Simulator
) -> None:
    way = b2c(simulator)
    signed_in(browser, way.asked(), simulator.add_person()[1])
    time.sleep(1.1)
    assert isinstance(browser.open(way.asked(max_age="1")), Page)


def test_the_policy_for_privacy_neither_uses_nor_leaves_a_session(
    browser: Browser, simulator: Simulator
) -> None:
    plain, strict, address = b2c(simulator), b2c(simulator, MFA), simulator.add_person()[1]
    signed_in(browser, strict.asked(), address)
    assert isinstance(browser.open(plain.asked()), Page)
    signed_in(browser, plain.asked(), address)
    assert isinstance(browser.open(strict.asked()), Page)


def test_a_session_is_good_in_its_own_product_and_tenant_alone(
    browser: Browser, simulator: Simulator
) -> None:
    signed_in(browser, b2c(simulator).asked(), simulator.add_person()[1])
    for way in (external_id(simulator), b2c(simulator, tenant="fabrikam")):
        assert isinstance(browser.open(way.asked()), Page)


def test_a_session_ends_with_the_account(browser: Browser, simulator: Simulator) -> None:
    way, (object_id, address) = b2c(simulator), simulator.add_person()
    signed_in(browser, way.asked(), address)
    with graph_client(simulator) as graph:
        graph.delete(f"/users/{object_id}").raise_for_status()
    assert isinstance(browser.open(way.asked()), Page)


def test_who_signs_out_goes_back_and_must_sign_in_again(browser: Browser, simulator: Simulator) -> None:
    way = b2c(simulator)
    signed_in(browser, way.asked(), simulator.add_person()[1])
    end = way.metadata["end_session_endpoint"]
    arrived = browser.open(f"{end}?post_logout_redirect_uri=http://localhost:5001/bye")
    assert isinstance(arrived, Arrival)
    assert arrived.address == "http://localhost:5001/bye"
    assert isinstance(browser.open(way.asked()), Page)
    assert (
        browser.page(f"{end}?post_logout_redirect_uri=https://evil.example/").texts["h1"]
        == "You are signed out"
    )


@pytest.mark.parametrize(
    ("changed", "error", "code"),
    [
        ({"prompt": "none"}, "interaction_required", "AADB2C90077"),
        ({"response_type": "token"}, "unsupported_response_type", "AADB2C90013"),
        ({"scope": "openid https://other.example/Read"}, "invalid_request", "AADB2C90117"),
        ({"scope": ""}, "invalid_request", "AADB2C90010"),
        ({"code_challenge": ""}, "invalid_request", "AADB2C99059"),
        ({"code_challenge_method": "plain"}, "invalid_request", "AADB2C90184"),
        ({"max_age": "soon"}, "invalid_request", "AADB2C90120"),
    ],
)
def test_what_cannot_be_done_goes_back_to_the_app_as_an_error(
    browser: Browser, simulator: Simulator, changed: dict[str, str], error: str, code: str
) -> None:
    sent = browser.arrives(browser.open(b2c(simulator).public.asked(**changed)))
    assert (sent["error"], sent["state"]) == (error, "a state")
    assert sent["error_description"].startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_id": "another"}, "AADB2C90018"),
        ({"redirect_uri": "https://evil.example/"}, "AADB2C90006"),
        ({"redirect_uri": "http://localhost:1@evil.example/"}, "AADB2C90006"),
        ({"redirect_uri": "http://localhost.evil.example/"}, "AADB2C90006"),
        ({"redirect_uri": ""}, "AADB2C90083"),
        ({"response_mode": "pigeon"}, "AADB2C90014"),
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    browser: Browser, simulator: Simulator, changed: dict[str, str], code: str
) -> None:
    page = browser.page(b2c(simulator).asked(**changed))
    assert page.status == 400
    assert page.texts["p"].startswith(f"{code}: ")


@pytest.mark.parametrize(
    "address", ["http://localhost:65535/a/b?c=d", "http://127.0.0.1:5001", "http://localhost/"]
)
def test_any_port_of_this_machine_is_registered(browser: Browser, simulator: Simulator, address: str) -> None:
    way = b2c(simulator)
    sent = browser.arrives(signed_in(browser, way.asked(redirect_uri=address), simulator.add_person()[1]))
    assert way.redeem(sent["code"], redirect_uri=address).status_code == 200


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"code": "another"}, ("AADB2C90080", "AADSTS70008")),
        ({"code_verifier": "w" * 43}, ("AADB2C90183", "AADSTS501481")),
        ({"code_verifier": ""}, ("AADB2C90083", "AADSTS900144")),
        ({"redirect_uri": "http://localhost:5002/"}, ("AADB2C90088", "AADSTS70000")),
        ({"client_secret": "wrong"}, ("AADB2C90081", "AADSTS7000215")),
        ({"client_secret": ""}, ("AADB2C90079", "AADSTS7000218")),
        ({"grant_type": "password"}, ("AADB2C90086", "AADSTS70003")),
    ],
)
def test_a_code_is_of_no_use_to_who_does_not_know_the_rest(
    browser: Browser, simulator: Simulator, changed: dict[str, str], codes: tuple[str, str]
) -> None:
    for way, code in zip((b2c(simulator), external_id(simulator)), codes, strict=True):
        sent = browser.arrives(signed_in(browser, way.asked(), simulator.add_person()[1]))
        answer = way.redeem(**{"code": sent["code"], **changed})
        assert answer.status_code == (401 if answer.json()["error"] == "invalid_client" else 400)
        assert answer.json()["error_description"].startswith(f"{code}: ")


def test_a_code_is_good_once_at_its_own_policy_for_its_own_app(
    browser: Browser, simulator: Simulator
) -> None:
    way, address = b2c(simulator), simulator.add_person()[1]
    codes = [browser.arrives(signed_in(browser, way.asked(), address))["code"] for _ in range(3)]
    assert [_told(way.redeem(codes[0])) for _ in range(2)] == ["", "AADB2C90080"]
    assert _told(b2c(simulator, MFA).redeem(codes[1])) == "AADB2C90088"
    assert _told(way.public.redeem(codes[2])) == "AADB2C90088"


def test_a_public_app_redeems_with_its_verifier_alone(browser: Browser, simulator: Simulator) -> None:
    for way, code in ((b2c(simulator), "AADB2C90084"), (external_id(simulator), "AADSTS700025")):
        asked = way.public.asked(prompt="login")
        first, second = (
            browser.arrives(signed_in(browser, asked, simulator.add_person()[1]))["code"] for _ in range(2)
        )
        answer = way.public.redeem(first).raise_for_status().json()
        assert way.access(answer)["azp"] == way.public.client["client_id"]
        assert _told(way.public.redeem(second, client_secret="s")) == code


def test_an_app_may_show_its_credentials_in_the_header(browser: Browser, simulator: Simulator) -> None:
    way = external_id(simulator)
    sent = browser.arrives(signed_in(browser, way.asked(), simulator.add_person()[1]))
    client = way.client
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    with login_client(simulator) as login:
        answer = login.post(
            way.metadata["token_endpoint"],
            data={**form, "code": sent["code"]},
            auth=(client["client_id"], client["client_secret"]),
        )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


def test_a_website_s_scripts_may_redeem_a_code(simulator: Simulator) -> None:
    way = b2c(simulator).public
    with login_client(simulator) as login:
        for method, address in (("GET", way.told["metadata"]), ("POST", way.metadata["token_endpoint"])):
            answer = login.request(method, address, headers={"origin": "http://localhost:5001"})
            assert answer.headers["access-control-allow-origin"] == "*"


def test_an_unknown_policy_is_404(simulator: Simulator) -> None:
    with login_client(simulator) as login:
        answer = login.get("/contoso.onmicrosoft.com/b2c_1_other/v2.0/.well-known/openid-configuration")
    assert answer.status_code == 404
    assert answer.json()["error_description"].startswith("AADB2C90022: ")


def _told(answer: httpx.Response) -> str:
    return str(answer.json().get("error_description", "")).partition(":")[0]

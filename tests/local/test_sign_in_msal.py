"""Microsoft's own library signs people in here as it does there."""

from collections.abc import Callable
from typing import Any, Protocol, cast

import msal  # type: ignore[import-untyped]  # MSAL ships no types
import pytest

from tests.local.browser import Browser, Page
from tests.local.sign_in_client import CALLBACK, MFA, Way, b2c, external_id, signed_in, workforce
from tests.running import Simulator

Answer = dict[str, Any]
PRODUCTS: tuple[Callable[[Simulator], Way], ...] = (b2c, external_id)


class App(Protocol):
    """What these tests use of MSAL."""

    def initiate_auth_code_flow(
        self, scopes: list[str], redirect_uri: str, *, response_mode: str
    ) -> Answer: ...

    def acquire_token_by_auth_code_flow(self, flow: Answer, response: dict[str, str]) -> Answer: ...

    def acquire_token_silent_with_error(
        self, scopes: list[str], account: Answer, *, force_refresh: bool
    ) -> Answer: ...

    def acquire_token_for_client(self, scopes: list[str]) -> Answer: ...

    def initiate_device_flow(self, scopes: list[str]) -> Answer: ...

    def acquire_token_by_device_flow(self, flow: Answer) -> Answer: ...

    def get_accounts(self) -> list[Answer]: ...


@pytest.fixture(autouse=True)
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests, which MSAL calls with, would let these outweigh the certificate that it is told to trust."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def _website(way: Way, **authority: str) -> App:
    client = way.client
    made = msal.ConfidentialClientApplication(
        client["client_id"],
        client_credential=client["client_secret"],
        instance_discovery=False,
        verify=str(way.simulator.ready["ca_file"]),
        **authority,
    )
    return cast("App", made)


def _command_line(way: Way) -> App:
    made = msal.PublicClientApplication(
        way.public.client["client_id"],
        authority=way.told["authority"],
        instance_discovery=False,
        verify=str(way.simulator.ready["ca_file"]),
    )
    return cast("App", made)


def _signed_in(app: App, way: Way, user_name: str, mode: str = "form_post") -> Answer:
    flow = app.initiate_auth_code_flow([way.told["scope"]], CALLBACK, response_mode=mode)
    with Browser(way.simulator) as browser:
        shown = signed_in(browser, flow["auth_uri"], user_name)
        sent = browser.arrives(browser.send(shown) if isinstance(shown, Page) else shown)
    answer = app.acquire_token_by_auth_code_flow(flow, sent)
    assert "error" not in answer, answer
    return answer


@pytest.mark.parametrize("policy", ["B2C_1_signin", MFA])
def test_a_website_signs_people_in_with_b2c_s_authority(simulator: Simulator, policy: str) -> None:
    way, (object_id, address) = b2c(simulator, policy), simulator.add_person()
    app = _website(way, authority=f"{simulator.login}/contoso.onmicrosoft.com/{policy}")
    answer = _signed_in(app, way, address)
    assert answer["id_token_claims"]["oid"] == object_id
    assert way.access(answer)["tfp"] == policy


def test_a_website_signs_people_in_with_external_id_s_authority(simulator: Simulator) -> None:
    way, (object_id, address) = external_id(simulator), simulator.add_person()
    app = _website(way, oidc_authority=f"{simulator.login}/{way.told['tenant_id']}/v2.0")
    answer = _signed_in(app, way, address)
    assert answer["id_token_claims"]["oid"] == object_id
    assert way.access(answer)["tid"] == way.told["tenant_id"]


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended:UserWarning")
def test_a_website_may_have_the_answer_in_its_address(simulator: Simulator) -> None:
    way, (object_id, address) = b2c(simulator), simulator.add_person()
    answer = _signed_in(_website(way, authority=way.told["authority"]), way, address, "query")
    assert answer["id_token_claims"]["oid"] == object_id


def test_a_website_takes_b2c_for_any_openid_provider(simulator: Simulator) -> None:
    way, (object_id, address) = b2c(simulator), simulator.add_person()
    app = _website(way, oidc_authority=f"{way.told['authority']}/v2.0")
    assert _signed_in(app, way, address)["id_token_claims"]["sub"] == object_id


@pytest.mark.parametrize("of", PRODUCTS)
def test_a_website_renews_tokens_in_silence(simulator: Simulator, of: Callable[[Simulator], Way]) -> None:
    way, (object_id, address) = of(simulator), simulator.add_person()
    app = _website(way, authority=way.told["authority"])
    _signed_in(app, way, address)
    (account,) = app.get_accounts()
    again = app.acquire_token_silent_with_error([way.told["scope"]], account, force_refresh=True)
    assert way.access(again)["oid"] == object_id
    assert again["token_source"] == "identity_provider"


def test_a_refusal_reaches_the_website_as_such(simulator: Simulator) -> None:
    way = b2c(simulator)
    app = _website(way, authority=way.told["authority"])
    flow = app.initiate_auth_code_flow([way.told["scope"]], CALLBACK, response_mode="form_post")
    with Browser(simulator) as browser:
        page = browser.send(browser.page(flow["auth_uri"]), cancel="1")
        assert isinstance(page, Page)
        sent = browser.arrives(browser.send(page))
    assert app.acquire_token_by_auth_code_flow(flow, sent)["error"] == "access_denied"


def test_an_operator_signs_in_from_a_public_app(simulator: Simulator) -> None:
    way = workforce(simulator)
    answer = _signed_in(_command_line(way), way, "olga@company.onmicrosoft.com")
    assert way.access(answer)["roles"] == ["PrivacyRequests.Operate"]


def test_an_operator_signs_in_by_a_code_from_a_terminal(simulator: Simulator) -> None:
    way = workforce(simulator)
    app = _command_line(way)
    flow = app.initiate_device_flow([way.told["scope"]])
    with Browser(simulator) as browser:
        page = browser.page(flow["verification_uri"])
        browser.send(
            page, user_code=flow["user_code"], user_name="otto@company.onmicrosoft.com", password="any"
        )
    assert way.access(app.acquire_token_by_device_flow(flow))["scp"] == "Operate"

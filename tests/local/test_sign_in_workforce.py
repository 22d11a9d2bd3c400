"""The company's own directory: apps that call alone, and operators."""

import httpx
import pytest
from azure.identity import ClientSecretCredential

from tests.local.browser import Browser, Page
from tests.local.graph_client import login_client
from tests.local.sign_in_client import Way, signed_in, tokens, workforce
from tests.running import Simulator

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def company(simulator: Simulator) -> Way:
    return workforce(simulator)


def _app(company: Way, name: str) -> dict[str, str]:
    app: dict[str, str] = next(one for one in company.told["apps"] if one["name"] == name)
    return app


def _asked_by(company: Way, name: str, **changed: str) -> httpx.Response:
    app = _app(company, name)
    form = {"grant_type": "client_credentials", "scope": f"api://{company.told['audience']}/.default"}
    client = {key: app[key] for key in ("client_id", "client_secret")}
    return Way(company.simulator, {**company.told, "web_client": client}).token(**{**form, **changed})


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("submitter", ["Exports.Submit", "Deletions.Submit"]),
        ("exporter", ["Exports.Submit"]),
        ("deleter", ["Deletions.Submit"]),
        ("stranger", None),
    ],
)
def test_an_app_gets_the_roles_that_it_was_assigned(company: Way, name: str, roles: list[str] | None) -> None:
    claims = company.access(_asked_by(company, name).raise_for_status().json())
    assert claims.get("roles") == roles
    assert claims["azp"] == _app(company, name)["client_id"]
    assert (claims["azpacr"], claims["idtyp"], claims["ver"]) == ("1", "app", "2.0")
    assert (claims["oid"], claims["tid"]) == (claims["sub"], company.told["tenant_id"])
    assert {"iat", "nbf", "exp", "uti"} <= set(claims)
    assert "scp" not in claims


def test_the_real_credential_class_gets_a_token_for_the_api(company: Way) -> None:
    app, simulator = _app(company, "exporter"), company.simulator
    with ClientSecretCredential(
        company.told["tenant_id"],
        app["client_id"],
        app["client_secret"],
        authority=simulator.login,
        disable_instance_discovery=True,
        connection_verify=str(simulator.ready["ca_file"]),
    ) as credential:
        given = credential.get_token(f"{company.told['audience']}/.default")
    assert company.read(given.token, company.told["audience"])["roles"] == ["Exports.Submit"]


@pytest.mark.parametrize(
    ("changed", "error", "code"),
    [
        ({"client_secret": "wrong"}, "invalid_client", "AADSTS7000215"),
        ({"client_secret": ""}, "invalid_client", "AADSTS7000218"),
        ({"client_id": "another"}, "unauthorized_client", "AADSTS700016"),
        ({"scope": "https://graph.microsoft.com/.default"}, "invalid_scope", "AADSTS1002012"),
        ({"scope": ""}, "invalid_request", "AADSTS900144"),
        ({"grant_type": "password"}, "unsupported_grant_type", "AADSTS70003"),
        ({"grant_type": ""}, "invalid_request", "AADSTS900144"),
    ],
)
def test_an_app_that_asks_wrongly_gets_nothing(
    company: Way, changed: dict[str, str], error: str, code: str
) -> None:
    answer = _asked_by(company, "submitter", **changed)
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.json()["error"] == error
    assert answer.json()["error_description"].startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("user_name", "roles"),
    [
        ("olga", ["PrivacyRequests.Operate"]),
        ("otto", ["PrivacyRequests.Operate"]),
        ("rita", ["PrivacyRequests.Read"]),
        ("nils", None),
    ],
)
def test_an_operator_s_token_has_a_scope_and_their_roles(
    company: Way, user_name: str, roles: list[str] | None
) -> None:
    operator = next(one for one in company.told["operators"] if one["user_name"].startswith(user_name))
    asked = {"scope": f"openid {company.told['audience']}/Operate"}
    claims = company.access(tokens(company.public, operator["user_name"], **asked))
    assert (claims.get("roles"), claims["scp"]) == (roles, "Operate")
    assert (claims["oid"], claims["tid"]) == (operator["object_id"], company.told["tenant_id"])
    assert (claims["idtyp"], claims["azp"]) == ("user", company.public.client["client_id"])
    assert claims["sub"] != claims["oid"]


def test_an_app_that_calls_alone_cannot_sign_anybody_in(company: Way) -> None:
    with Browser(company.simulator) as browser:
        page = browser.page(company.public.asked(client_id=_app(company, "submitter")["client_id"]))
    assert page.texts["p"].startswith("AADSTS50011: ")


def test_an_app_of_the_company_is_unknown_among_its_customers(company: Way) -> None:
    tenant = company.simulator.tenants[0]["tenant_id"]
    form = {**_app(company, "submitter"), "grant_type": "client_credentials", "scope": "x"}
    with login_client(company.simulator) as login:
        answer = login.post(f"/{tenant}/contoso/oauth2/v2.0/token", data=form)
        assert answer.status_code == 404
        answer = login.post(f"/{tenant}/b2c_1_signin/oauth2/v2.0/token", data=form)
    assert answer.json()["error_description"].startswith("AADB2C90018: ")


def _device(company: Way) -> dict[str, str]:
    form = {**company.public.client, "scope": f"openid {company.told['scope']}"}
    with login_client(company.simulator) as login:
        address = company.metadata["device_authorization_endpoint"]
        begun: dict[str, str] = login.post(address, data=form).raise_for_status().json()
    return begun


def _polled(company: Way, begun: dict[str, str]) -> httpx.Response:
    return company.public.token(grant_type=DEVICE, device_code=begun["device_code"])


def test_a_device_waits_until_somebody_has_signed_in_elsewhere(company: Way) -> None:
    begun = _device(company)
    assert _polled(company, begun).json()["error"] == "authorization_pending"
    with Browser(company.simulator) as browser:
        page = browser.page(f"{begun['verification_uri']}?user_code={begun['user_code'].lower()}")
        done = browser.send(page, user_name="olga@company.onmicrosoft.com", password="any")
    assert isinstance(done, Page)
    assert done.texts["h1"] == "Signed in"
    claims = company.access(_polled(company, begun).raise_for_status().json())
    assert (claims["roles"], claims["scp"]) == (["PrivacyRequests.Operate"], "Operate")
    assert _polled(company, begun).json()["error"] == "expired_token"


def test_a_device_is_told_when_somebody_cancels(company: Way) -> None:
    begun = _device(company)
    with Browser(company.simulator) as browser:
        browser.send(browser.page(begun["verification_uri"]), user_code=begun["user_code"], cancel="1")
    assert _polled(company, begun).json()["error"] == "authorization_declined"


def test_a_device_s_page_tells_what_is_wrong(company: Way) -> None:
    begun = _device(company)
    with Browser(company.simulator) as browser:
        page = browser.page(begun["verification_uri"])
        for code, name, told in (
            ("WRONG", "olga", "AADSTS50089: "),
            (begun["user_code"], "x", "AADSTS50034: "),
        ):
            shown = browser.send(page, user_code=code, user_name=name, password="any")
            assert isinstance(shown, Page)
            assert shown.problem.startswith(told)


def test_whoever_signs_in_by_code_can_be_asked_for_a_second_factor(company: Way) -> None:
    company.simulator.ask("POST", "login", second_factor=True)
    with Browser(company.simulator) as browser:
        url = company.public.asked()
        sent = browser.arrives(signed_in(browser, url, "rita@company.onmicrosoft.com"))
    answer = company.public.redeem(sent["code"]).raise_for_status().json()
    assert company.public.identity(answer)["amr"] == ["pwd", "mfa"]

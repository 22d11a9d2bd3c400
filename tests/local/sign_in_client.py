"""An app that signs people in, in plain HTTP, so that tests see what Microsoft would send."""

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

from tests.local.browser import Arrival, Browser, Page
from tests.local.graph_client import login_client
from tests.running import Simulator

MFA, SIGN_IN = "B2C_1A_PRIVACY_MFA", "B2C_1_signin"
CALLBACK = "http://localhost:5001/callback"
VERIFIER = "v" * 43
Claims = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """One way to sign in, as the ready line tells it; the app is the website unless it is the public one."""

    simulator: Simulator
    told: dict[str, Any]
    app: str = "web_client"

    @property
    def public(self) -> "Way":
        """The same for the public app."""
        return replace(self, app="public_client")

    @property
    def client(self) -> dict[str, str]:
        """client_id, and client_secret unless it is public."""
        client: dict[str, str] = self.told[self.app]
        return client

    @property
    def metadata(self) -> dict[str, Any]:
        with login_client(self.simulator) as login:
            found: dict[str, Any] = login.get(self.told["metadata"]).raise_for_status().json()
        return found

    def asked(self, **changed: str) -> str:
        """The address that an app sends the browser to; an empty value leaves the parameter out."""
        usual = {
            "client_id": self.client["client_id"],
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": f"openid offline_access {self.told['scope']}",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        }
        asked = {name: value for name, value in {**usual, **changed}.items() if value}
        return f"{self.told['authority']}/oauth2/v2.0/authorize?{urlencode(asked)}"

    def token(self, **form: str) -> httpx.Response:
        """What the token endpoint says to the app."""
        sent = {**self.client, **form}
        with login_client(self.simulator) as login:
            return login.post(
                f"{self.told['authority']}/oauth2/v2.0/token", data={k: v for k, v in sent.items() if v}
            )

    def redeem(self, code: str, **changed: str) -> httpx.Response:
        """What a code gives."""
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return self.token(code=code, **{**form, **changed})

    def read(self, token: str, audience: str) -> Claims:
        """The claims of a token whose signature, issuer and audience are good."""
        with login_client(self.simulator) as login:
            keys = jwt.PyJWKSet.from_dict(login.get(self.metadata["jwks_uri"]).json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        issuer = self.told["issuer"]
        claims: Claims = jwt.decode(token, key, ["RS256"], audience=audience, issuer=issuer)
        return claims

    def access(self, answer: dict[str, str]) -> Claims:
        """The claims of the access token, which must be for our API."""
        return self.read(answer["access_token"], self.told["audience"])

    def identity(self, answer: dict[str, str]) -> Claims:
        """The claims of the ID token, which must be for the app."""
        return self.read(answer["id_token"], self.client["client_id"])


def ways(simulator: Simulator) -> list[Way]:
    """Every way in which customers sign in."""
    sign_in = simulator.ready["sign_in"]
    assert isinstance(sign_in, dict)
    return [Way(simulator, told) for told in sign_in["people"]]


def b2c(simulator: Simulator, policy: str = SIGN_IN, tenant: str = "contoso") -> Way:
    """B2C of a tenant."""
    return next(
        way for way in ways(simulator) if (way.told["tenant"], way.told["policy"]) == (tenant, policy)
    )


def external_id(simulator: Simulator, tenant: str = "contoso") -> Way:
    """External ID of a tenant."""
    return next(
        way for way in ways(simulator) if (way.told["tenant"], way.told["product"]) == (tenant, "external_id")
    )


def workforce(simulator: Simulator) -> Way:
    """The company's own directory."""
    sign_in = simulator.ready["sign_in"]
    assert isinstance(sign_in, dict)
    return Way(simulator, sign_in["workforce"])


def challenge(verifier: str) -> str:
    """S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def signed_in(browser: Browser, url: str, user_name: str) -> Page | Arrival:
    """Where the browser is after a person has filled in everything it shows."""
    shown = browser.open(url)
    if isinstance(shown, Page):
        shown = browser.send(shown, user_name=user_name, password="any")
    if isinstance(shown, Page) and "attempt" in shown.inputs:
        shown = browser.send(shown, code=shown.texts["strong"])
    return shown


def tokens(way: Way, user_name: str, **asked: str) -> dict[str, str]:
    """What the website gets when that person signs in."""
    with Browser(way.simulator) as browser:
        sent = browser.arrives(signed_in(browser, way.asked(**asked), user_name))
    answer: dict[str, str] = way.redeem(sent["code"]).raise_for_status().json()
    return answer

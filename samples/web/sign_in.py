"""Signing in by authorization code with PKCE, for an app with a secret; no refresh token is asked for."""

from contextlib import suppress
from typing import Any

import msal  # type: ignore[import-untyped]  # MSAL ships no types
from msal.oauth2cli.oauth2 import Client  # type: ignore[import-untyped]
from pydantic import Field
from pydantic_settings import BaseSettings
from starlette.exceptions import HTTPException

Json = dict[str, Any]
# The cache is for what the authority says of itself; MSAL keeps no tokens there.
USUAL = {"instance_discovery": False, "exclude_scopes": ["offline_access"], "http_cache": {}}


class Settings(BaseSettings):
    """Each is in the environment by its name in upper case; docs/samples.md says what it is for."""

    authority: str
    step_up_authority: str
    step_up_claims: str = ""
    client_id: str
    client_secret: str = Field(repr=False)
    scope: str
    redirect: str
    api: str
    downloads: str
    regulation: str = "gdpr"


def begin(settings: Settings, nonce: str = "") -> Json:
    """A sign-in, whose `auth_uri` is where the browser goes; with a nonce the one before a deletion."""
    if not nonce:
        return dict(_usual(settings).initiate_auth_code_flow([settings.scope], settings.redirect))
    more = {"nonce": nonce, "prompt": "login", "claims": settings.step_up_claims or None}
    flow = _step_up(settings).initiate_auth_code_flow(["openid"], settings.redirect, **more)
    return {**flow, "challenge": nonce}


def finish(settings: Settings, flow: Json, answer: dict[str, str]) -> Json:
    """Its tokens; before a deletion the ID token alone. Raises `HTTPException` where there are none."""
    tokens: Json = {}
    with suppress(OSError, ValueError, RuntimeError):  # so MSAL says that the answer is not to this sign-in
        if "challenge" in flow:
            tokens = _step_up(settings).obtain_token_by_auth_code_flow(flow, answer)
        elif flow:
            tokens = _usual(settings).acquire_token_by_auth_code_flow(flow, answer)
    if "id_token" not in tokens:
        raise HTTPException(400, "sign-in again" if "challenge" in flow else "sign-in")
    return tokens


def _usual(settings: Settings) -> msal.ConfidentialClientApplication:
    """A new one each time: the tokens that it gets go with it."""
    who = (settings.client_id, settings.client_secret, settings.authority)
    try:
        return msal.ConfidentialClientApplication(*who, **USUAL)
    except (OSError, ValueError):  # the authority cannot be reached, or does not answer as it should
        raise HTTPException(503) from None


def _step_up(settings: Settings) -> Client:
    """What MSAL is made with. MSAL makes nonces of its own and sends their hashes; the API wants its own."""
    base, secret = f"{settings.step_up_authority}/oauth2/v2.0", {"client_secret": settings.client_secret}
    where = {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"}
    return Client(where, settings.client_id, default_body=secret, timeout=30)

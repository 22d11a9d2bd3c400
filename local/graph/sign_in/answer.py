"""The token endpoint's answer to an app, as each product shapes it."""

import json
import time

from local.graph.directory import Json
from local.graph.sign_in import b2c_claims, entra_claims
from local.graph.sign_in.authority import Authority, Product
from local.graph.sign_in.claims import LIFE, only_present
from local.graph.sign_in.grant import Grant
from local.graph.sign_in.jws import base64url, compact
from local.graph.sign_in.registrations import Client

REFRESH_LIFE = 14 * 24 * 3600


def app_answer(authority: Authority, client: Client) -> Json:
    """To an app on its own."""
    token = compact(entra_claims.app_claims(authority, client), authority.ring.current)
    return {"token_type": "Bearer", "expires_in": LIFE, "ext_expires_in": LIFE, "access_token": token}


def person_answer(grant: Grant, refresh_token: str | None, *, client_info: bool) -> Json:
    """To an app that somebody has signed in to; `client_info` is MSAL's."""
    shaped = _b2c if grant.authority.product is Product.B2C else _entra
    info = _client_info(grant) if client_info else None
    return only_present({**shaped(grant), "refresh_token": refresh_token, "client_info": info})


def _b2c(grant: Grant) -> Json:
    now, key, claims = int(time.time()), grant.authority.ring.current, b2c_claims.access_claims(grant)
    access: Json = {}
    if claims:
        access = {
            "access_token": compact(claims, key),
            "expires_in": LIFE,
            "expires_on": now + LIFE,
            "resource": claims["aud"],
            "scope": grant.scope.text,
        }
    identity = {"id_token": compact(b2c_claims.id_claims(grant), key), "id_token_expires_in": LIFE}
    refresh = {"refresh_token_expires_in": REFRESH_LIFE} if grant.scope.offline else {}
    return {
        "token_type": "Bearer",
        "not_before": now,
        **access,
        **(identity if grant.scope.openid else {}),
        **refresh,
    }


def _entra(grant: Grant) -> Json:
    key = grant.authority.ring.current
    return {
        "token_type": "Bearer",
        "scope": grant.scope.text,
        "expires_in": LIFE,
        "ext_expires_in": LIFE,
        "access_token": compact(entra_claims.access_claims(grant), key),
        "id_token": compact(entra_claims.id_claims(grant), key) if grant.scope.openid else None,
    }


def _client_info(grant: Grant) -> str:
    policy = f"-{grant.authority.policy.name.lower()}" if grant.authority.policy.name else ""
    info = {"uid": f"{grant.person.account.object_id}{policy}", "utid": grant.authority.directory.tenant_id}
    return base64url(json.dumps(info).encode())

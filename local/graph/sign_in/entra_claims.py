"""Tokens as Entra and External ID issue them, version 2.0."""

import hashlib
import secrets
import uuid

from local.graph.directory import Json
from local.graph.sign_in.authority import Authority, Product
from local.graph.sign_in.claims import life, only_present
from local.graph.sign_in.grant import Grant
from local.graph.sign_in.jws import base64url
from local.graph.sign_in.registrations import Client

GRAPH = "00000003-0000-0000-c000-000000000000"


def access_claims(grant: Grant) -> Json:
    """For our API; without a scope of it, for Graph, as Entra does where only an ID token was asked for."""
    api, account = grant.authority.api, grant.person.account
    audience = api.audience if grant.scope.api else GRAPH
    about = {
        "azp": grant.client.client_id,
        "azpacr": "0" if grant.client.public else "1",
        "scp": " ".join(grant.scope.api) or "openid profile",
        "roles": list(account.roles) if grant.scope.api else [],
        "idtyp": "user" if grant.authority.product is Product.WORKFORCE else None,
    }
    return only_present({**_common(grant, audience), **about})


def id_claims(grant: Grant) -> Json:
    """For the app; `amr` where there was a second factor."""
    about = {
        "nonce": grant.nonce,
        "auth_time": grant.person.at,
        "amr": ["pwd", "mfa"] if grant.person.second_factor else [],
    }
    return only_present({**_common(grant, grant.client.client_id), **about})


def app_claims(authority: Authority, client: Client) -> Json:
    """For our API, to an app on its own: the object is the app's service principal."""
    tenant_id = authority.directory.tenant_id
    principal = str(uuid.uuid5(uuid.UUID(tenant_id), client.client_id))
    claims: Json = {
        "iss": authority.issuer,
        "aud": authority.api.audience,
        "azp": client.client_id,
        "azpacr": "1",
        "idtyp": "app",
        "oid": principal,
        "sub": principal,
        "roles": list(client.roles),
        "tid": tenant_id,
        "uti": _unique(),
        "ver": "2.0",
        **life(),
    }
    return only_present(claims)


def _common(grant: Grant, audience: str) -> Json:
    account, tenant_id = grant.person.account, grant.authority.directory.tenant_id
    return {
        "iss": grant.authority.issuer,
        "aud": audience,
        "oid": account.object_id,
        "sub": _pairwise(tenant_id, account.object_id, audience),
        "name": account.name,
        "preferred_username": account.user_name,
        "tid": tenant_id,
        "uti": _unique(),
        "ver": "2.0",
        **life(),
    }


def _pairwise(*parts: str) -> str:
    """Another subject for each audience (OpenID Connect Core, 8.1)."""
    return base64url(hashlib.sha256(" ".join(parts).encode()).digest())


def _unique() -> str:
    return secrets.token_urlsafe(16)

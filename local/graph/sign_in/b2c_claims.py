"""Tokens as B2C issues them: no tenant id, no word on how somebody signed in but the policy."""

from local.graph.directory import Json
from local.graph.sign_in.claims import life, only_present
from local.graph.sign_in.grant import Grant


def access_claims(grant: Grant) -> Json | None:
    """For our API; without a scope of it there is no access token."""
    if not grant.scope.api:
        return None
    scopes = {"azp": grant.client.client_id, "scp": " ".join(grant.scope.api)}
    return only_present({**_common(grant), "aud": grant.authority.api.audience, **scopes})


def id_claims(grant: Grant) -> Json:
    """For the app. `auth_time` is when it asked, single sign-on or not: it proves no fresh credentials."""
    about = {"nonce": grant.nonce, "auth_time": grant.started}
    return only_present({**_common(grant), "aud": grant.client.client_id, **about})


def _common(grant: Grant) -> Json:
    account = grant.person.account
    return {
        "iss": grant.authority.issuer,
        "sub": account.object_id,
        "oid": account.object_id,
        "name": account.name,
        "emails": list(account.emails),
        "tfp": grant.authority.policy.name,
        "ver": "1.0",
        **life(),
    }

"""Access tokens for Graph: RS256, one hour, with the roles that later calls are held to."""

import json
import time
import uuid
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.graph.directory import Tenant

AUDIENCE = "https://graph.microsoft.com"
LIFE = 3600


@dataclass(frozen=True)
class Caller:
    """Who calls: a tenant's app with its roles."""

    tenant_id: str
    roles: frozenset[str]


class Issuer:
    """Signs and reads tokens with a key made at start."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = uuid.uuid4().hex

    def issue(self, tenant: Tenant) -> str:
        """A token for the tenant's app."""
        now = int(time.time())
        claims = {
            "aud": AUDIENCE,
            "iss": f"https://sts.windows.net/{tenant.tenant_id}/",
            "tid": tenant.tenant_id,
            "appid": tenant.client_id,
            "roles": list(tenant.roles),
            "iat": now,
            "nbf": now,
            "exp": now + LIFE,
        }
        return jwt.encode(claims, self._key, "RS256", headers={"kid": self._key_id})

    def keys(self) -> dict[str, object]:
        """The public half as a JSON Web Key Set (RFC 7517)."""
        key = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**key, "kid": self._key_id, "use": "sig"}]}

    def read(self, token: str) -> Caller | None:
        """Who the token speaks for; None if it is not good."""
        try:
            claims = jwt.decode(token, self._key.public_key(), ["RS256"], audience=AUDIENCE)
        except jwt.PyJWTError:
            return None
        return Caller(str(claims["tid"]), frozenset(claims["roles"]))

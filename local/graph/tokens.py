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


class TokenRefused(Exception):
    """A token that is not good; the message says it as Graph does."""


@dataclass(frozen=True)
class Claims:
    """What a good token says."""

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
        # The app's service principal in the tenant: subject and object of an app-only token alike.
        principal = str(uuid.uuid5(uuid.UUID(tenant.tenant_id), tenant.client_id))
        claims = {
            "aud": AUDIENCE,
            "iss": f"https://sts.windows.net/{tenant.tenant_id}/",
            "tid": tenant.tenant_id,
            "appid": tenant.client_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": principal,
            "sub": principal,
            "roles": list(tenant.roles),
            "iat": now,
            "nbf": now,
            "exp": now + LIFE,
            "ver": "1.0",
        }
        return jwt.encode(claims, self._key, "RS256", headers={"kid": self._key_id})

    def keys(self) -> dict[str, object]:
        """The public half as a JSON Web Key Set (RFC 7517)."""
        key = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**key, "kid": self._key_id, "use": "sig"}]}

    def read(self, token: str) -> Claims:
        """What the token says. Raises `TokenRefused`."""
        try:
            claims = jwt.decode(token, self._key.public_key(), ["RS256"], audience=AUDIENCE)
        except jwt.ExpiredSignatureError as error:
            raise TokenRefused("Lifetime validation failed, the token is expired.") from error
        except jwt.PyJWTError as error:
            raise TokenRefused("CompactToken parsing failed with error code: 80049217") from error
        return Claims(str(claims["tid"]), frozenset(claims["roles"]))

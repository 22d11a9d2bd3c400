"""Access tokens for Graph: RS256, one hour, with the roles that later calls are held to."""

import time
import uuid
from dataclasses import dataclass, field

import jwt

from local.graph.directory import Json, Tenant
from local.graph.sign_in.jws import compact
from local.graph.sign_in.keys import SigningKey

AUDIENCE = "https://graph.microsoft.com"
LIFE = 3600


class TokenRefused(Exception):
    """A token that is not good; the message says it as Graph does."""


@dataclass(frozen=True)
class Claims:
    """What a good token says."""

    tenant_id: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Issuer:
    """Signs and reads tokens with a key made at start."""

    key: SigningKey = field(default_factory=SigningKey.made)

    def issue(self, tenant: Tenant) -> str:
        """A token for the tenant's app."""
        now = int(time.time())
        # The app's service principal in the tenant: subject and object of an app-only token alike.
        principal = str(uuid.uuid5(uuid.UUID(tenant.tenant_id), tenant.client_id))
        claims: Json = {
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
        return compact(claims, self.key)

    def read(self, token: str) -> Claims:
        """What the token says. Raises `TokenRefused`."""
        try:
            claims = jwt.decode(token, self.key.private.public_key(), ["RS256"], audience=AUDIENCE)
        except jwt.ExpiredSignatureError as error:
            raise TokenRefused("Lifetime validation failed, the token is expired.") from error
        except jwt.PyJWTError as error:
            raise TokenRefused("CompactToken parsing failed with error code: 80049217") from error
        return Claims(str(claims["tid"]), frozenset(claims["roles"]))

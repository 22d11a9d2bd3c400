"""Access tokens for Graph: RS256, one hour, with the roles that later calls are held to."""

import time
import uuid
from dataclasses import dataclass, field

import jwt

from local.graph.directory import Json
from local.graph.sign_in.jws import compact
from local.graph.sign_in.keys import SigningKey

AUDIENCES = frozenset(
    f"https://{host}"
    for host in (
        "graph.microsoft.com",
        "graph.microsoft.us",
        "dod-graph.microsoft.us",
        "microsoftgraph.chinacloudapi.cn",
    )
)
"""Graph of each cloud; the simulator stands in for all."""
LIFE = 3600


class TokenRefused(Exception):
    """A token that is not good; the message says it as Graph does."""


@dataclass(frozen=True)
class Claims:
    """What a good token says: whose it is, and what may be done with it."""

    tenant_id: str
    app_id: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Issuer:
    """Signs and reads tokens with a key made at start."""

    key: SigningKey = field(default_factory=SigningKey.made)

    def issue(self, given: Claims, audience: str) -> str:
        """A token that says this to the Graph of a cloud."""
        now = int(time.time())
        # The app's service principal in the tenant: subject and object of an app-only token alike.
        principal = str(uuid.uuid5(uuid.UUID(given.tenant_id), given.app_id))
        claims: Json = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{given.tenant_id}/",
            "tid": given.tenant_id,
            "appid": given.app_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": principal,
            "sub": principal,
            "roles": sorted(given.roles),
            "iat": now,
            "nbf": now,
            "exp": now + LIFE,
            "ver": "1.0",
        }
        return compact(claims, self.key)

    def read(self, token: str) -> Claims:
        """What the token says. Raises `TokenRefused`."""
        try:
            claims = jwt.decode(token, self.key.private.public_key(), ["RS256"], audience=AUDIENCES)
        except jwt.ExpiredSignatureError as error:
            raise TokenRefused("Lifetime validation failed, the token is expired.") from error
        except jwt.PyJWTError as error:
            raise TokenRefused("CompactToken parsing failed with error code: 80049217") from error
        return Claims(str(claims["tid"]), str(claims["appid"]), frozenset(claims["roles"]))

"""A token for local services."""

import time
from uuid import uuid4

import jwt
from azure.core.credentials import AccessToken, AccessTokenInfo


class AnyToken:
    """A credential that local services believe: none of them looks at the signature."""

    def __init__(self, audience: str) -> None:
        self._audience = audience

    async def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        now = int(time.time())
        claims = {
            "aud": self._audience,
            "iss": f"https://sts.windows.net/{uuid4()}/",
            "oid": str(uuid4()),
            "tid": str(uuid4()),
            "nbf": now - 60,
            "iat": now - 60,
            "exp": now + 3600,
        }
        return AccessToken(jwt.encode(claims, "k" * 32, "HS256"), now + 3600)

    async def get_token_info(self, *_scopes: str, **_options: object) -> AccessTokenInfo:
        token = await self.get_token()
        return AccessTokenInfo(token.token, token.expires_on)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "AnyToken":
        return self

    async def __aexit__(self, *_: object) -> None: ...

"""Whether a token was signed by the provider that it names."""

import jwt

from shared.auth.compact import ALGORITHM, Compact
from shared.auth.keys import KeySource, UnknownKey
from shared.auth.refusal import TokenRefused

_JWS = jwt.PyJWS(algorithms=[ALGORITHM], options={"enforce_minimum_key_length": True})


async def check_signature(token: Compact, keys: KeySource) -> None:
    """Return if one of `keys` has signed the token. Raises `TokenRefused`, `KeysUnavailable`."""
    try:
        key = await keys.key(token.kid)
        _JWS.decode_complete(token.text, key, algorithms=[ALGORITHM])
    except UnknownKey as error:
        raise TokenRefused("key_unknown") from error
    except jwt.PyJWTError as error:
        raise TokenRefused("signature") from error

"""Receipts signed by one key, each checked by PyJWT before anybody gets it."""

from dataclasses import dataclass
from datetime import timedelta

import jwt

from shared.domain.errors import SigningUnavailable
from shared.domain.ports import Clock, JsonObject
from shared.domain.receipts import ALGORITHM, KnownKeys, PublicKey, SigningKey, base64url, signing_input

FRESH_FOR = timedelta(minutes=1)
"""Anybody may ask for the keys; storage is asked no more often than this."""


@dataclass(frozen=True)
class _Shown:
    keys: JsonObject
    until: float


class JwsSigner:
    """Implements `shared.domain.receipts.ReceiptSigner`."""

    def __init__(self, key: SigningKey, known: KnownKeys, clock: Clock) -> None:
        self._key = key
        self._known = known
        self._clock = clock
        self._remembered: PublicKey | None = None
        self._shown: _Shown | None = None

    async def sign(self, claims: JsonObject) -> str:
        """See `ReceiptSigner.sign`. The key is known before there is anything that it has signed."""
        return await signed(self._key, await self._known_key(), claims)

    async def public_keys(self) -> JsonObject:
        """See `ReceiptSigner.public_keys`."""
        if self._shown is None or self._shown.until <= self._clock.monotonic():
            keys: JsonObject = {"keys": [key.jwk() for key in await self._known.all()]}
            self._shown = _Shown(keys, self._clock.monotonic() + FRESH_FOR.total_seconds())
        return self._shown.keys

    async def _known_key(self) -> PublicKey:
        if self._remembered is None:
            key = await self._key.public()
            await self._known.remember(key)
            self._remembered, self._shown = key, None
        return self._remembered


async def signed(key: SigningKey, public: PublicKey, claims: JsonObject) -> str:
    """The claims signed by a key whose public half is at hand. Raises `SigningUnavailable`."""
    text = signing_input(public, claims)
    receipt = f"{text}.{base64url(await key.signature(text.encode()))}"
    _check(receipt, public)
    return receipt


def _check(receipt: str, key: PublicKey) -> None:
    try:
        jwt.PyJWS().decode_complete(receipt, jwt.PyJWK(key.jwk()), algorithms=[ALGORITHM])
    except jwt.PyJWTError as error:
        raise SigningUnavailable from error

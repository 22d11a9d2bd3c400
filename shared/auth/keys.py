"""The public keys of a provider: what they are, where they come from, how a published set is read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from shared.auth.compact import ALGORITHM
from shared.domain.ports import JsonObject, JsonValue

PublicKey = RSAPublicKey

MOST_KEYS = 50
FEWEST_BITS = 2048
"""RFC 7518, section 3.3."""
MOST_BITS = 8192
"""A check of a longer one takes long, and no issuer has any."""


class UnknownKey(Exception):
    """The provider has published no such key, or none that we take."""


class KeysRefused(Exception):
    """What a provider published cannot be used. `code` is static text for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class KeySource(Protocol):
    """The keys of one provider or policy."""

    async def key(self, kid: str) -> PublicKey:
        """The key of this name. Raises `UnknownKey`, `KeysUnavailable`."""


def public_keys(key_set: JsonObject) -> Mapping[str, PublicKey]:
    """The keys for RS256 in a JWK set (RFC 7517) by name; others are left out, so is a name that two have.

    Raises `KeysRefused` where none is left, or too many are there to be believed.
    """
    entries = key_set.get("keys")
    if not isinstance(entries, list):
        raise KeysRefused("not_a_key_set")
    if len(entries) > MOST_KEYS:
        raise KeysRefused("too_many_keys")
    usable = [found for entry in entries for found in _usable(entry)]
    times = Counter(kid for kid, _ in usable)
    keys = {kid: key for kid, key in usable if times[kid] == 1}
    if not keys:
        raise KeysRefused("no_keys")
    return keys


def _usable(entry: JsonValue) -> Iterator[tuple[str, PublicKey]]:
    if not isinstance(entry, dict) or not _is_for_signatures(entry):
        return
    kid, key = entry.get("kid"), _rsa_key(entry)
    if isinstance(kid, str) and key is not None and FEWEST_BITS <= key.key_size <= MOST_BITS:
        yield kid, key


def _is_for_signatures(entry: JsonObject) -> bool:
    return (
        entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", ALGORITHM) == ALGORITHM
        and "d" not in entry  # the private half was published with it
    )


def _rsa_key(entry: JsonObject) -> PublicKey | None:
    try:
        key = jwt.PyJWK({"kty": "RSA", "n": entry.get("n"), "e": entry.get("e")}, ALGORITHM).key
    except jwt.PyJWTError:
        return None
    return key if isinstance(key, RSAPublicKey) else None

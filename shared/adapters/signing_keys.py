"""Metadata and keys of one OpenID provider or policy: read seldom, kept long, and trusted only as pinned.

Source: OpenID Connect Discovery 1.0, section 4.3 (the issuer); Microsoft's advice to look for new keys every
24 hours, and at once for an unknown one (tokens overview of Azure AD B2C).
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

from shared.auth.tokens import KeysRefused, PublicKey, UnknownKey, public_keys
from shared.domain.errors import AddressRefused, KeysUnavailable, OutsideUnavailable
from shared.domain.ports import Clock, JsonObject, JsonValue, Log

FRESH = timedelta(hours=24)
"""Keys older than this are read again when next used."""
USABLE = timedelta(days=7)
"""Through an outage, keys go on working so long; then nothing tells whether they were revoked."""
FLOOR = timedelta(seconds=60)
"""Between two attempts to renew keys that are old, and between two looks for the same unknown one."""
COLD_FLOOR = timedelta(seconds=10)
"""Between two attempts while there is no key that could be used."""
BURST = 4
"""Looks for unknown keys at once, whatever names callers make up; one more comes with each `FLOOR`."""


class JsonSource(Protocol):
    """Where metadata and keys are read from."""

    async def get_json(self, url: str) -> JsonObject:
        """The JSON object at `url`. Raises `AddressRefused`, `OutsideUnavailable`."""


@dataclass(frozen=True)
class _Held:
    keys: Mapping[str, PublicKey]
    since: float


class SigningKeys:
    """A source of keys (`KeySource`); callers that come while keys are read wait for the same reading."""

    def __init__(self, http: JsonSource, metadata_url: str, issuer: str, clock: Clock, log: Log) -> None:
        self._http = http
        self._metadata_url = metadata_url
        self._issuer = issuer
        self._clock = clock
        self._log = log
        self._held: _Held | None = None
        self._answered = False
        self._last_attempt = -math.inf
        self._next_attempt = self._looks_whole = clock.monotonic()
        self._absent: dict[str, float] = {}
        self._flight = asyncio.Lock()

    async def key(self, kid: str) -> PublicKey:
        """The key of this name, as last published. Raises `UnknownKey`, `KeysUnavailable`."""
        came = self._clock.monotonic()
        if self._is_due(kid):
            async with self._flight:
                if self._last_attempt < came and self._is_due(kid):
                    await self._look_for(kid)
        if self._held is None or not self._younger_than(USABLE):
            raise KeysUnavailable
        if kid in self._held.keys:
            return self._held.keys[kid]
        raise UnknownKey if self._answered else KeysUnavailable

    def _is_due(self, kid: str) -> bool:
        now = self._clock.monotonic()
        if self._held is None or not self._younger_than(FRESH):
            return now >= self._next_attempt
        return kid not in self._held.keys and self._may_look_for(kid, now)

    def _may_look_for(self, kid: str, now: float) -> bool:
        """Whether a key that the provider may have made since is worth a look (tokens, one each `FLOOR`)."""
        floor = FLOOR.total_seconds()
        looked_just_now = now - self._absent.get(kid, -math.inf) < floor
        return not looked_just_now and self._looks_whole - now <= (BURST - 1) * floor

    async def _look_for(self, kid: str) -> None:
        """Read the keys anew; a look for an unknown one is counted, and remembered where it found nothing."""
        now, floor = self._clock.monotonic(), FLOOR.total_seconds()
        if self._younger_than(FRESH):
            self._looks_whole = max(now, self._looks_whole) + floor
        await self._refresh()
        self._last_attempt = now
        if self._answered and self._held is not None and kid not in self._held.keys:
            recent = {name: when for name, when in self._absent.items() if now - when < floor}
            self._absent = {**recent, kid: now}

    def _younger_than(self, age: timedelta) -> bool:
        return self._held is not None and self._clock.monotonic() - self._held.since < age.total_seconds()

    async def _refresh(self) -> None:
        """Read the keys anew; where that fails, what is held stays. A key no longer published is gone."""
        try:
            keys = await self._published()
        except (AddressRefused, OutsideUnavailable, KeysRefused) as error:
            self._log.warning("keys_refresh_failed", code=error.code)
            self._answered = False
        else:
            self._held, self._answered = _Held(keys, self._clock.monotonic()), True
            self._log.info("keys_refreshed", count=len(keys))
        floor = FLOOR if self._younger_than(USABLE) else COLD_FLOOR
        self._next_attempt = self._clock.monotonic() + floor.total_seconds()

    async def _published(self) -> Mapping[str, PublicKey]:
        metadata = await self._http.get_json(self._metadata_url)
        if metadata.get("issuer") != self._issuer:
            raise KeysRefused("other_issuer")
        return public_keys(await self._http.get_json(self._key_set_url(metadata.get("jwks_uri"))))

    def _key_set_url(self, url: JsonValue) -> str:
        """`url`, if the metadata's own host is where it leads: host and port as they are spelt, no user."""
        host = urlsplit(self._metadata_url).netloc.lower()
        if not isinstance(url, str) or not url.lower().startswith(f"https://{host}/"):
            raise KeysRefused("other_host")
        return url

"""Challenges: nonces of ours that a fresh ID token must carry before an account is deleted.

B2C and External ID put a nonce in ID tokens alone; one that holds a nonce of ours was made after we gave it,
for this very act. Each serves once, for ten minutes, for the account that asked.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.callers import Person
from shared.domain.errors import ChallengeRefused, Overtaken
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Clock, Entry, Register

LIFE = timedelta(minutes=10)
SKEW = timedelta(seconds=60)
"""By which the provider's clock may lag behind ours."""
UNKEYED = "once"


@dataclass(frozen=True)
class Challenge:
    """A nonce for the next sign-in, and until when it serves."""

    nonce: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Challenges:
    """`register` forgets entries after their `until`."""

    register: Register
    clock: Clock
    keyed_hash: KeyedHash

    async def issue(self, person: Person) -> Challenge:
        """A new nonce for this person. Raises `StorageUnavailable`."""
        nonce, now = secrets.token_urlsafe(32), self.clock.now()
        value = {"issued": now.isoformat(), "until": (now + LIFE).isoformat(), "used": ""}
        await self.register.insert(person.name, self._name(nonce), value)
        return Challenge(nonce, now + LIFE)

    async def redeem(
        self, person: Person, nonce: str | None, signed_in_at: datetime, idempotency_key: str | None
    ) -> None:
        """Spend the nonce; the same call under the same key may be repeated.

        Raises `ChallengeRefused`, `StorageUnavailable`.
        """
        entry = await self._entry(person, nonce or "")
        if not self._is_fresh(entry, signed_in_at):
            raise ChallengeRefused
        used_for = self.keyed_hash.hex("challenge-key", idempotency_key) if idempotency_key else UNKEYED
        if entry.value["used"]:
            return _check_repeat(entry, used_for)
        try:
            await self.register.replace(replace(entry, value={**entry.value, "used": used_for}))
        except Overtaken:  # perhaps by the same call under the same key, sent twice at once
            return _check_repeat(await self._entry(person, nonce or ""), used_for)
        return None

    async def _entry(self, person: Person, nonce: str) -> Entry:
        entry = await self.register.read(person.name, self._name(nonce))
        if entry is None:
            raise ChallengeRefused
        return entry

    def _is_fresh(self, entry: Entry, signed_in_at: datetime) -> bool:
        issued, until = (datetime.fromisoformat(entry.value[name]) for name in ("issued", "until"))
        return self.clock.now() < until and signed_in_at >= issued - SKEW

    def _name(self, nonce: str) -> str:
        return f"challenge-{self.keyed_hash.hex('challenge', nonce)}"


def _check_repeat(entry: Entry, used_for: str) -> None:
    if used_for == UNKEYED or not secrets.compare_digest(entry.value["used"], used_for):
        raise ChallengeRefused

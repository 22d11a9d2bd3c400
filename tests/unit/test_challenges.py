"""Nonces of ours: for whom each serves, how often, for how long, and which sign-ins may bring it back."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.callers import Person
from shared.domain.challenges import LIFE, SKEW, Challenges
from shared.domain.errors import ChallengeRefused
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Entry
from tests.fakes import FakeClock, MemoryRegister
from tests.unit.samples import NOW

ADA, BOB = (Person("contoso", name, f"person:{name}") for name in ("ada", "bob"))
MOMENT = timedelta(seconds=1)


class SlowRegister(MemoryRegister):
    """Lets others run after each read."""

    async def read(self, owner: str, name: str) -> Entry | None:
        entry = await super().read(owner, name)
        await asyncio.sleep(0)
        return entry


@dataclass
class Desk:
    register: MemoryRegister = field(default_factory=MemoryRegister)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))

    def __post_init__(self) -> None:
        self.challenges = Challenges(self.register, self.clock, KeyedHash(b"k" * 32))

    async def nonce(self, person: Person = ADA) -> str:
        return (await self.challenges.issue(person)).nonce

    async def redeem(
        self, nonce: str | None, key: str | None = None, person: Person = ADA, at: datetime = NOW
    ) -> None:
        await self.challenges.redeem(person, nonce, at, key)

    async def refuses(
        self, nonce: str | None, key: str | None = None, person: Person = ADA, at: datetime = NOW
    ) -> None:
        with pytest.raises(ChallengeRefused):
            await self.redeem(nonce, key, person, at)


async def test_a_nonce_serves_once() -> None:
    desk = Desk()
    nonce = await desk.nonce()
    await desk.redeem(nonce)
    await desk.refuses(nonce)
    await desk.refuses(nonce, key="k")


async def test_a_nonce_serves_for_ten_minutes() -> None:
    for waited, serves in ((LIFE - MOMENT, True), (LIFE, False), (timedelta(days=1), False)):
        desk = Desk()
        challenge = await desk.challenges.issue(ADA)
        assert challenge.expires_at == NOW + timedelta(minutes=10)
        await desk.clock.sleep(waited)
        call = desk.redeem if serves else desk.refuses
        await call(challenge.nonce, at=desk.clock.now())


async def test_a_nonce_serves_the_account_that_asked_alone() -> None:
    desk = Desk()
    nonce = await desk.nonce()
    await desk.refuses(nonce, person=BOB)
    await desk.redeem(nonce)


async def test_the_same_call_under_the_same_key_may_be_repeated() -> None:
    desk = Desk()
    nonce = await desk.nonce()
    for _ in range(3):
        await desk.redeem(nonce, key="k")
    await desk.refuses(nonce, key="another")
    await desk.refuses(nonce)
    await desk.clock.sleep(LIFE)
    await desk.refuses(nonce, key="k", at=desk.clock.now())


async def test_no_key_is_the_same_as_having_sent_none() -> None:
    desk = Desk()
    for key in ("once", ""):
        nonce = await desk.nonce()
        await desk.redeem(nonce)
        await desk.refuses(nonce, key=key)


async def test_a_sign_in_from_before_the_challenge_is_refused_but_for_clocks_that_differ() -> None:
    desk = Desk()
    await desk.redeem(await desk.nonce(), at=NOW - SKEW)
    await desk.refuses(await desk.nonce(), at=NOW - SKEW - MOMENT)


async def test_of_two_calls_at_once_one_is_let_through_unless_they_are_the_same() -> None:
    for keys, through in (((None, None), 1), (("a", "b"), 1), ((None, "a"), 1), (("a", "a"), 2)):
        desk = Desk(SlowRegister())
        nonce = await desk.nonce()
        results = await asyncio.gather(*(desk.redeem(nonce, key) for key in keys), return_exceptions=True)
        assert [type(result) for result in results if result] == [ChallengeRefused] * (2 - through)


async def test_each_nonce_is_another_and_none_is_stored() -> None:
    desk = Desk()
    challenges = [await desk.challenges.issue(ADA) for _ in range(20)]
    nonces = {challenge.nonce for challenge in challenges}
    assert len(nonces) == len(desk.register.entries) == 20
    assert min(map(len, nonces)) >= 43
    assert not any(nonce in repr((desk.register.entries, challenges)) for nonce in nonces)


async def test_challenges_are_forgotten_when_they_have_passed() -> None:
    desk = Desk()
    await desk.nonce()
    assert await desk.register.passed(NOW + LIFE, 9) == ()
    assert len(await desk.register.passed(NOW + LIFE + MOMENT, 9)) == 1


@given(st.one_of(st.none(), st.text(max_size=300)))
def test_no_other_text_is_a_nonce(text: str | None) -> None:
    async def try_it() -> None:
        desk = Desk()
        await desk.nonce()
        await desk.refuses(text)

    asyncio.run(try_it())

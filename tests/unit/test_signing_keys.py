"""Keys of a provider through rotation, revocation, outages and made-up names."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.signing_keys import BURST, SigningKeys
from shared.auth.tokens import KeySource, KeysRefused, UnknownKey, public_keys
from shared.domain.errors import AddressRefused, KeysUnavailable, OutsideUnavailable
from shared.domain.ports import JsonObject, JsonValue
from tests.fakes import FakeClock, ListLog
from tests.security.minting import B2C_ISSUER, jwk, rsa_key

POLICY = "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_susi"
METADATA = f"{POLICY}/v2.0/.well-known/openid-configuration"
KEY_SET = f"{POLICY}/discovery/v2.0/keys"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Provider:
    """What a provider publishes; `down` is raised in place of an answer, `slow` lets others run meanwhile."""

    keys: Sequence[JsonValue]
    metadata: dict[str, JsonValue] = field(
        default_factory=lambda: {"issuer": B2C_ISSUER, "jwks_uri": KEY_SET}
    )
    down: Exception | None = None
    slow: bool = False
    asked: list[str] = field(default_factory=list)

    async def get_json(self, url: str) -> JsonObject:
        self.asked.append(url)
        if self.slow:
            await asyncio.sleep(0)
        if self.down is not None:
            raise self.down
        answers: dict[str, JsonObject] = {METADATA: self.metadata, KEY_SET: {"keys": self.keys}}
        return answers[url]

    @property
    def readings(self) -> int:
        return self.asked.count(METADATA)


@dataclass
class World:
    """A provider, and the keys of it that we hold."""

    provider: Provider
    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime(2026, 3, 2, tzinfo=UTC)))
    log: ListLog = field(default_factory=ListLog)

    def __post_init__(self) -> None:
        self.keys = SigningKeys(self.provider, METADATA, B2C_ISSUER, self.clock, self.log)

    async def has(self, kid: str) -> bool:
        """Whether the key is there, and is the right one. Raises `KeysUnavailable`."""
        try:
            key = await self.keys.key(kid)
        except UnknownKey:
            return False
        return key.public_numbers() == rsa_key(kid).public_key().public_numbers()


def world(*kids: str) -> World:
    return World(Provider([jwk(kid) for kid in kids]))


async def test_keys_are_read_when_first_asked_for_and_then_kept() -> None:
    there = world("one", "two")
    source: KeySource = there.keys
    assert there.provider.asked == []
    await source.key("one")
    assert await there.has("two")
    await there.clock.sleep(DAY - MINUTE)
    assert await there.has("one")
    assert there.provider.asked == [METADATA, KEY_SET]
    assert there.log.lines == [("keys_refreshed", {"count": 2})]


async def test_a_new_key_is_found_at_once() -> None:
    there = world("one")
    assert await there.has("one")
    await there.clock.sleep(HOUR)
    there.provider.keys = [jwk("one"), jwk("two")]
    assert await there.has("two")
    assert await there.has("one")
    assert there.provider.readings == 2


async def test_made_up_names_are_looked_for_a_few_times_and_then_once_a_minute() -> None:
    there = world("one")
    for second in range(180):
        assert not await there.has(f"made-up-{second}")
        assert await there.has("one")
        await there.clock.sleep(timedelta(seconds=1))
    assert there.provider.readings == 1 + BURST + 2


async def test_an_old_name_that_comes_again_and_again_is_looked_for_once_a_minute() -> None:
    there = world("one")
    assert await there.has("one")
    for _ in range(180):
        await there.clock.sleep(timedelta(seconds=1))
        assert not await there.has("dropped")
    assert there.provider.readings == 1 + 3


async def test_a_new_key_is_found_at_once_though_keys_were_read_just_now() -> None:
    there = world("one")
    assert await there.has("one")
    for number in range(BURST):
        await there.clock.sleep(timedelta(seconds=1))
        there.provider.keys = [*there.provider.keys, jwk(f"new-{number}", key="two")]
        await there.keys.key(f"new-{number}")
    assert there.provider.readings == 1 + BURST


async def test_a_new_key_is_found_beside_an_old_name_that_comes_again_and_again() -> None:
    there = world("one")
    assert await there.has("one")
    for _ in range(600):
        await there.clock.sleep(timedelta(seconds=1))
        assert not await there.has("dropped")
    there.provider.keys = [jwk("one"), jwk("two")]
    assert await there.has("two")


async def test_under_a_flood_of_made_up_names_a_new_key_is_found_within_a_minute() -> None:
    there = world("one")
    assert await there.has("one")
    for second in range(300):
        await there.clock.sleep(timedelta(seconds=1))
        assert not await there.has(f"made-up-{second}")
    there.provider.keys = [jwk("one"), jwk("two")]
    waited = 0
    while not await there.has("two"):
        await there.clock.sleep(timedelta(seconds=1))
        waited += 1
    assert waited <= 60


async def test_who_comes_while_keys_are_read_has_them_read_again() -> None:
    there = world("one")
    assert await there.has("one")
    await there.clock.sleep(timedelta(seconds=1))
    there.provider.slow = True
    first = asyncio.create_task(there.has("made-up"))
    for _ in range(3):
        await asyncio.sleep(0)
    await there.clock.sleep(timedelta(seconds=1))
    there.provider.keys = [jwk("one"), jwk("two")]
    assert await there.has("two")
    assert not await first


async def test_a_look_that_failed_says_nothing_of_the_key() -> None:
    there = world("one")
    assert await there.has("one")
    await there.clock.sleep(timedelta(seconds=1))
    there.provider.keys, there.provider.down = [jwk("one"), jwk("two")], OutsideUnavailable()
    with pytest.raises(KeysUnavailable):
        await there.keys.key("two")
    assert await there.has("one")
    there.provider.down = None
    await there.clock.sleep(timedelta(seconds=1))
    assert await there.has("two")


async def test_callers_at_once_wait_for_one_reading() -> None:
    there = world("one")
    there.provider.slow = True
    assert await asyncio.gather(*(there.has(kid) for kid in ["one", "none"] * 50)) == [True, False] * 50
    await there.clock.sleep(DAY)
    assert all(await asyncio.gather(*(there.has("one") for _ in range(50))))
    assert there.provider.readings == 2


async def test_callers_at_once_share_a_failure() -> None:
    there = world("one")
    there.provider.slow, there.provider.down = True, OutsideUnavailable()
    told = await asyncio.gather(*(there.keys.key("one") for _ in range(50)), return_exceptions=True)
    assert {type(one) for one in told} == {KeysUnavailable}
    assert there.provider.readings == 1


async def test_who_waits_takes_over_from_a_caller_who_went_away() -> None:
    there = world("one")
    there.provider.slow = True
    first, second = asyncio.create_task(there.keys.key("one")), asyncio.create_task(there.keys.key("one"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == rsa_key("one").public_key()
    assert first.cancelled() or first.cancelling()


async def test_a_key_that_is_no_longer_published_is_revoked() -> None:
    there = world("one", "two")
    assert await there.has("one")
    there.provider.keys = [jwk("two")]
    await there.clock.sleep(DAY)
    assert not await there.has("one")
    assert await there.has("two")


async def test_a_key_under_an_old_name_takes_its_place() -> None:
    there = world("one")
    assert await there.has("one")
    there.provider.keys = [jwk("one", key="two")]
    await there.clock.sleep(DAY)
    assert (await there.keys.key("one")).public_numbers() == rsa_key("two").public_key().public_numbers()


@pytest.mark.parametrize("down", [HOUR, DAY, timedelta(days=6, hours=23)])
@pytest.mark.parametrize("error", [OutsideUnavailable(), AddressRefused()])
async def test_keys_go_on_working_through_an_outage(down: timedelta, error: Exception) -> None:
    there = world("one")
    assert await there.has("one")
    there.provider.down = error
    await there.clock.sleep(down)
    assert await there.has("one")
    with pytest.raises(KeysUnavailable):
        await there.keys.key("two")


async def test_after_a_week_without_an_answer_no_key_is_good() -> None:
    there = world("one")
    assert await there.has("one")
    there.provider.down = OutsideUnavailable()
    await there.clock.sleep(timedelta(days=8))
    with pytest.raises(KeysUnavailable):
        await there.keys.key("one")
    there.provider.down = None
    await there.clock.sleep(timedelta(seconds=10))
    assert await there.has("one")


async def test_during_an_outage_the_provider_is_asked_once_a_minute() -> None:
    there = world("one")
    assert await there.has("one")
    there.provider.down = OutsideUnavailable()
    await there.clock.sleep(2 * DAY)
    for _ in range(120):
        assert await there.has("one")
        await there.clock.sleep(timedelta(seconds=1))
    assert there.provider.readings == 3
    assert there.log.lines[1:] == [("keys_refresh_failed", {"code": "outside_unavailable"})] * 2


async def test_without_any_key_the_provider_is_asked_every_ten_seconds() -> None:
    there = world("one")
    there.provider.down = OutsideUnavailable()
    for _ in range(30):
        with pytest.raises(KeysUnavailable):
            await there.keys.key("one")
        await there.clock.sleep(timedelta(seconds=1))
    assert there.provider.readings == 3
    there.provider.down = None
    assert await there.has("one")


async def test_a_mistake_of_ours_is_not_taken_for_an_outage() -> None:
    there = world("one")
    there.provider.down = RuntimeError("a bug")
    with pytest.raises(RuntimeError, match="a bug"):
        await there.keys.key("one")


# --- what is published


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"issuer": "https://evil.example/"}, "other_issuer"),
        ({"issuer": B2C_ISSUER.rstrip("/")}, "other_issuer"),
        ({"issuer": None}, "other_issuer"),
        ({"issuer": [B2C_ISSUER]}, "other_issuer"),
        ({"jwks_uri": "https://evil.example/keys"}, "other_host"),
        ({"jwks_uri": KEY_SET.replace("https", "http")}, "other_host"),
        (
            {"jwks_uri": KEY_SET.replace("contoso.b2clogin.com", "contoso.b2clogin.com.evil.example")},
            "other_host",
        ),
        (
            {"jwks_uri": KEY_SET.replace("contoso.b2clogin.com", "contoso.b2clogin.com@evil.example")},
            "other_host",
        ),
        ({"jwks_uri": KEY_SET.replace("contoso.b2clogin.com", "user@contoso.b2clogin.com")}, "other_host"),
        ({"jwks_uri": KEY_SET.replace("contoso.b2clogin.com", "contoso.b2clogin.com:8443")}, "other_host"),
        ({"jwks_uri": KEY_SET.replace("https://contoso", "https://evil.contoso")}, "other_host"),
        ({"jwks_uri": "/keys"}, "other_host"),
        ({"jwks_uri": ""}, "other_host"),
        ({"jwks_uri": None}, "other_host"),
        ({"jwks_uri": {}}, "other_host"),
    ],
)
async def test_metadata_that_leads_elsewhere_is_refused(changed: dict[str, JsonValue], code: str) -> None:
    there = world("one")
    there.provider.metadata |= changed
    with pytest.raises(KeysUnavailable):
        await there.keys.key("one")
    assert there.provider.asked == [METADATA]
    assert there.log.lines == [("keys_refresh_failed", {"code": code})]


async def test_a_set_without_a_usable_key_revokes_nothing() -> None:
    there = world("one")
    assert await there.has("one")
    await there.clock.sleep(DAY)
    for keys in ([], [jwk("one", use="enc")], [jwk(f"k{number}", key="one") for number in range(51)]):
        there.provider.keys = keys
        assert await there.has("one")
        await there.clock.sleep(MINUTE)
    codes = [fields["code"] for _, fields in there.log.lines[1:]]
    assert codes == ["no_keys", "no_keys", "too_many_keys"]


@pytest.mark.parametrize(
    "entry",
    [
        jwk("other", use="enc"),
        jwk("other", use=None),
        jwk("other", alg="RS384"),
        jwk("other", alg="PS256"),
        jwk("other", alg="HS256"),
        jwk("other", alg=None),
        jwk("other", kty="EC"),
        jwk("other", kty="oct", k="AAAA"),
        jwk("other", kty=None),
        jwk("other", kid=None),
        jwk("other", kid=1),
        jwk("other", n=None),
        jwk("other", n="!"),
        jwk("other", n=""),
        jwk("other", n=[]),
        jwk("other", n="\ud800"),
        jwk("other", e="AQ"),
        jwk("other", e="Ag"),
        jwk("other", e=3),
        jwk("other", d="AQAB"),
        jwk("other", bits=1024),
        jwk("other", n="_" * 2000),
        {},
        None,
        1,
        "text",
        [],
    ],
)
def test_a_key_that_is_not_for_rs256_is_left_out(entry: JsonValue) -> None:
    found = public_keys({"keys": [entry, jwk("one")]})
    assert set(found) == {"one"}


@pytest.mark.parametrize(
    "members", [{"use": "sig", "alg": "RS256"}, {"x5c": ["MIIB"], "x5t": "x", "issuer": "i"}]
)
def test_a_key_may_say_more_of_itself(members: dict[str, JsonValue]) -> None:
    bare = {name: value for name, value in jwk("one").items() if name != "use"}
    assert set(public_keys({"keys": [{**bare, **members}]})) == {"one"}


def test_a_name_that_two_keys_have_names_none() -> None:
    keys = [jwk("one"), jwk("one", key="two"), jwk("two"), jwk("two", use="enc")]
    assert set(public_keys({"keys": keys})) == {"two"}


@pytest.mark.parametrize("keys", [None, {}, "text", 1])
def test_what_is_no_set_of_keys_is_refused(keys: JsonValue) -> None:
    for key_set in ({"keys": keys}, {}):
        with pytest.raises(KeysRefused, match="not_a_key_set"):
            public_keys(key_set)

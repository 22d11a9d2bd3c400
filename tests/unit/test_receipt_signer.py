"""The signer, the names of keys, and the keys that stay published."""

import base64
import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass, field

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from shared.adapters.local_receipt_keys import LocalReceiptKey, raw_signature, read_private_key
from shared.adapters.receipt_signer import FRESH_FOR, JwsSigner
from shared.domain.errors import SigningUnavailable, StorageUnavailable
from shared.domain.ports import Entry, JsonObject
from shared.domain.receipts import KnownKeys, PublicKey
from tests.fakes import FakeClock, MemoryRegister
from tests.paths import ROOT
from tests.unit.receipts import private_pem, signer_of
from tests.unit.samples import NOW

CLAIMS: JsonObject = {"sub": "reference", "iss": "Contoso Zürich"}


@dataclass
class CountingRegister(MemoryRegister):
    lists: int = 0
    down: bool = False

    async def beginning_with(self, owner: str, prefix: str) -> tuple[Entry, ...]:
        self.lists += 1
        if self.down:
            raise StorageUnavailable
        return await super().beginning_with(owner, prefix)


@dataclass
class OtherKey:
    """Signs by another key than it says."""

    said: LocalReceiptKey = field(default_factory=lambda: key_of(private_pem()))
    signs: LocalReceiptKey = field(default_factory=lambda: key_of(private_pem()))

    async def public(self) -> PublicKey:
        return await self.said.public()

    async def signature(self, data: bytes) -> bytes:
        return await self.signs.signature(data)


def key_of(pem: bytes) -> LocalReceiptKey:
    return LocalReceiptKey(read_private_key(pem.decode()))


async def kids(signer: JwsSigner) -> list[str]:
    keys = (await signer.public_keys())["keys"]
    assert isinstance(keys, list)
    return [str(key["kid"]) for key in keys]


async def test_a_key_is_named_by_its_thumbprint() -> None:
    key = await key_of(private_pem()).public()
    members = f'{{"crv":"P-256","kty":"EC","x":"{key.x}","y":"{key.y}"}}'
    digest = hashlib.sha256(members.encode()).digest()
    assert base64.urlsafe_b64decode(key.kid + "=") == digest


async def test_coordinates_have_32_bytes_even_if_they_begin_with_zeros() -> None:
    short = next(
        key
        for number in range(1, 10_000)
        if (key := derive_private_key(number, SECP256R1())).public_key().public_numbers().x < 2**248
    )
    public = await LocalReceiptKey(short).public()
    assert len(base64.urlsafe_b64decode(public.x + "=")) == 32
    assert jwt.PyJWK(public.jwk()).key.public_numbers() == short.public_key().public_numbers()


def test_a_signature_has_64_bytes_even_if_its_numbers_begin_with_zeros() -> None:
    assert raw_signature(encode_dss_signature(1, 2)) == bytes(31) + b"\1" + bytes(31) + b"\2"


async def test_a_receipt_says_its_claims_under_the_published_key() -> None:
    signer = signer_of()
    receipt = await signer.sign(CLAIMS)
    (key,) = jwt.PyJWKSet.from_dict(dict(await signer.public_keys())).keys
    assert jwt.decode(receipt, key, ["ES256"]) == CLAIMS
    assert jwt.get_unverified_header(receipt)["kid"] == key.key_id


async def test_every_key_that_ever_signed_stays_published_whoever_signs_now() -> None:
    register, first, second = MemoryRegister(), private_pem(), private_pem()
    for pem in (first, second, first):
        await signer_of(register, pem).sign(CLAIMS)
    expected = sorted([(await key_of(pem).public()).kid for pem in (first, second)])
    assert await kids(signer_of(register, private_pem())) == expected


async def test_a_key_that_has_not_signed_is_not_published() -> None:
    assert await kids(signer_of()) == []


async def test_nothing_secret_is_published() -> None:
    signer = signer_of()
    await signer.sign(CLAIMS)
    keys = (await signer.public_keys())["keys"]
    assert isinstance(keys, list)
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}]


async def test_storage_is_asked_for_the_keys_once_a_minute_however_often_anybody_asks() -> None:
    register, clock = CountingRegister(), FakeClock(NOW)
    signer = signer_of(register, clock=clock)
    for _ in range(3):
        await signer.public_keys()
    assert register.lists == 1
    await clock.sleep(FRESH_FOR)
    await signer.public_keys()
    assert register.lists == 2


async def test_a_key_that_signs_for_the_first_time_is_published_at_once_where_it_did() -> None:
    signer = signer_of()
    assert await kids(signer) == []
    await signer.sign(CLAIMS)
    assert len(await kids(signer)) == 1


async def test_keys_that_could_not_be_read_are_asked_for_again() -> None:
    register = CountingRegister(down=True)
    signer = signer_of(register)
    with pytest.raises(StorageUnavailable):
        await signer.public_keys()
    register.down = False
    assert await kids(signer) == []


async def test_nothing_is_signed_by_a_key_that_could_not_be_remembered() -> None:
    class Full(MemoryRegister):
        async def insert(self, *_given: object) -> Entry:
            raise StorageUnavailable

    with pytest.raises(StorageUnavailable):
        await signer_of(Full()).sign(CLAIMS)


async def test_a_signature_that_does_not_hold_is_given_to_nobody() -> None:
    signer = JwsSigner(OtherKey(), KnownKeys(MemoryRegister()), FakeClock(NOW))
    with pytest.raises(SigningUnavailable):
        await signer.sign(CLAIMS)


def test_the_client_of_key_vault_is_not_loaded_before_it_signs() -> None:
    code = "import sys, shared.adapters.vault_receipt_keys; sys.exit('azure.keyvault' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    "text",
    ["", "-----BEGIN", "e30=", private_pem().decode().replace("A", "B"), "é"],
    ids=["nothing", "torn", "other base64", "changed", "not ascii"],
)
def test_what_is_no_key_is_not_shown_where_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a (private key|key of P-256)$") as caught:
        read_private_key(text)
    assert caught.value.__cause__ is None
    assert json.dumps(caught.value.args) in ('["not a private key"]', '["not a key of P-256"]')

"""What `receipts.SigningKey` promises, kept by a key in settings and by one in Key Vault alike.

The vault is a simulator of its REST calls; the client is Azure's own, over HTTPS.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import jwt
import pytest
import uvicorn
from azure.core.credentials import AccessToken
from cryptography.hazmat.primitives.asymmetric import ec

from local.graph.certificate import write_certificate
from local.listen import listening
from local.vault.app import TENANT, TOKEN, Vault
from shared.adapters.local_receipt_keys import LocalReceiptKey
from shared.adapters.receipt_signer import JwsSigner
from shared.adapters.vault_receipt_keys import VaultKeyId, VaultReceiptKey
from shared.domain.errors import SigningUnavailable
from shared.domain.receipts import KnownKeys, SigningKey
from tests.fakes import FakeClock, MemoryRegister
from tests.unit.samples import NOW

VERSION = "0123456789abcdef0123456789abcdef"
PRIVATE = ec.generate_private_key(ec.SECP256R1())


@dataclass
class Credential:
    """Gives the token that the simulator takes; notes what it was asked for."""

    asked: list[tuple[str, str | None]] = field(default_factory=list)

    async def get_token(
        self, *scopes: str, claims: str | None = None, tenant_id: str | None = None, **_options: object
    ) -> AccessToken:
        assert claims is None
        self.asked += [(scope, tenant_id) for scope in scopes]
        return AccessToken(TOKEN, 4_000_000_000)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Credential":
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None: ...


@dataclass
class Served:
    """A vault where it answers."""

    vault: Vault
    url: str
    ca_file: Path
    credential: Credential = field(default_factory=Credential)

    @asynccontextmanager
    async def key(
        self, name: str = "receipts", version: str = VERSION, **transport: str | bool
    ) -> AsyncIterator[VaultReceiptKey]:
        """The adapter; on loopback no address can be below the resource that the challenge names."""
        key_id = VaultKeyId.of(f"{self.url}/keys/{name}/{version}", None)
        options = {"verify_challenge_resource": False, **transport}
        key = VaultReceiptKey(
            key_id, lambda: key_id.client(self.credential, connection_verify=str(self.ca_file), **options)
        )
        yield key
        await key.aclose()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    certificate, tls_key = write_certificate(tmp_path)
    vault = Vault({("receipts", VERSION): PRIVATE})
    config = uvicorn.Config(
        vault.asgi(), log_config=None, lifespan="off", ssl_certfile=certificate, ssl_keyfile=tls_key
    )
    server = uvicorn.Server(config)
    with listening(0) as socket:
        serving = asyncio.create_task(server.serve(sockets=[socket]))
        yield Served(vault, f"https://127.0.0.1:{socket.getsockname()[1]}", certificate)
        server.should_exit = True
        await serving


@pytest.fixture(params=["settings", "vault"])
async def key(request: pytest.FixtureRequest, served: Served) -> AsyncIterator[SigningKey]:
    if request.param == "settings":
        yield LocalReceiptKey(PRIVATE)
        return
    async with served.key() as real:
        yield real


async def test_the_public_half_is_the_key_s(key: SigningKey) -> None:
    numbers = jwt.PyJWK((await key.public()).jwk()).key.public_numbers()
    assert numbers == PRIVATE.public_key().public_numbers()


@pytest.mark.parametrize("size", [0, 100, 100_000])
async def test_a_signature_is_two_numbers_of_32_bytes(key: SigningKey, size: int) -> None:
    assert len(await key.signature(os.urandom(size))) == 64


async def test_receipts_signed_by_it_are_verified_by_its_published_half(key: SigningKey) -> None:
    signer = JwsSigner(key, KnownKeys(MemoryRegister()), FakeClock(NOW))
    receipt = await signer.sign({"sub": "a reference", "text": "Zoë"})
    (published,) = jwt.PyJWKSet.from_dict(dict(await signer.public_keys())).keys
    assert jwt.decode(receipt, published, ["ES256"]) == {"sub": "a reference", "text": "Zoë"}
    header = jwt.get_unverified_header(receipt)
    assert header == {"alg": "ES256", "kid": published.key_id, "typ": "privacy-receipt+jwt"}


async def test_a_vault_sees_a_digest_and_gets_a_token_of_the_tenant_it_names(served: Served) -> None:
    async with served.key() as key:
        await key.signature(b"data")
        await key.public()
    paths = {(method, path) for method, path, _ in served.vault.calls}
    assert paths == {("POST", f"/keys/receipts/{VERSION}/sign"), ("GET", f"/keys/receipts/{VERSION}")}
    assert set(served.credential.asked) == {("https://vault.azure.net/.default", TENANT)}


async def test_a_vault_that_asks_for_a_token_of_another_gets_none(served: Served) -> None:
    served.vault.resource = "https://evil.example.com"
    async with served.key(verify_challenge_resource=True) as key:
        with pytest.raises(SigningUnavailable):
            await key.public()
    assert served.credential.asked == []
    assert {token for _, _, token in served.vault.calls} == {None}


@pytest.mark.parametrize("name", ["receipts", "nowhere"], ids=["may not sign", "no such key"])
async def test_a_vault_that_does_not_sign_is_told_as_such(served: Served, name: str) -> None:
    served.vault.may_sign = False
    async with served.key(name) as key:
        with pytest.raises(SigningUnavailable):
            await key.signature(b"data")


async def test_a_key_of_another_curve_signs_no_receipt(served: Served) -> None:
    served.vault.keys["receipts", VERSION] = ec.generate_private_key(ec.SECP384R1())
    async with served.key() as key:
        with pytest.raises(SigningUnavailable):
            await key.public()


async def test_a_vault_that_is_not_there_is_told_as_such() -> None:
    with listening(0) as socket:
        free = socket.getsockname()[1]
    key_id = VaultKeyId.of(f"https://127.0.0.1:{free}/keys/receipts/{VERSION}", None)
    key = VaultReceiptKey(key_id, lambda: key_id.client(Credential()))
    with pytest.raises(SigningUnavailable):
        await key.public()
    await key.aclose()


async def test_a_vault_of_another_certificate_is_not_spoken_to(served: Served, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    certificate, _ = write_certificate(tmp_path / "other")
    async with Served(served.vault, served.url, certificate).key() as key:
        with pytest.raises(SigningUnavailable):
            await key.public()
    assert served.vault.calls == []


async def test_closed_means_closed_and_a_later_call_opens_anew(served: Served) -> None:
    async with served.key() as key:
        first = await key.public()
        await key.aclose()
        assert await key.public() == first

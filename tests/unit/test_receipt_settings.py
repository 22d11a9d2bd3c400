"""Which key signs, by settings."""

from shared.adapters.local_receipt_keys import LocalReceiptKey
from shared.adapters.vault_receipt_keys import VaultKeyId, VaultReceiptKey
from shared.domain.receipts import claims_in
from shared.receipt_settings import build_signer, signing_key
from shared.settings import load_settings
from tests.fakes import FakeClock, MemoryRegister
from tests.unit.receipts import PRIVATE
from tests.unit.samples import NOW
from tests.unit.test_settings import GUID, VAULT_KEY, environment, vault


async def test_a_key_in_settings_signs() -> None:
    register = MemoryRegister()
    signer = build_signer(load_settings(environment()).receipts, register, FakeClock(NOW))
    receipt = await signer.sign({"sub": "reference"})
    expected = await LocalReceiptKey(PRIVATE).public()
    assert claims_in(f".{receipt}")["kid"] == expected.kid
    assert (await signer.public_keys())["keys"] == [expected.jwk()]


def test_a_key_identifier_says_vault_name_and_version() -> None:
    assert VaultKeyId.of(VAULT_KEY, GUID) == VaultKeyId(
        "https://contoso.vault.azure.net", "receipts", "0" * 32, GUID
    )


def test_where_settings_name_a_vault_s_key_that_one_signs() -> None:
    environ = environment(**vault())
    del environ["RECEIPTS__KEY"]
    assert isinstance(signing_key(load_settings(environ).receipts), VaultReceiptKey)

"""The signer of receipts that settings describe."""

from shared.adapters.local_receipt_keys import LocalReceiptKey, read_private_key
from shared.adapters.receipt_signer import JwsSigner
from shared.adapters.vault_receipt_keys import VaultKeyId, VaultReceiptKey
from shared.domain.ports import Clock, Register
from shared.domain.receipts import KnownKeys, SigningKey
from shared.settings import ReceiptSettings


def build_signer(given: ReceiptSettings, register: Register, clock: Clock) -> JwsSigner:
    """Opens no connection; a vault is asked when the first receipt is signed."""
    return JwsSigner(signing_key(given), KnownKeys(register), clock)


def signing_key(given: ReceiptSettings) -> SigningKey:
    """The key itself, or one that a vault keeps."""
    if given.key is not None:
        return LocalReceiptKey(read_private_key(given.key.get_secret_value()))
    key_id = VaultKeyId.of(given.key_id or "", given.client_id)
    return VaultReceiptKey(key_id, key_id.client)

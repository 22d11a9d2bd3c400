"""Encrypts by Fernet (AES-128-CBC with HMAC-SHA-256), each text under a key derived for its place alone."""

import json
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shared.domain.errors import SealBroken
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import JsonObject


class FernetSeal:
    """Implements `shared.domain.ports.Seal`: closes by the newest key, opens by the earlier ones too."""

    def __init__(self, newest: KeyedHash, *earlier: KeyedHash) -> None:
        self._keys = (newest, *earlier)

    def close(self, request_id: str, name: str, value: JsonObject) -> str:
        """See `Seal.close`."""
        return self._fernet(request_id, name).encrypt(json.dumps(value).encode()).decode()

    def open(self, request_id: str, name: str, sealed: str) -> JsonObject:
        """See `Seal.open`."""
        try:
            opened: JsonObject = json.loads(self._fernet(request_id, name).decrypt(sealed.encode()))
        except InvalidToken as error:
            raise SealBroken from error
        return opened

    def _fernet(self, request_id: str, name: str) -> MultiFernet:
        derived = (key.digest("seal", request_id, name) for key in self._keys)
        return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in derived])

"""Encrypts by Fernet (AES-128-CBC with HMAC-SHA-256), each text under a key derived for its place alone."""

import json
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from shared.domain.errors import SealBroken
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import JsonObject


class FernetSeal:
    """Implements `shared.domain.ports.Seal`."""

    def __init__(self, keyed_hash: KeyedHash) -> None:
        self._keyed_hash = keyed_hash

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

    def _fernet(self, request_id: str, name: str) -> Fernet:
        return Fernet(urlsafe_b64encode(self._keyed_hash.digest("seal", request_id, name)))

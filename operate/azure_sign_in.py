"""Signing in through azure-identity."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from azure.core.credentials import TokenCredential
from azure.identity import (
    AuthenticationRecord,
    AzureCliCredential,
    DeviceCodeCredential,
    TokenCachePersistenceOptions,
)

from operate.exits import Exit, Failed
from operate.sign_in_refusals import told
from operate.signing_in import SignIn, Tell, Token

logging.getLogger("azure").addHandler(logging.NullHandler())  # its warnings would stand beside our own line


def azure_cli_tokens(tenant_id: str, scope: str) -> Token:
    """Of whoever is signed in there. Raises `Failed`, as the result does."""
    with told():
        credential = AzureCliCredential(tenant_id=tenant_id)
    return _tokens(credential, scope)


def device_tokens(sign_in: SignIn, tell: Tell) -> Token:
    """Of whoever types the code, or did before where that is kept. Raises `Failed`, as the result does."""
    with told():
        credential = _credential(sign_in, tell)
        if sign_in.record is not None and not sign_in.record.exists():
            _keep(credential.authenticate(scopes=[sign_in.scope]), sign_in.record)
    return _tokens(credential, sign_in.scope)


def _tokens(credential: TokenCredential, scope: str) -> Token:
    def token() -> str:
        with told():
            return credential.get_token(scope).token

    return token


def _credential(sign_in: SignIn, tell: Tell) -> DeviceCodeCredential:
    def show(address: str, code: str, _until: datetime) -> None:
        tell(f"To sign in, open {address} and type {code}")

    return DeviceCodeCredential(
        sign_in.client_id,
        tenant_id=sign_in.tenant_id,
        prompt_callback=show,
        **_more(sign_in),
    )


def _more(sign_in: SignIn) -> dict[str, Any]:  # as the credential takes them
    return {**_elsewhere(sign_in.authority), **_kept(sign_in.record)}


def _elsewhere(authority: str | None) -> dict[str, object]:
    """The public cloud does not know other endpoints, and is not asked about them."""
    return {"authority": authority, "disable_instance_discovery": True} if authority else {}


def _kept(record: Path | None) -> dict[str, object]:
    """Tokens in the system's key store, encrypted or not at all."""
    if record is None:
        return {}
    store: dict[str, object] = {"cache_persistence_options": TokenCachePersistenceOptions(name="operate")}
    known = {"authentication_record": _read(record)} if record.exists() else {}
    return store | known


def _read(record: Path) -> AuthenticationRecord:
    try:
        return AuthenticationRecord.deserialize(record.read_text())
    except (ValueError, KeyError):
        raise Failed(
            Exit.SIGN_IN, f"{record} is not what was kept there; remove it and sign in again."
        ) from None


def _keep(known: AuthenticationRecord, record: Path) -> None:
    """Whose tokens the key store holds: names, no secret, for the user's own eyes all the same."""
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.touch(mode=0o600)
        record.write_text(known.serialize())
    except OSError as error:
        raise Failed(Exit.SIGN_IN, f"{record} cannot be written: {error.strerror}.") from None

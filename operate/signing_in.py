"""Who calls: a token from the environment, a device code, or the Azure command line's sign-in.

Tokens are never shown; of signing in, the code to type elsewhere is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from operate.exits import Exit, Failed

Tell = Callable[[str], None]
Token = Callable[[], str]
_FORM = re.compile(r"[A-Za-z0-9_.~+/=-]+")


class Way(StrEnum):
    """How to sign in where the environment has no token."""

    DEVICE_CODE = "device-code"
    AZURE_CLI = "azure-cli"


@dataclass(frozen=True)
class SignIn:
    """The company's tenant, this program's registration there, and the app's scope.

    `authority` is another login endpoint than the public cloud's. `record` is the file that says whose
    tokens the system's key store holds; without it none are kept.
    """

    tenant_id: str
    client_id: str
    scope: str
    authority: str | None = None
    record: Path | None = None


def token_source(way: Way, environment: Mapping[str, str], record: Path, tell: Tell) -> Token:
    """What gives a token when one is needed, renewed in time; `tell` shows a person the code.

    Raises `Failed` when it is called, not before.
    """
    if "OPERATE_TOKEN" in environment:
        return lambda: given_token(environment["OPERATE_TOKEN"])
    begin = _azure_cli if way is Way.AZURE_CLI else _device
    begun = cache(lambda: begin(environment, record, tell))
    return lambda: begun()()


def given_token(text: str) -> str:
    """Raises `Failed` for what cannot stand in a header; what it is worth, the app says."""
    token = text.strip()
    if not _FORM.fullmatch(token):
        raise Failed(Exit.SIGN_IN, "Not signed in: OPERATE_TOKEN is not a token.")
    return token


def sign_in_of(environment: Mapping[str, str], record: Path) -> SignIn:
    """What the environment says. Raises `Failed` for what is missing."""
    client_id = _needed(environment, "OPERATE_CLIENT_ID")
    return SignIn(
        tenant_id=_needed(environment, "OPERATE_TENANT_ID"),
        client_id=client_id,
        scope=environment.get("OPERATE_SCOPE") or f"api://{client_id}/.default",
        authority=environment.get("OPERATE_AUTHORITY"),
        record=record if environment.get("OPERATE_REMEMBER") == "1" else None,
    )


def _needed(environment: Mapping[str, str], name: str) -> str:
    if value := environment.get(name):
        return value
    raise Failed(Exit.SIGN_IN, f"Not signed in: {name} is not set. docs/operate.md says what is needed.")


def _azure_cli(environment: Mapping[str, str], _record: Path, _tell: Tell) -> Token:
    scope = _needed(environment, "OPERATE_SCOPE")
    from operate.azure_sign_in import azure_cli_tokens  # the SDK takes half a second to load

    return azure_cli_tokens(environment.get("OPERATE_TENANT_ID", ""), scope)


def _device(environment: Mapping[str, str], record: Path, tell: Tell) -> Token:
    sign_in = sign_in_of(environment, record)
    from operate.azure_sign_in import device_tokens  # as above

    return device_tokens(sign_in, tell)

"""`receipt show` and `receipt verify`."""

import json
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.text import Text

from operate.answers import Json
from operate.commands.command import command
from operate.exits import Exit, Failed
from operate.files import read_text
from operate.plain import plain
from operate.receipts import LARGEST, Verified, verified
from operate.session import Session

KEYS = "/api/receipts/keys"
LARGEST_KEYS = 1_000_000
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="The receipt, receipt.jws in the container evidence.")
]
KeysFile = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FILE", help="Keys kept beside the receipts, in place of the app's."),
]


@command
def verify(session: Session, file: File, *, keys: KeysFile = None) -> Exit:
    """Whether a receipt is what the app has signed; nobody need sign in for it."""
    found = _verified(session, file, keys)
    session.screen.show({"verified": True, "kid": found.kid, "claims": found.claims})
    session.screen.line(f"Verified: receipt of request {found.claims.get('jti')}, signed by key {found.kid}.")
    return Exit.DONE


@command
def show(session: Session, file: File, *, keys: KeysFile = None) -> Exit:
    """What a receipt says, once it is verified."""
    claims = _verified(session, file, keys).claims
    session.screen.show(claims, Text(json.dumps(claims, indent=2)))
    return Exit.DONE


def _verified(session: Session, file: Path, keys: Path | None) -> Verified:
    receipt = read_text(_file(file), LARGEST)
    return verified(receipt, _kept_keys(keys) if keys else session.client.get_open(KEYS))


def _file(given: Path) -> Path:
    """Operators have no route to receipts: those are for whoever asked."""
    if given.exists() or not _is_id(str(given)):
        return given
    raise Failed(
        Exit.BAD_INPUT,
        f"Give a file: the receipt is in the container evidence as {plain(str(given))}/receipt.jws.",
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _kept_keys(path: Path) -> Json:
    try:
        keys = json.loads(read_text(path, LARGEST_KEYS))
    except ValueError:
        keys = None
    if not isinstance(keys, dict):
        raise Failed(Exit.BAD_INPUT, f"{path} is no JWK set.")
    return keys

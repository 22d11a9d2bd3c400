"""Receipts on an operator's terminal."""

import asyncio
import json
from base64 import urlsafe_b64encode as b64
from pathlib import Path

import pytest

from operate.exits import Exit
from shared.domain.receipts import claims_in
from tests.fakes import MemoryRegister
from tests.unit.operating import Terminal
from tests.unit.receipts import a_life, claims_of, found, journal_of, private_pem, signer_of
from tests.unit.samples import REQUEST_ID
from tests.unit.test_verify_receipt import changed, part

ANOTHER_TYPE = b64(b'{"kid": "x", "typ": "JWT"}').rstrip(b"=") + b".e30.e30"
NO_TOKEN = {"OPERATE_TOKEN": None}
FORM = "That is no receipt: a receipt is a JWS in compact form, as docs/receipts.md says.\n"


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    """As the container `evidence` has it."""
    return tmp_path / "receipt.jws"


def signed(terminal: Terminal, file: Path) -> str:
    life = a_life(found("purged"))
    text = asyncio.run(terminal.signer.sign(claims_of(life[-1], journal_of(*life))))
    file.write_text(f"{text}\n")
    return text


def test_a_receipt_is_verified_against_the_app_s_keys_without_signing_in(receipt: Path) -> None:
    terminal = Terminal()
    text = signed(terminal, receipt)
    done = terminal.run("receipt", "verify", str(receipt), environment=NO_TOKEN)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Verified: receipt of request {claims_in(text)['jti']}, signed by key ")
    (call,) = terminal.transport.calls
    assert "authorization" not in call.headers


def test_what_it_says_is_shown_and_is_json(receipt: Path) -> None:
    terminal = Terminal()
    text = signed(terminal, receipt)
    assert json.loads(terminal.run("receipt", "show", str(receipt)).out) == claims_in(text)
    verified = terminal.run("receipt", "verify", str(receipt), "--json").value
    assert isinstance(verified, dict)
    assert (verified["verified"], verified["claims"]) == (True, claims_in(text))


def test_keys_that_were_kept_serve_without_the_app(receipt: Path, tmp_path: Path) -> None:
    terminal = Terminal()
    signed(terminal, receipt)
    kept = tmp_path / "keys.json"
    kept.write_text("\ufeff" + json.dumps(asyncio.run(terminal.signer.public_keys())), encoding="utf-8")
    done = terminal.run(
        "receipt", "verify", str(receipt), "--keys", str(kept), environment={"OPERATE_URL": None}
    )
    assert (done.code, terminal.transport.calls) == (0, [])


@pytest.mark.parametrize("number", [1, 2], ids=["claims", "signature"])
def test_a_receipt_of_which_a_character_was_changed_is_not_verified(receipt: Path, number: int) -> None:
    terminal = Terminal()
    text = signed(terminal, receipt)
    receipt.write_text(changed(text, part(text, number)[5]))
    done = terminal.run("receipt", "verify", str(receipt), "--json")
    assert (done.code, done.out) == (Exit.NOT_VERIFIED, "")
    assert done.err == "NOT verified: the signature is not of this text and key.\n"


def test_a_signature_spelled_in_another_way_is_not_verified(receipt: Path) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    terminal = Terminal()
    text = signed(terminal, receipt)
    receipt.write_text(text[:-1] + letters[letters.index(text[-1]) + 1])
    assert terminal.run("receipt", "verify", str(receipt)).code == Exit.NOT_VERIFIED


def test_a_receipt_of_another_app_is_not_verified(receipt: Path) -> None:
    signed(Terminal(signer=signer_of(MemoryRegister(), private_pem())), receipt)
    done = Terminal().run("receipt", "show", str(receipt))
    assert (done.code, done.out) == (Exit.NOT_VERIFIED, "")
    assert done.err == "NOT verified: the app has never had the key that the receipt names.\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", FORM),
        (b"nonsense", FORM),
        (b"e30.e30.e30", FORM),
        (b'{"kid": "x"}', FORM),
        (ANOTHER_TYPE, FORM),
        ("é.é.é".encode("latin-1"), "{} is not text in UTF-8.\n"),
        (b"\xff\xfe" + "a.b.c".encode("utf-16-le"), "{} is not text in UTF-8.\n"),
        (b"PK\x03\x04" + b"\xff" * 40, "{} is not text in UTF-8.\n"),
        (b"a" * 40_000, "{} is too large: 32768 bytes at most.\n"),
        (None, "{} cannot be read: No such file or directory.\n"),
    ],
    ids=[
        "empty",
        "text",
        "another JWS",
        "JSON",
        "another type",
        "Latin-1",
        "UTF-16",
        "archive",
        "too large",
        "no file",
    ],
)
def test_a_file_of_another_format_is_told_from_a_false_receipt(
    receipt: Path, content: bytes | None, line: str
) -> None:
    if content is not None:
        receipt.write_bytes(content)
    terminal = Terminal()
    done = terminal.run("receipt", "verify", str(receipt))
    assert (done.code, done.out, done.err) == (Exit.BAD_INPUT, "", line.format(receipt))


def test_whoever_gives_an_id_is_told_where_the_file_is() -> None:
    done = Terminal().run("receipt", "show", REQUEST_ID)
    assert done.code == Exit.BAD_INPUT
    assert done.err == f"Give a file: the receipt is in the container evidence as {REQUEST_ID}/receipt.jws.\n"


def test_keys_of_another_format_are_told(receipt: Path) -> None:
    terminal = Terminal()
    signed(terminal, receipt)
    done = terminal.run("receipt", "verify", str(receipt), "--keys", str(receipt))
    assert (done.code, done.err) == (Exit.BAD_INPUT, f"{receipt} is no JWK set.\n")

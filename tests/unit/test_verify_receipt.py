"""Receipts verified as a stranger would: by the script, and by the commands of docs/receipts.md."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.domain.receipts import claims_in
from tests.fakes import MemoryRegister
from tests.paths import ROOT
from tests.unit.receipts import a_life, claims_of, found, journal_of, private_pem, signer_of

SCRIPT = ROOT / "scripts/verify_receipt.py"
Done = subprocess.CompletedProcess[str]


@dataclass
class Case:
    """A receipt and the keys, as files in a folder."""

    folder: Path
    receipt: str
    keys: list[dict[str, str]]

    def verified(self, receipt: str | None = None, keys: list[dict[str, str]] | None = None) -> Done:
        (self.folder / "receipt.jws").write_text(f"{receipt or self.receipt}\n")
        (self.folder / "keys.json").write_text(json.dumps({"keys": self.keys if keys is None else keys}))
        command = [sys.executable, "-I", str(SCRIPT), "receipt.jws", "keys.json"]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture
async def case(tmp_path: Path) -> Case:
    register = MemoryRegister()
    await signer_of(register, private_pem()).sign({"of": "an earlier key"})
    life = a_life(found("soft_deleted"))
    signer = signer_of(register)
    receipt = await signer.sign(claims_of(life[-1], journal_of(*life)))
    keys = (await signer.public_keys())["keys"]
    assert isinstance(keys, list)
    return Case(tmp_path, receipt, keys)


def changed(text: str, place: int) -> str:
    other = "A" if text[place] != "A" else "B"
    return text[:place] + other + text[place + 1 :]


def part(receipt: str, number: int) -> range:
    start = sum(len(one) + 1 for one in receipt.split(".")[:number])
    return range(start, start + len(receipt.split(".")[number]))


def test_a_receipt_is_verified_and_its_claims_are_shown(case: Case) -> None:
    done = case.verified()
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == claims_in(case.receipt)


@pytest.mark.parametrize("number", [0, 1, 2], ids=["header", "claims", "signature"])
@pytest.mark.parametrize("place", [0, 0.5, -1], ids=["first", "middle", "last"])
def test_a_receipt_of_which_a_character_was_changed_is_not(case: Case, number: int, place: float) -> None:
    """The last of the signature is half filling: another letter there may mean the same bytes."""
    places = part(case.receipt, number)
    at = places[-1] if place < 0 else places[int(len(places) * place)]
    assert_refused(case.verified(changed(case.receipt, at)))


def test_a_signature_spelled_in_another_way_is_not(case: Case) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters.index(case.receipt[-1])
    assert last % 16 == 0
    assert_refused(case.verified(case.receipt[:-1] + letters[last + 1]))


def test_another_key_of_the_same_name_does_not_verify_it(case: Case) -> None:
    first, second = case.keys
    swapped = [{**first, "kid": second["kid"]}, {**second, "kid": first["kid"]}]
    assert_refused(case.verified(keys=swapped))


def test_a_key_that_is_not_there_does_not_verify_it(case: Case) -> None:
    others = [key for key in case.keys if key["kid"] != header_of(case.receipt)["kid"]]
    assert len(others) == 1
    assert_refused(case.verified(keys=others))
    assert_refused(case.verified(keys=[]))


def test_what_is_no_receipt_is_not_verified(case: Case) -> None:
    assert_refused(case.verified("nonsense"))
    assert_refused(subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False))


def test_the_commands_of_the_documentation_verify_it_by_openssl(case: Case) -> None:
    assert "Verified OK" in by_openssl(case, case.receipt).stdout
    claims = by_openssl(case, case.receipt).stdout.rpartition("Verified OK\n")[2]
    assert json.loads(claims) == claims_in(case.receipt)


def test_the_commands_of_the_documentation_do_not_verify_another(case: Case) -> None:
    done = by_openssl(case, changed(case.receipt, part(case.receipt, 1)[20]))
    assert "Verified OK" not in done.stdout
    assert "Verification failure" in done.stdout


def by_openssl(case: Case, receipt: str) -> Done:
    case.verified(receipt)
    (commands,) = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs/receipts.md").read_text(), re.M | re.S)
    key = next(one for one in case.keys if one["kid"] == header_of(case.receipt)["kid"])
    setting = f"X={key['x']}\nY={key['y']}\n"
    return subprocess.run(
        ["/bin/sh", "-c", setting + commands], cwd=case.folder, capture_output=True, text=True, check=False
    )


def header_of(receipt: str) -> dict[str, str]:
    return {name: str(value) for name, value in claims_in(f".{receipt}").items()}


def assert_refused(done: Done) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("NOT verified: ")
    assert len(done.stderr.splitlines()) == 1

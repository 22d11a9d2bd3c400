"""What is sealed opens in its place and nowhere else."""

import pytest

from shared.adapters.fernet_seal import FernetSeal
from shared.domain.errors import SealBroken
from shared.domain.keyed_hash import KeyedHash

SEAL = FernetSeal(KeyedHash(b"k" * 32))


def test_what_was_sealed_opens_in_its_place() -> None:
    value = {"address": "ada@example.com", "language": None, "numbers": [1, 2.5], "name": "Àda\u202e"}
    assert SEAL.open("request", "contact", SEAL.close("request", "contact", value)) == value


def test_nothing_of_the_value_can_be_read_from_outside() -> None:
    sealed = SEAL.close("request", "contact", {"address": "ada@example.com"})
    assert "ada" not in sealed
    assert sealed != SEAL.close("request", "contact", {"address": "ada@example.com"})


@pytest.mark.parametrize(
    ("seal", "request_id", "name"),
    [
        pytest.param(FernetSeal(KeyedHash(b"j" * 32)), "request", "contact", id="another key"),
        pytest.param(SEAL, "other", "contact", id="another request"),
        pytest.param(SEAL, "request", "claims", id="another name"),
    ],
)
def test_it_does_not_open_elsewhere(seal: FernetSeal, request_id: str, name: str) -> None:
    sealed = SEAL.close("request", "contact", {"address": "ada@example.com"})
    with pytest.raises(SealBroken):
        seal.open(request_id, name, sealed)


def test_it_does_not_open_once_a_character_was_changed() -> None:
    sealed = SEAL.close("request", "contact", {"address": "ada@example.com"})
    for place in range(len(sealed.rstrip("=")) - 1):  # the last may have bits that say nothing
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(SealBroken):
            SEAL.open("request", "contact", sealed[:place] + other + sealed[place + 1 :])


def test_text_that_was_never_sealed_does_not_open() -> None:
    for text in ("", "x", "gAAAAA==", "\N{SNOWMAN}"):
        with pytest.raises(SealBroken):
            SEAL.open("request", "contact", text)

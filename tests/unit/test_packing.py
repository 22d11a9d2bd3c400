"""Staging is compressed, and comes back as it was, a little at a time."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export_function.packing import BITE, StagingDamaged, Unpacker, packer


def packed(pieces: list[bytes]) -> bytes:
    pack = packer()
    return b"".join([*map(pack.compress, pieces), pack.flush()])


@given(st.lists(st.binary(max_size=50)), st.integers(1, 40))
def test_what_was_packed_comes_back_however_it_is_cut(pieces: list[bytes], size: int) -> None:
    data, unpacker = packed(pieces), Unpacker()
    cut = (data[start : start + size] for start in range(0, len(data), size))
    assert b"".join(bite for piece in cut for bite in unpacker.bites(piece)) == b"".join(pieces)


def test_a_little_that_holds_very_much_is_given_bite_by_bite() -> None:
    bites = list(Unpacker().bites(packed([b"x" * (40 * BITE + 1)])))
    assert max(map(len, bites)) <= BITE
    assert sum(map(len, bites)) == 40 * BITE + 1


def test_it_is_gzip_that_other_programs_open_too() -> None:
    assert gzip.decompress(packed([b"a", b"b"])) == b"ab"


def test_what_is_no_gzip_is_named_damaged() -> None:
    with pytest.raises(StagingDamaged):
        list(Unpacker().bites(b"nonsense"))

"""Answers of Graph are read as the standard library reads JSON, whatever is in them."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.graph.json_values import json_value
from shared.domain.ports import JsonValue

TEXT = st.text(st.characters(codec=None), max_size=12)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
DEEP = "[" * 500 + "]" * 500
ODD = ("NaN", "-Infinity", '{"a":1,"a":2}', '"\\ud800"', "-0", "1e999", f"{2**80}", "\ufeff1", DEEP)


@given(VALUES.map(json.dumps) | NUMBERS)
@example("2.2250738585072011e-308")
@example("9007199254740993.0")
def test_a_value_is_what_the_standard_library_reads(text: str) -> None:
    assert repr(json_value(text.encode())) == repr(json.loads(text))


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_so_is_what_is_odd(text: str) -> None:
    assert repr(json_value(text.encode())) == repr(json.loads(text.encode()))


@pytest.mark.parametrize("body", [b"", b"[1,]", b'{"a":1}}', b"01", b"\xff", b'"\xff"', b"nonsense"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        json_value(body)


def test_what_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(RecursionError):
        json_value(b"[" * 200_000 + b"]" * 200_000)

"""Mentions of people: the quick way masks what a pattern that knows no case would."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from export_function.mentions import MASK, masking_mentions

LETTERS = st.sampled_from("aAsSſiIİıkK\u212aµμ .@*")
"""Some are the same to a pattern as others that have no lower case in common."""
NAMES = st.frozensets(st.text(LETTERS, min_size=1, max_size=4), min_size=1, max_size=3)
EVE = "eeeeeeee-0000-4000-8000-000000000001"


def by_a_pattern(names: frozenset[str], text: str) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), MASK, text, flags=re.IGNORECASE)


@given(NAMES, st.text(LETTERS, max_size=12))
@example(frozenset({"k"}), "\u212a")
@example(frozenset({"\u212a"}), "a k")
@example(frozenset({"as", "a"}), "AS a s")
def test_names_are_masked_as_a_pattern_would(names: frozenset[str], text: str) -> None:
    whole = text.lower() in {name.lower() for name in names}
    assert masking_mentions(names)(text) == (MASK if whole else by_a_pattern(names, text))


def test_texts_are_masked_however_deep_and_all_else_stays() -> None:
    masked = masking_mentions({EVE})
    assert masked({EVE: [EVE.upper(), f"for {EVE}.", "else", 1, None, True, {"a": EVE}]}) == {
        EVE: [MASK, f"for {MASK}.", "else", 1, None, True, {"a": MASK}]
    }

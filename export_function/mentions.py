"""Mask people's names wherever texts have them, in upper or in lower case."""

import re
from collections.abc import Callable, Mapping, Set

from shared.domain.ports import JsonValue

MASK = "[somebody else]"


def masking_mentions(names: Set[str]) -> Callable[[JsonValue], JsonValue]:
    """What gives a value with a mask for each mention of these names in its texts; names of properties stay.

    There is a name, and none is empty.
    """
    in_text, shortest = _masking(names), min(map(len, names))

    def masked(value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return value if len(value) < shortest else in_text(value)
        if value is None:
            return value
        if isinstance(value, list):
            return [masked(one) for one in value]
        return {key: masked(one) for key, one in value.items()} if isinstance(value, Mapping) else value

    return masked


def _masking(names: Set[str]) -> Callable[[str], str]:
    """The pattern is made for a text that may have a name among other words: that costs more than all else.

    Beyond ASCII, letters are the same to a pattern that differ in lower case (ſ and s): there it decides.
    """
    lowered, is_ascii = {name.lower() for name in names}, all(map(str.isascii, names))

    def masked(text: str) -> str:
        low = text.lower()
        if low in lowered:
            return MASK
        if is_ascii and low.isascii() and not any(name in low for name in lowered):
            return text
        return _pattern(names).sub(MASK, text)

    return masked


def _pattern(names: Set[str]) -> "re.Pattern[str]":
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)

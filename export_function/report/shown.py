"""What the directory holds, made fit to be read: nothing hidden in it acts, and nothing is endless."""

import re
from dataclasses import dataclass

from export_function.json_text import compact
from shared.domain.ports import JsonValue
from shared.languages import Say

LONGEST = 2000
"""Characters of a text that the report shows; the data file has all."""
_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Marks that turn the direction of what follows: Unicode, UAX #9."""
_UNSEEN = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_VISIBLE = {code: f"[U+{code:04X}]" for code in (*_BIDI, *_UNSEEN) if code != ord("\n")}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|\+00:00)")


@dataclass(frozen=True)
class Shown:
    """A text for the report; `cut` if there is more of it."""

    text: str
    cut: bool = False


def shown(value: JsonValue, say: Say) -> Shown:
    """A value as people read it: times without letters, yes and no as words, the rest as it is."""
    if isinstance(value, bool):
        return Shown(say("yes") if value else say("no"))
    return plain(value if isinstance(value, str) else compact(value))


def plain(text: str) -> Shown:
    """A text with its control characters and marks to be seen, cut to `LONGEST`."""
    if moment := _MOMENT.fullmatch(text):
        return Shown(f"{moment[1]} {moment[2]} UTC")
    return Shown(text[:LONGEST].translate(_VISIBLE), len(text) > LONGEST)

"""A line of NDJSON taken apart without writing its values anew."""

import json
import re
from collections.abc import Set

from shared.domain.ports import JsonValue

_NAME = re.compile(r',"([^"\\]*)":').match
_value_at = json.JSONDecoder().raw_decode


def cells_and_others(line: bytes, columns: Set[str]) -> tuple[dict[str, str], dict[str, JsonValue]]:
    """Text by column, and the properties that have none, of a line that `json_text.line` wrote.

    A string is its own text, null is none; anything else is the JSON that stands in the line. Raises
    `ValueError` or `RecursionError` where the line is not so, has escapes for characters that text can hold,
    or is nested deeper than Python goes.
    """
    if b"\\u" in line or not line.startswith(b"{"):
        raise ValueError("to be read by other means")
    text, at = f",{line[1:].decode()}", 0
    cells, others = dict[str, str](), dict[str, JsonValue]()
    while named := _NAME(text, at):
        name, start = named[1], named.end()
        value, at = _value_at(text, start)
        if name not in columns:
            others[name] = value
        elif value is not None:
            cells[name] = value if isinstance(value, str) else text[start:at]
    if text[at:].rstrip() != "}":
        raise ValueError("not a line of ours")
    return cells, others

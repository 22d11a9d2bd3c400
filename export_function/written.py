"""A line of NDJSON read without writing anew what a table is to have of it."""

import json
import re

from shared.domain.ports import JsonValue

_MEMBER = re.compile(r',"([^"\\]*)":(?:"([^"\\\x00-\x1f]*)")?').match
"""A name, and its value where that is a string without escapes."""
_value_at = json.JSONDecoder().raw_decode


def event_and_texts(line: bytes) -> tuple[dict[str, JsonValue], dict[str, str]]:
    """The object on a line that `json_text.line` wrote, and how values stand there that are no plain text.

    Raises `ValueError` or `RecursionError` where the line is not so, has escapes for characters that text can
    hold, or is nested deeper than Python goes.
    """
    if b"\\u" in line or not line.startswith(b"{"):
        raise ValueError("to be read by other means")
    text, at = f",{line[1:].decode()}", 0
    event, texts = dict[str, JsonValue](), dict[str, str]()
    while member := _MEMBER(text, at):
        name, value = member.groups()
        at = member.end()
        if value is None:
            start = at
            value, at = _value_at(text, start)
            texts[name] = text[start:at]
        event[name] = value
    if text[at:].rstrip() != "}":
        raise ValueError("not a line of ours")
    return event, texts

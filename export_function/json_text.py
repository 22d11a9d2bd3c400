"""JSON as text and as bytes, whatever the values are."""

import json

from shared.domain.ports import JsonValue


def compact(value: JsonValue) -> str:
    """On one line; an ellipsis where it is nested deeper than Python goes."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "…"


def pretty(value: JsonValue, *, in_order: bool = False) -> bytes:
    """As a file that people can read, too; `in_order` sorts properties by name."""
    return _utf8(value, 2, in_order=in_order)


_one_line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def line(value: JsonValue) -> bytes:
    """As a line of NDJSON."""
    try:
        return _one_line(value).encode() + b"\n"
    except UnicodeEncodeError:
        return _utf8(value, None, in_order=False)


def read(data: bytes) -> JsonValue:
    """The value. Raises `ValueError` for what is no JSON, or nested deeper than Python goes."""
    try:
        value: JsonValue = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return value


def _utf8(value: JsonValue, indent: int | None, *, in_order: bool) -> bytes:
    """Half of a pair of surrogates has no bytes in UTF-8: then everything beyond ASCII is escaped."""
    separators = (",", ": ") if indent else (",", ":")
    for ascii_only in (False, True):
        text = json.dumps(
            value, ensure_ascii=ascii_only, indent=indent, separators=separators, sort_keys=in_order
        )
        try:
            return text.encode() + b"\n"
        except UnicodeEncodeError:
            continue
    raise AssertionError("ASCII can always be encoded")

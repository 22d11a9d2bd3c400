"""What a record must be, as far as that is known without the app; faults are told without a value."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

FIELDS = frozenset({"objectId", "email", "userName", "tenant", "receivedAt"})
WAYS = ("objectId", "email", "userName")
ONE_WAY = "must have exactly one of: objectId with tenant; email; userName with tenant"
NO_RECORD = "is not one JSON object of texts, each field given once"
MARK = b"\xef\xbb\xbf"
"""Some editors put it before UTF-8."""
Record = Mapping[str, str]


class Form(StrEnum):
    """How a list is written."""

    CSV = "csv"
    NDJSON = "ndjson"


class Bad(Exception):
    """A line cannot be taken; the text says why."""


class WrongEncoding(Bad):
    """A line is no UTF-8, as then a whole list is not."""


def text_of(line: bytes) -> str:
    """A line without its end. Raises `Bad`."""
    try:
        text = line.removeprefix(MARK).removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise WrongEncoding("is not UTF-8") from None
    if "\0" in text:
        raise Bad("has a NUL character")
    return text


def columns_of(text: str) -> Sequence[str]:
    """The names in a header. Raises `Bad`."""
    names = [name.strip() for name in _cells(text)]
    if not FIELDS.issuperset(names):  # which is not told: a list without a header begins with somebody
        raise Bad(f"must be a header of these names: {', '.join(sorted(FIELDS))}")
    if len(set(names)) != len(names):
        raise Bad("names a column twice")
    return names


def reader_of(form: Form, columns: Sequence[str]) -> Callable[[str], Record]:
    """What reads a record of such a list; it raises `Bad`."""
    return _object if form is Form.NDJSON else lambda text: _named(columns, _cells(text))


def who(record: Record) -> str:
    """Names the person of a record, for comparison alone. Raises `Bad`."""
    given = [way for way in WAYS if way in record]
    if len(given) != 1 or ("tenant" in record) != (given[0] != "email"):
        raise Bad(ONE_WAY)
    value = record[given[0]]
    known = value.lower() if given[0] == "objectId" else value
    return json.dumps([given[0], record.get("tenant"), known])


def _cells(text: str) -> Sequence[str]:
    try:
        (cells,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise Bad("is not one record of CSV") from None
    return cells


def _named(columns: Sequence[str], cells: Sequence[str]) -> Record:
    if len(cells) != len(columns):
        raise Bad("has not as many fields as the header")
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}


def _object(text: str) -> Record:
    try:
        read = json.loads(text, object_pairs_hook=_once_each)
        json.dumps(read, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        raise Bad(NO_RECORD)
    if set(read) - FIELDS:
        raise Bad("has a field that is not known")
    return read


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError
    return fields

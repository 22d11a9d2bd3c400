"""CSV beside the JSON files, for spreadsheets: RFC 4180, UTF-8 with a byte order mark.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV injection"):
the JSON file beside it has every value as it was.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from export_function.event_kinds import EventKind
from export_function.json_text import compact, read
from export_function.written import event_and_texts
from shared.domain.ports import JsonObject, JsonValue

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula may begin with; spreadsheets of some languages take the full-width signs, too."""
_FORMULA = frozenset(FORMULA)
NOTE = (
    "In the CSV files a cell that begins with = + - @ (also in full width), a tab or a line break has an "
    "apostrophe in front, so that no spreadsheet runs it as a formula; values within values are written as "
    "JSON. The JSON and NDJSON files have every value unchanged."
)
OTHER = "other"
"""The last column of events: all that has no column of its own, as JSON."""


@dataclass(frozen=True)
class EventRows:
    """Lines of CSV, and the events that they are of: an empty one for a line that Python cannot read."""

    csv: bytes
    events: Sequence[JsonObject]


def table(records: Sequence[JsonValue]) -> bytes:
    """A list of records; the columns are all properties that any of them has."""
    rows = [record if isinstance(record, Mapping) else {"value": record} for record in records]
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return BYTE_ORDER_MARK + _csv([columns, *([row.get(name) for name in columns] for row in rows)])


def event_header(kind: EventKind) -> bytes:
    """The beginning of a file of events."""
    return BYTE_ORDER_MARK + _csv([(*kind.columns, OTHER)])


def event_rows(kind: EventKind, lines: Iterable[bytes]) -> EventRows:
    """Lines of NDJSON as lines of CSV, with the events on them."""
    columns = frozenset(kind.columns)
    read = [_event_and_row(kind, columns, line) for line in lines if line]
    text = "".join(f"{','.join(map(_quoted, row))}\r\n" for _, row in read)
    return EventRows(text.encode(errors="backslashreplace"), [event for event, _ in read])


def _event_and_row(kind: EventKind, columns: frozenset[str], line: bytes) -> tuple[JsonObject, list[str]]:
    try:
        event, texts = event_and_texts(line)
    except (ValueError, RecursionError):
        return _read_anew(kind, columns, line)
    row = [_text_of(event.get(name), texts.get(name, "")) for name in kind.columns]
    return event, [*row, _others(event, columns)]


def _text_of(value: JsonValue, text: str) -> str:
    """Like `_cell`, of a value that stands as `text` on its line."""
    return _harmless("" if value is None else value if isinstance(value, str) else text)


def _read_anew(kind: EventKind, columns: frozenset[str], line: bytes) -> tuple[JsonObject, list[str]]:
    event = _event_of(line)
    if event is None:
        return {}, [*("" for _ in kind.columns), _harmless(line.decode(errors="replace"))]
    row = [_cell(event.get(name)) for name in kind.columns]
    return event, [*row, _others(event, columns)]


def _others(event: JsonObject, columns: frozenset[str]) -> str:
    return _cell({name: value for name, value in event.items() if name not in columns} or None)


def _event_of(line: bytes) -> JsonObject | None:
    """The event on a line; None for one that Python cannot read."""
    try:
        event = read(line)
    except ValueError:
        return None
    return event if isinstance(event, Mapping) else None


def _csv(rows: Iterable[Sequence[JsonValue]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode(errors="backslashreplace")


def _quoted(cell: str) -> str:
    """As the csv module quotes, in a fraction of its time: cells here are long."""
    if '"' in cell:
        return '"' + cell.replace('"', '""') + '"'
    return f'"{cell}"' if "," in cell or "\r" in cell or "\n" in cell else cell


def _cell(value: JsonValue) -> str:
    return _harmless("" if value is None else value if isinstance(value, str) else compact(value))


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in _FORMULA else text

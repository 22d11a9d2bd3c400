"""CSV beside the JSON files, for spreadsheets: RFC 4180, UTF-8 with a byte order mark.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV injection"):
the JSON file beside it has every value as it was.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from export_function.event_kinds import EventKind
from export_function.json_text import compact, read
from export_function.written import cells_and_others
from shared.domain.ports import JsonObject, JsonValue

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula may begin with; spreadsheets of some languages take the full-width signs, too."""
NOTE = (
    "In the CSV files a cell that begins with = + - @ (also in full width), a tab or a line break has an "
    "apostrophe in front, so that no spreadsheet runs it as a formula; values within values are written as "
    "JSON. The JSON and NDJSON files have every value unchanged."
)
OTHER = "other"
"""The last column of events: all that has no column of its own, as JSON."""


def table(records: Sequence[JsonValue]) -> bytes:
    """A list of records; the columns are all properties that any of them has."""
    rows = [record if isinstance(record, Mapping) else {"value": record} for record in records]
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return BYTE_ORDER_MARK + _csv([columns, *([row.get(name) for name in columns] for row in rows)])


def event_header(kind: EventKind) -> bytes:
    """The beginning of a file of events."""
    return BYTE_ORDER_MARK + _csv([(*kind.columns, OTHER)])


def event_rows(kind: EventKind, lines: Iterable[bytes]) -> bytes:
    """Lines of NDJSON as lines of CSV."""
    columns = frozenset(kind.columns)
    rows = (_event_row(kind, columns, line) for line in lines if line)
    return "".join(f"{','.join(map(_quoted, row))}\r\n" for row in rows).encode(errors="backslashreplace")


def _event_row(kind: EventKind, columns: frozenset[str], line: bytes) -> list[str]:
    try:
        cells, others = cells_and_others(line, columns)
    except (ValueError, RecursionError):
        return _read_anew(kind, line)
    return [*(_harmless(cells.get(name, "")) for name in kind.columns), _cell(others or None)]


def _read_anew(kind: EventKind, line: bytes) -> list[str]:
    event = event_of(line)
    if event is None:
        return [*("" for _ in kind.columns), _harmless(line.decode(errors="replace"))]
    others = {name: value for name, value in event.items() if name not in kind.columns}
    return [*(_cell(event.get(name)) for name in kind.columns), _cell(others or None)]


def event_of(line: bytes) -> JsonObject | None:
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
    return f"'{text}" if text.startswith(FORMULA) else text

"""Read lists that operators hand in: CSV with a header, or NDJSON; one record a line, in UTF-8.

What is wrong is told by rule and field, never by value.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.bodies import BadInput, parsed
from shared.domain.bulk.batch import ListForm
from shared.domain.bulk.ports import BadHeader, BadLine, Line
from shared.domain.topology import Topology
from shared.intake import LISTED, read_listed

MARK = b"\xef\xbb\xbf"
"""Some editors put it before UTF-8."""


@dataclass(frozen=True)
class ListLines:
    """Implements `shared.domain.bulk.ports.LineReader`; which tenants there are, `topology` says."""

    topology: Topology

    def columns(self, form: ListForm, first: bytes) -> tuple[str, ...]:
        """See `LineReader.columns`."""
        if form is ListForm.NDJSON:
            return ()
        try:
            names = tuple(name.strip() for name in _cells(_text(first)))
        except BadLine as bad:
            raise BadHeader from bad
        if not names or len(set(names)) != len(names) or not set(names) <= LISTED:
            raise BadHeader
        return names

    def line(self, form: ListForm, columns: tuple[str, ...], text: bytes, now: datetime) -> Line:
        """See `LineReader.line`."""
        record = _text(text)
        if not record.strip():
            raise BadLine("the line is blank")
        try:
            fields = _object(record) if form is ListForm.NDJSON else _named(columns, _cells(record))
            listed = read_listed(fields, self.topology, now)
        except BadInput as bad:
            raise BadLine(_told(bad)) from None
        return Line(listed.subject, listed.received_at)


def _text(line: bytes) -> str:
    try:
        return line.removeprefix(MARK).removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise BadLine("the line is not UTF-8") from None


def _cells(text: str) -> Sequence[str]:
    try:
        (cells,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise BadLine("the line is not one record of CSV") from None
    return cells


def _named(columns: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    """Empty cells are fields that are left out."""
    if len(cells) != len(columns):
        raise BadLine("the line has not as many fields as the header")
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}


def _object(text: str) -> dict[str, object]:
    fields = parsed(text.encode())
    if not isinstance(fields, dict):
        raise BadLine("the line is not one JSON object")
    if not set(fields) <= LISTED:  # its name is not told: it may be somebody's
        raise BadLine("the line has a field that is not known")
    return fields


def _told(bad: BadInput) -> str:
    if not bad.faults:
        return "the line is not one JSON object, no field given twice, none null"
    return "; ".join(f"{fault.field.lstrip('/')} {fault.rule}" for fault in bad.faults)

"""Read a list before anything is sent: what it holds, and which lines cannot be taken. Memory stays flat."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from operate.bulk.rules import Bad, Form, WrongEncoding, columns_of, reader_of, text_of, who
from operate.bulk.seen import Seen
from operate.exits import Exit, Failed

MOST_LINES = 1_000_000
MOST_BYTES = 256 * 1024 * 1024
LONGEST_LINE = 4096
"""Bytes, without the end of the line."""
PART = 1024 * 1024
MOST_TOLD = 100
"""Lines that are named one by one."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Measured:
    """A file: bytes, SHA-256, lines."""

    size: int
    sha256: str
    lines: int


@dataclass
class Found:
    """What a list holds. `bad` and `twice` name the first lines of their kind, with why or with which."""

    measured: Measured
    form: Form
    records: int = 0
    bad_lines: int = 0
    twice_lines: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    twice: list[tuple[int, int]] = field(default_factory=list)

    @property
    def people(self) -> int:
        """Who becomes a request."""
        return self.records - self.bad_lines - self.twice_lines

    def note_bad(self, line: int, why: str) -> None:
        """One more that cannot be taken."""
        self.bad_lines += 1
        if len(self.bad) < MOST_TOLD:
            self.bad.append((line, why))

    def note_twice(self, line: int, first: int) -> None:
        """One more about somebody who stood there before."""
        self.twice_lines += 1
        if len(self.twice) < MOST_TOLD:
            self.twice.append((line, first))


def checked(path: Path) -> Found:
    """Raises `Failed` for a list that is not taken as a whole."""
    form = _form(path)
    try:
        with path.open("rb") as file:
            measured = _measured(file)
            file.seek(0)
            return _read(file, Found(measured, form))
    except OSError as error:
        raise Failed(Exit.BAD_INPUT, f"{path} cannot be read: {error.strerror}.") from None


def _form(path: Path) -> Form:
    forms = {".csv": Form.CSV, ".ndjson": Form.NDJSON, ".jsonl": Form.NDJSON}
    if path.suffix.lower() not in forms:
        raise Failed(Exit.BAD_INPUT, "The list must be a .csv, .ndjson or .jsonl file.")
    return forms[path.suffix.lower()]


def _measured(file: BinaryIO) -> Measured:
    sha256, size, ends, last = hashlib.sha256(), 0, 0, b"\n"
    while part := file.read(PART):
        if size == 0 and part.startswith(UTF_16):
            raise Failed(Exit.BAD_INPUT, "Line 1 is UTF-16; save the list as UTF-8.")
        sha256.update(part)
        size, ends, last = size + len(part), ends + part.count(b"\n"), part[-1:]
        if size > MOST_BYTES:
            raise Failed(Exit.BAD_INPUT, f"The list is too large: {MOST_BYTES} bytes at most.")
    return Measured(size, sha256.hexdigest(), ends + (last != b"\n"))


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Line by line without its end, None for one that is too long."""
    while line := file.readline(LONGEST_LINE + 1):
        if line.endswith(b"\n") or len(line) <= LONGEST_LINE:
            yield line.removesuffix(b"\n")
            continue
        yield None
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def _read(file: BinaryIO, found: Found) -> Found:
    lines, seen = enumerate(_lines(file), 1), Seen(found.measured.lines)
    read = reader_of(found.form, _header(lines) if found.form is Form.CSV else ())
    for number, line in lines:
        found.records += 1
        try:
            first = seen.first(who(read(line_text(line))), number)
        except WrongEncoding as bad:
            raise Failed(Exit.BAD_INPUT, f"Line {number} {bad}; save the list as UTF-8.") from None
        except Bad as bad:
            found.note_bad(number, str(bad))
            continue
        if first != number:
            found.note_twice(number, first)
    if not 0 < found.records <= MOST_LINES:
        raise Failed(Exit.BAD_INPUT, f"The list has {found.records} records; it must have 1 to {MOST_LINES}.")
    return found


def _header(lines: Iterator[tuple[int, bytes | None]]) -> Sequence[str]:
    try:
        return columns_of(line_text(next(lines, (1, b""))[1]))
    except Bad as bad:
        raise Failed(Exit.BAD_INPUT, f"Line 1 {bad}.") from None


def line_text(line: bytes | None) -> str:
    """A record's line, None standing for one that is too long. Raises `Bad`."""
    if line is None:
        raise Bad(f"is longer than {LONGEST_LINE} bytes")
    if not (text := text_of(line)).strip():
        raise Bad("is blank")
    return text

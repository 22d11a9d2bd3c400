"""Files that are read and written: whole or not at all."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from operate.exits import Exit, Failed

BOM = "\ufeff"


def read_text(path: Path, most: int) -> str:
    """UTF-8, without the mark that some editors put before it. Raises `Failed`."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
        text = content.decode("utf-8").removeprefix(BOM).strip()
    except UnicodeDecodeError:
        raise Failed(Exit.BAD_INPUT, f"{path} is not text in UTF-8.") from None
    except OSError as error:
        raise Failed(Exit.BAD_INPUT, f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > most:
        raise Failed(Exit.BAD_INPUT, f"{path} is too large: {most} bytes at most.")
    return text


def write_text(path: Path, text: str) -> None:
    """In place of what is there, in one move. Raises `Failed`."""
    write_parts(path, [text.encode()])


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """The parts one after another, in place of what is there, in one move. Raises `Failed`."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                file.writelines(parts)
                file.close()
                Path(file.name).replace(path)
            finally:
                Path(file.name).unlink(missing_ok=True)
    except OSError as error:
        raise Failed(Exit.BAD_INPUT, f"{path} cannot be written: {error.strerror}.") from None

"""What a command shows: tables for people, or one JSON value; anything beside it goes to standard error."""

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.text import Text

from operate.answers import Json
from operate.plain import plain

PIPED_WIDTH = 200
"""Columns where there is no terminal, so that no id is cut."""


@dataclass(frozen=True)
class Screen:
    """Standard output and standard error."""

    out: Console
    err: Console
    as_json: bool

    def show(self, value: Json | Sequence[object], *parts: RenderableType) -> None:
        """The value where JSON is asked for, else the parts."""
        if self.as_json:
            self.out.file.write(json.dumps(value, ensure_ascii=True, indent=2) + "\n")
            return
        for part in parts:
            self.out.print(part)

    @property
    def is_live(self) -> bool:
        """Whether there is somebody to see a picture change."""
        return self.out.is_terminal and not self.as_json

    def line(self, text: str) -> None:
        """A result of one line, for people; with JSON it is left to the value."""
        if not self.as_json:
            self.out.print(Text(plain(text)), soft_wrap=True)

    def tell(self, line: str) -> None:
        """Beside the result."""
        tell(line)

    def waiting(self, what: str) -> AbstractContextManager[object]:
        """A sign of life while something is asked, for people."""
        return self.err.status(Text(f"Checking {plain(what)} …")) if self.is_live else nullcontext()

    def asked(self, question: str) -> str:
        """What a person types; nothing at the end of input."""
        self.err.print(Text(question), end="")
        return sys.stdin.readline().strip()

    def confirms(self, question: str) -> bool:
        """Whether a person types yes; the end of input is no."""
        return self.asked(f"{plain(question)} [y/N] ").lower() in {"y", "yes"}


def tell(line: str) -> None:
    """A line on standard error, as it is."""
    _console(stderr=True).print(Text(plain(line)), soft_wrap=True)


def screen(*, as_json: bool) -> Screen:
    """The process's own."""
    return Screen(_console(stderr=False), _console(stderr=True), as_json)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=stderr, highlight=False, emoji=False, markup=False, width=PIPED_WIDTH)
    )

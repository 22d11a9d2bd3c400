"""Write the report as HTML, some at a time; Jinja2 is loaded when the first one is written."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from export_function.report.fields import IDENTITY
from export_function.report.language import catalogue, number
from export_function.report.overview import Report
from export_function.report.timeline import HEIGHT, WIDTH

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")
AT_ONCE = 500
"""Pieces of the template that are joined before they are passed on."""


async def page(report: Report) -> AsyncIterator[bytes]:
    """`index.html`."""
    pieces = await asyncio.to_thread(_opened, report)
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece.encode()


async def readme(language: str) -> AsyncIterator[bytes]:
    """`README.txt`."""
    yield (await asyncio.to_thread(_readme, language)).encode()


def _opened(report: Report) -> Iterator[str]:
    stream = environment(report.language).get_template("report.html").stream(report=report)
    stream.enable_buffering(AT_ONCE)
    return stream


def _readme(language: str) -> str:
    return environment(language).get_template("README.txt").render()


@cache
def environment(language: str) -> "Environment":
    """Templates in a language; everything is escaped but in plain text, and a name that is unknown fails."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(disabled_extensions=("txt", "css"), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    said = catalogue(language)
    made.globals |= {"_": said.gettext, "ngettext": said.ngettext, "HEIGHT": HEIGHT, "WIDTH": WIDTH}
    made.globals["number"] = partial(number, language=language)
    made.globals["IDENTITY"] = tuple(title for _, title in IDENTITY)
    return made

"""Every text that catalogues translate, by catalogue, found as Babel finds them."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

from export_function.report.render import TEMPLATES
from export_function.sections import SECTIONS
from tests.paths import ROOT

FROM = (("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"))
Message = str | tuple[str, ...]
"""A text, or one with its plural."""


def texts(domain: str) -> set[Message]:
    """Those marked in code and in templates; of the report also what its table of sections says to people."""
    if domain == "phrases":
        return set(_marked(ROOT / "shared"))
    told = {text for kind in SECTIONS for text in (kind.title, kind.about)}
    assert TEMPLATES.is_relative_to(ROOT / "export_function")
    return {*_marked(ROOT / "export_function"), *told}


def _marked(folder: Path) -> Iterator[Message]:
    for _, _, message, *_ in extract_from_dir(
        folder, list(FROM), keywords={"_": None, "N_": None, "ngettext": (1, 2)}
    ):
        yield message if isinstance(message, str) else tuple(message)

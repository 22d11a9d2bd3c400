"""What the code logs, read from its calls of a log; and what a query asks for."""

import ast
import re
from collections.abc import Iterator

from shared.domain.telemetry import CONVENTIONAL_NAMES, INSTRUMENTS
from tests.paths import ROOT

QUERIES = sorted((ROOT / "infra").glob("*/*.kql"))
FOLDERS = ("shared", *(path.parent.name for path in ROOT.glob("*_function/__init__.py")))
LEVELS = {"debug", "info", "warning", "error", "exception"}
OF_EVERY_LINE = {"event", "level", "timestamp", "request_id"}
"""`request_id` is bound while a request is worked on."""


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _logged() -> dict[str, set[str]]:
    """Events with their fields, as calls of a log name them."""
    events: dict[str, set[str]] = {}
    code = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    for path in [ROOT / "function_app.py", *code]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _is_log(node.func) and node.args:
                given = {word.arg for word in node.keywords if word.arg}
                given |= {"error", "frames"} if ast.unparse(node.func).endswith("exception") else set()
                for event in _texts(node.args[0]):
                    events.setdefault(event, set()).update(given)
    return events


def _is_log(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and ast.unparse(function.value).rpartition(".")[2].lstrip("_") == "log"
    )


LOGGED = _logged()
MEASURED = {one.name: {CONVENTIONAL_NAMES.get(name, name) for name in one.attributes} for one in INSTRUMENTS}
"""Metrics with the attributes that are exported."""


def events_asked(query: str) -> set[str]:
    """The events that a query names: whatever it compares an event with."""
    listed = re.findall(r"\bevent\)? (?:==|!=|in) \(?((?:\"\w+\"(?:, )?)+)", query)
    return set(re.findall(r"\w+", " ".join(listed)))


def fields_asked(query: str) -> set[str]:
    """The fields of lines that a query names."""
    return {*re.findall(r"\bline\.(\w+)", query), *re.findall(r"\bline\[\"(\w+)\"\]", query)}


def metrics_asked(query: str) -> set[str]:
    """The metrics that a query names."""
    return set(re.findall(r"\"(privacy\.[\w.]+)\"", query))


def attributes_asked(query: str) -> set[str]:
    """The attributes of metrics and spans that a query names."""
    return {*re.findall(r"\bProperties\.(\w+)", query), *re.findall(r"\bProperties\[\"([\w.]+)\"\]", query)}

"""Every code that the app can produce, read off its source: where one is made, there it stands.

An f-string is told by what stands before the first brace, and three dots.
"""

import ast
import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

from shared.domain.errors import PrivacyError
from tests.paths import ROOT

PACKAGES = (
    *("shared", "composition", "export_function", "delete_function", "worker_function"),
    *("operations_function", "upkeep_function"),
)
LEVELS = frozenset({"debug", "info", "warning", "error", "exception"})

REASONS: Mapping[str, int] = {
    "Refuse": 0,
    "AskOperator": 0,
    "GiveUp": 0,
    "RetryLater": 1,
    "Pause": 1,
    "_failure": 1,
    "failed": 1,
    "awaiting_approval": 1,
    "cancelled": 1,
}
"""What a request's `reason` is made of: by the name of what is called, the place of the code."""
PROBLEMS: Mapping[str, int] = {"problem": 1, "unavailable": 0, "_Told": 1}
"""`code` of an answer that is a problem."""
REFUSALS: Mapping[str, int] = {"TokenRefused": 0, "_refused": 0}
"""`code` of the line `caller_refused`."""
NOTICES: Mapping[str, int] = {"Undeliverable": 0, "_ended": 2}
"""Why a notice was given up."""
ABSENCES: Mapping[str, int] = {"NotOffered": 1}
"""Why a section of an export is not there."""


def sources() -> Iterator[Path]:
    """What is deployed."""
    yield ROOT / "function_app.py"  # whose calls name no constant
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@cache
def calls() -> tuple[tuple[Path, ast.Call], ...]:
    """Every call in what is deployed."""
    trees = ((path, ast.parse(path.read_text())) for path in sources())
    return tuple(
        (path, node) for path, tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)
    )


def made_by(table: Mapping[str, int]) -> set[str]:
    """The codes that calls of the table's names are given."""
    found: set[str] = set()
    for path, call in calls():
        name = ast.unparse(call.func).rpartition(".")[2]
        if name in table and len(call.args) > table[name]:
            found.update(_texts(call.args[table[name]], path))
    return found


def logged() -> set[str]:
    """The events that are logged by name; a problem's code is another, where it is 503."""
    return set(logged_with_fields())


def logged_with_fields() -> dict[str, set[str]]:
    """Events with the fields that calls of a log name; what an exception was is told besides."""
    events: dict[str, set[str]] = {}
    for path, call in calls():
        if is_log(call.func) and call.args:
            given = {word.arg for word in call.keywords if word.arg}
            given |= {"error", "frames"} if ast.unparse(call.func).endswith("exception") else set()
            for event in _texts(call.args[0], path):
                events.setdefault(event, set()).update(given)
    return events


def is_log(function: ast.expr) -> bool:
    """Whether this is a method of a log."""
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and ast.unparse(function.value).rpartition(".")[2].lstrip("_") == "log"
    )


def logged_with(event: str, field: str) -> set[str]:
    """What a field of an event is said to be, where that is written out."""
    found: set[str] = set()
    for path, call in calls():
        if is_log(call.func) and call.args and event in set(_texts(call.args[0], path)):
            found.update(*(_texts(word.value, path) for word in call.keywords if word.arg == field))
    return found


def errors_of(kind: type[PrivacyError]) -> set[str]:
    """The codes of an error and of all below it."""
    for path in sources():
        if path.parent != ROOT:  # the composition root reads the environment
            _module(path)
    return {kind.code}.union(*(errors_of(below) for below in kind.__subclasses__()))


def _texts(node: ast.AST, path: Path) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and isinstance(value := vars(_module(path)).get(node.id), str):
        yield value
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield from (f"{text}…" for text in _texts(node.values[0], path))
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, path)
        yield from _texts(node.orelse, path)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value, path)


def _module(path: Path) -> ModuleType:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return importlib.import_module(name)

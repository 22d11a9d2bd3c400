"""Load a function app as the worker does: index it once and refuse what the worker would refuse."""

import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import azure.functions as func

Handler = Callable[..., Any]
"""The app's own function: what it takes and returns is checked here and after each call."""


class AppRefused(Exception):
    """The worker would lose every function of this app; the message says why."""


@dataclass(frozen=True)
class HttpFunction:
    """A function called by HTTP."""

    name: str
    parameter: str
    handler: Handler
    route: str
    methods: frozenset[str]
    auth_level: str


@dataclass(frozen=True)
class QueueFunction:
    """A function called for each message of a queue."""

    name: str
    parameter: str
    handler: Handler
    queue: str
    connection: str


@dataclass(frozen=True)
class TimerFunction:
    """A function called by the clock; `schedule` is NCRONTAB."""

    name: str
    parameter: str
    handler: Handler
    schedule: str


Function = HttpFunction | QueueFunction | TimerFunction
PARAMETER = re.compile(r"\{([A-Za-z_]\w*)\}")
"""A parameter in a route, its name in the first group."""
_EVERY_METHOD = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
_ANNOTATIONS: Mapping[str, type] = {
    "httpTrigger": func.HttpRequest,
    "queueTrigger": func.QueueMessage,
    "timerTrigger": func.TimerRequest,
}


def load(folder: Path) -> tuple[Function, ...]:
    """The functions of the app in `folder`. Raises `AppRefused`."""
    functions = tuple(_function(one) for one in _indexed(_imported(folder)))
    _check_calls([one for one in functions if isinstance(one, HttpFunction)])
    return tuple(one for one in functions if not _disabled(one.name))


def _imported(folder: Path) -> ModuleType:
    if not (folder / "function_app.py").is_file():  # another one may lie elsewhere on the path
        raise AppRefused(f"there is no function_app.py in {folder}")
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("function_app")
    except Exception as error:
        raise AppRefused(f"function_app cannot be imported: {type(error).__name__}: {error}") from error


def _indexed(module: ModuleType) -> Sequence[Any]:
    apps = [value for value in vars(module).values() if isinstance(value, func.FunctionRegister)]
    if len(apps) != 1:
        raise AppRefused(f"function_app must have one FunctionApp, it has {len(apps)}")
    try:
        found: Sequence[Any] = apps[0].get_functions()
    except ValueError as error:
        raise AppRefused(str(error)) from error
    if not found:
        raise AppRefused("No job functions found")
    return found


def _disabled(name: str) -> bool:
    """Whether the app setting `AzureWebJobs.NAME.Disabled` takes the function out of service."""
    return os.environ.get(f"AzureWebJobs.{name}.Disabled", "").lower() in {"true", "1"}


def _check_calls(functions: Sequence[HttpFunction]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for one in functions:
        _check_route(one.name, one.route)
        for method in sorted(one.methods):
            first = taken.setdefault((method, PARAMETER.sub("{}", one.route).strip("/").lower()), one.name)
            if first != one.name:
                raise AppRefused(f"{one.name}: {method} {one.route} is taken by {first}")


def _check_route(name: str, route: str) -> None:
    if "{" in PARAMETER.sub("", route) or "}" in PARAMETER.sub("", route):
        raise AppRefused(f"{name}: the embedded host reads {{name}} alone in a route")
    names = [found.lower() for found in PARAMETER.findall(route)]
    if len(set(names)) < len(names):
        raise AppRefused(f"{name}: the route {route} names a parameter twice")
    if route.strip("/").lower().startswith(("admin", "runtime")):
        raise AppRefused(f"{name}: routes that begin with admin or runtime are the host's own")


def _function(one: Any) -> Function:  # the library's Function class is untyped
    name, trigger, handler = one.get_function_name(), one.get_trigger(), one.get_user_function()
    kind = trigger.get_binding_name()
    if kind not in _ANNOTATIONS:
        raise AppRefused(f"{name}: the embedded host has no {kind}")
    _check_bindings(name, one)
    hints = _hints(name, handler)
    _check_parameters(name, trigger.name, handler, hints.get(trigger.name), _ANNOTATIONS[kind])
    if kind == "queueTrigger":
        return QueueFunction(name, trigger.name, handler, trigger.queue_name, trigger.connection)
    if kind == "timerTrigger":
        return TimerFunction(name, trigger.name, handler, str(trigger.schedule))
    _check_answer(name, hints.get("return"))
    methods = frozenset(str(getattr(method, "value", method)).upper() for method in trigger.methods or ())
    level = str(getattr(trigger.auth_level, "value", trigger.auth_level) or "function").lower()
    return HttpFunction(name, trigger.name, handler, trigger.route or name, methods or _EVERY_METHOD, level)


def _check_bindings(name: str, one: Any) -> None:
    known = {*_ANNOTATIONS, "http"}
    for binding in one.get_bindings():
        if binding.get_binding_name() not in known:
            raise AppRefused(f"{name}: the embedded host has no {binding.get_binding_name()} binding")


def _hints(name: str, handler: Handler) -> Mapping[str, Any]:
    try:
        return get_type_hints(handler)
    except (NameError, TypeError) as error:
        raise AppRefused(f"{name}: its annotations cannot be read: {error}") from error


def _check_parameters(name: str, binding: str, handler: Handler, annotation: object, expected: type) -> None:
    parameters = set(inspect.signature(handler).parameters)
    if "context" in parameters - {binding}:
        raise AppRefused(f"{name}: the embedded host hands over no context")
    if parameters != {binding}:
        raise AppRefused(f"{name}: parameters {sorted(parameters)} do not fit the binding {binding!r}")
    if annotation is not None and not _is_a(annotation, expected):
        raise AppRefused(f"{name}: {binding} must be annotated {expected.__name__}")


def _check_answer(name: str, annotation: object) -> None:
    """The worker refuses a union, too."""
    if annotation is not None and not _is_a(annotation, func.HttpResponse, str):
        raise AppRefused(f"{name}: what it returns must be annotated HttpResponse or str, and not both")


def _is_a(annotation: object, *types: type) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, types)

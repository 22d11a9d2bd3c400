"""Load a function app as the worker does: index it once and refuse what the worker would refuse."""

import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
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


Function = HttpFunction | QueueFunction
_PARAMETER = re.compile(r"\{\w+\}")
_ANNOTATIONS: Mapping[str, type] = {"httpTrigger": func.HttpRequest, "queueTrigger": func.QueueMessage}


def load(folder: Path) -> tuple[Function, ...]:
    """The functions of the app in `folder`. Raises `AppRefused`."""
    sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module("function_app")
    except Exception as error:
        raise AppRefused(f"function_app cannot be imported: {type(error).__name__}: {error}") from error
    apps = [value for value in vars(module).values() if isinstance(value, func.FunctionApp)]
    if len(apps) != 1:
        raise AppRefused(f"function_app must have one FunctionApp, it has {len(apps)}")
    try:
        found = apps[0].get_functions()
    except ValueError as error:
        raise AppRefused(str(error)) from error
    if not found:
        raise AppRefused("No job functions found")
    functions = tuple(_function(one) for one in found)
    _check_calls([one for one in functions if isinstance(one, HttpFunction)])
    return tuple(one for one in functions if not _disabled(one.name))


def _disabled(name: str) -> bool:
    """Whether the app setting `AzureWebJobs.NAME.Disabled` takes the function out of service."""
    return os.environ.get(f"AzureWebJobs.{name}.Disabled", "").lower() in {"true", "1"}


def _check_calls(functions: Sequence[HttpFunction]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for one in functions:
        if "{" in _PARAMETER.sub("", one.route):
            raise AppRefused(f"{one.name}: the embedded host reads {{name}} alone in a route")
        for method in one.methods:
            first = taken.setdefault((method, _PARAMETER.sub("{}", one.route).lower()), one.name)
            if first != one.name:
                raise AppRefused(f"{one.name}: {method} {one.route} is taken by {first}")


def _function(one: Any) -> Function:  # the library's Function class is untyped
    name, trigger, handler = one.get_function_name(), one.get_trigger(), one.get_user_function()
    kind = trigger.get_binding_name()
    if kind not in _ANNOTATIONS:
        raise AppRefused(f"{name}: the embedded host has no {kind}")
    _check_parameters(name, trigger.name, handler, _ANNOTATIONS[kind])
    if kind == "queueTrigger":
        return QueueFunction(name, trigger.name, handler, trigger.queue_name, trigger.connection)
    methods = frozenset(
        str(getattr(method, "value", method)) for method in trigger.methods or ("GET", "POST")
    )
    level = str(getattr(trigger.auth_level, "value", trigger.auth_level) or "function").lower()
    return HttpFunction(name, trigger.name, handler, trigger.route or name, methods, level)


def _check_parameters(name: str, binding: str, handler: Handler, expected: type) -> None:
    parameters = set(inspect.signature(handler).parameters) - {"context"}
    if parameters != {binding}:
        raise AppRefused(f"{name}: parameters {sorted(parameters)} do not fit the binding {binding!r}")
    annotation = get_type_hints(handler).get(binding)
    if annotation is not None and not (isinstance(annotation, type) and issubclass(annotation, expected)):
        raise AppRefused(f"{name}: {binding} must be annotated {expected.__name__}")

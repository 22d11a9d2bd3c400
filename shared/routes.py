"""HTTP functions from a table: name, method, path, what the host asks for, and what answers."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import azure.functions as func

from shared.domain.ports import Log
from shared.problems import guarded

OPEN = func.AuthLevel.ANONYMOUS
"""The host lets everybody through: our code looks who it is."""
Handle = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]


@dataclass(frozen=True)
class Route:
    """One function; its name is the operation's in openapi.yaml."""

    name: str
    method: str
    path: str
    level: func.AuthLevel
    handle: Handle


def blueprint_of(routes: Iterable[Route], log: Log) -> func.Blueprint:
    """Each route a function whose errors become problems."""
    blueprint = func.Blueprint()
    for route in routes:
        _add(blueprint, route, log)
    return blueprint


def _add(blueprint: func.Blueprint, route: Route, log: Log) -> None:
    @blueprint.function_name(route.name)
    @blueprint.route(route.path, methods=[route.method], auth_level=route.level)
    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        return await guarded(lambda: route.handle(req), log)

"""The app while settings are at fault: it answers 503 and takes no message, so nothing is lost."""

import azure.functions as func

from shared.front_desk import unavailable

ROUTES = (
    ("submit_export", "exports", "POST"),
    ("show_export", "exports/{id}", "GET"),
    ("link_export", "exports/{id}/link", "POST"),
    ("submit_deletion", "deletions", "POST"),
    ("show_deletion", "deletions/{id}", "GET"),
)


def degraded_blueprint() -> func.Blueprint:
    """Every route of the healthy app, each answering 503."""
    blueprint = func.Blueprint()
    for name, route, method in ROUTES:
        _add(blueprint, name, route, method)
    return blueprint


def _add(blueprint: func.Blueprint, name: str, route: str, method: str) -> None:
    @blueprint.function_name(name)
    @blueprint.route(route, methods=[method], auth_level=func.AuthLevel.FUNCTION)
    async def answer_unavailable(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the worker wants the binding
        return unavailable(
            "settings_at_fault", "The app's settings are at fault; GET /api/health names them."
        )

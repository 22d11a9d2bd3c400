"""The app while settings are at fault: it answers 503 and takes no message, so nothing is lost."""

import azure.functions as func

from shared.problems import unavailable

APP, OPEN = func.AuthLevel.FUNCTION, func.AuthLevel.ANONYMOUS
ROUTES = (
    ("submit_export", "exports", "POST", APP),
    ("show_export", "exports/{id}", "GET", APP),
    ("link_export", "exports/{id}/link", "POST", APP),
    ("withdraw_export", "exports/{id}/withdraw", "POST", APP),
    ("submit_deletion", "deletions", "POST", APP),
    ("show_deletion", "deletions/{id}", "GET", APP),
    ("link_copy", "deletions/{id}/link", "POST", APP),
    ("withdraw_deletion", "deletions/{id}/withdraw", "POST", APP),
    ("confirm_copy", "deletions/{id}/copy-received", "POST", APP),
    ("show_receipt", "deletions/{id}/receipt", "GET", APP),
    ("list_receipt_keys", "receipts/keys", "GET", OPEN),
    ("submit_own_export", "me/exports", "POST", OPEN),
    ("show_own_export", "me/exports/{id}", "GET", OPEN),
    ("link_own_export", "me/exports/{id}/link", "POST", OPEN),
    ("withdraw_own_export", "me/exports/{id}/withdraw", "POST", OPEN),
    ("make_challenge", "me/challenges", "POST", OPEN),
    ("submit_own_deletion", "me/deletions", "POST", OPEN),
    ("show_own_deletion", "me/deletions/{id}", "GET", OPEN),
    ("link_own_copy", "me/deletions/{id}/link", "POST", OPEN),
    ("withdraw_own_deletion", "me/deletions/{id}/withdraw", "POST", OPEN),
    ("confirm_own_copy", "me/deletions/{id}/copy-received", "POST", OPEN),
    ("show_own_receipt", "me/deletions/{id}/receipt", "GET", OPEN),
    ("list_requests", "operations/requests", "GET", OPEN),
    ("show_request", "operations/requests/{id}", "GET", OPEN),
    ("act_on_request", "operations/requests/{id}/{act}", "POST", OPEN),
    ("search_people", "operations/people/search", "POST", OPEN),
    ("place_hold", "operations/holds", "POST", OPEN),
    ("lift_hold", "operations/holds/lift", "POST", OPEN),
    ("make_batch", "operations/batches", "POST", OPEN),
    ("list_batches", "operations/batches", "GET", OPEN),
    ("show_batch", "operations/batches/{id}", "GET", OPEN),
    ("start_batch", "operations/batches/{id}/start", "POST", OPEN),
    ("stop_batch", "operations/batches/{id}/stop", "POST", OPEN),
    ("link_result", "operations/batches/{id}/result", "POST", OPEN),
    ("run_checks", "operations/checks", "POST", OPEN),
)


def degraded_blueprint() -> func.Blueprint:
    """Every route of the healthy app, each answering 503."""
    blueprint = func.Blueprint()
    for name, route, method, level in ROUTES:
        _add(blueprint, name, route, method, level)
    return blueprint


def _add(blueprint: func.Blueprint, name: str, route: str, method: str, level: func.AuthLevel) -> None:
    @blueprint.function_name(name)
    @blueprint.route(route, methods=[method], auth_level=level)
    async def answer_unavailable(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the worker wants the binding
        return unavailable(
            "settings_at_fault", "The app's settings are at fault; GET /api/health names them."
        )

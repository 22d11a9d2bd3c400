"""HTTP functions for operators: requests, acts, holds, the search for people, batches."""

import azure.functions as func

from operations_function.batches import BatchesDesk
from operations_function.desk import OperatorsDesk
from shared.routes import OPEN, Route, blueprint_of


def operations_blueprint(desk: OperatorsDesk, batches: BatchesDesk) -> func.Blueprint:
    """Everything under `/api/operations`."""
    routes = (
        Route("list_requests", "GET", "operations/requests", OPEN, desk.list),
        Route("show_request", "GET", "operations/requests/{id}", OPEN, desk.show),
        Route("act_on_request", "POST", "operations/requests/{id}/{act}", OPEN, desk.act),
        Route("search_people", "POST", "operations/people/search", OPEN, desk.search),
        Route("place_hold", "POST", "operations/holds", OPEN, desk.place_hold),
        Route("lift_hold", "POST", "operations/holds/lift", OPEN, desk.lift_hold),
        *batches.routes,
    )
    return blueprint_of(routes, desk.log)

"""HTTP functions for operators: requests, acts, holds, the search for people, batches, checks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import azure.functions as func

from shared.addresses import BATCHES_PATH
from shared.domain.ports import Log
from shared.routes import OPEN, Route, blueprint_of

if TYPE_CHECKING:
    from operations_function.batches import BatchesDesk
    from operations_function.checks import ChecksDesk
    from operations_function.desk import OperatorsDesk


def operations_blueprint(
    desk: "Callable[[], OperatorsDesk]", batches: "Callable[[], BatchesDesk]", log: Log
) -> func.Blueprint:
    """Everything under `/api/operations` but checks; a desk is asked for with the first call to it."""
    return blueprint_of((*_of_requests(desk), *_of_batches(batches)), log)


def checks_blueprint(desk: "Callable[[], ChecksDesk]", log: Log) -> func.Blueprint:
    """Checks of the set-up; the desk is asked for with the first call."""
    route = Route("run_checks", "POST", "operations/checks", OPEN, lambda req: desk().run(req))
    return blueprint_of([route], log)


def _of_requests(desk: "Callable[[], OperatorsDesk]") -> tuple[Route, ...]:
    every = "operations/requests"
    one = f"{every}/{{id}}"
    return (
        Route("list_requests", "GET", every, OPEN, lambda req: desk().list(req)),
        Route("show_request", "GET", one, OPEN, lambda req: desk().show(req)),
        Route("act_on_request", "POST", f"{one}/{{act}}", OPEN, lambda req: desk().act(req)),
        Route("search_people", "POST", "operations/people/search", OPEN, lambda req: desk().search(req)),
        Route("place_hold", "POST", "operations/holds", OPEN, lambda req: desk().place_hold(req)),
        Route("lift_hold", "POST", "operations/holds/lift", OPEN, lambda req: desk().lift_hold(req)),
    )


def _of_batches(desk: "Callable[[], BatchesDesk]") -> tuple[Route, ...]:
    one = f"{BATCHES_PATH}/{{id}}"
    return (
        Route("make_batch", "POST", BATCHES_PATH, OPEN, lambda req: desk().make(req)),
        Route("list_batches", "GET", BATCHES_PATH, OPEN, lambda req: desk().list(req)),
        Route("show_batch", "GET", one, OPEN, lambda req: desk().show(req)),
        Route("start_batch", "POST", f"{one}/start", OPEN, lambda req: desk().start(req)),
        Route("stop_batch", "POST", f"{one}/stop", OPEN, lambda req: desk().stop(req)),
        Route("link_result", "POST", f"{one}/result", OPEN, lambda req: desk().result(req)),
    )

"""The timer function."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import azure.functions as func
import structlog

if TYPE_CHECKING:
    from shared.domain.bulk.upkeep import BatchUpkeep
    from shared.domain.upkeep import Upkeep

EVERY_MINUTE = "0 * * * * *"
"""NCRONTAB: seconds first, UTC."""


def upkeep_blueprint(upkeep: "Callable[[], Upkeep]", batches: "Callable[[], BatchUpkeep]") -> func.Blueprint:
    """The timer trigger; the host runs one at a time, and two at once would do no harm."""
    blueprint = func.Blueprint()

    @blueprint.timer_trigger("timer", schedule=EVERY_MINUTE)
    async def sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the worker wants the binding
        structlog.contextvars.clear_contextvars()
        try:
            await batches().sweep()
        finally:  # a fault with lists is the host's to tell of, and keeps no promise about a request waiting
            await upkeep().sweep()

    return blueprint

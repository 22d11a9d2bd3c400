"""Queue functions for lists: take a batch further; drop what failed too often."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import azure.functions as func

from shared.domain.ports import Log
from worker_function.blueprint import handle

if TYPE_CHECKING:
    from shared.domain.bulk.runner import BatchRunner

QUEUE = "privacy-batches"
POISON = f"{QUEUE}-poison"


def batch_blueprint(
    runner: "Callable[[], BatchRunner]", decode: Callable[[bytes], str], log: Log
) -> func.Blueprint:
    """The queue trigger and the poison-queue trigger; `runner` is called with the first message."""
    blueprint = func.Blueprint()

    @blueprint.queue_trigger("message", queue_name=QUEUE, connection="STATE")
    async def run_batch(message: func.QueueMessage) -> None:
        await handle(message, lambda batch_id: runner().run(batch_id), decode, log)

    @blueprint.queue_trigger("message", queue_name=POISON, connection="STATE")
    async def drop_batch_poison(message: func.QueueMessage) -> None:
        await handle(message, dropped, decode, log)

    async def dropped(_batch_id: str) -> None:
        log.warning("batch_message_poisoned")  # the next sweep nudges every batch that is open

    return blueprint

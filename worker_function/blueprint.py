"""Queue functions: run a request's plan; take back what failed too often."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import azure.functions as func
import structlog

from shared.domain.ports import Log

if TYPE_CHECKING:
    from worker_function.work import RequestWork

QUEUE = "privacy-requests"
POISON = f"{QUEUE}-poison"
Work = Callable[[str], Awaitable[None]]
"""Takes the id that a message holds."""


def worker_blueprint(
    requests: "Callable[[], RequestWork]", decode: Callable[[bytes], str], log: Log
) -> func.Blueprint:
    """The queue trigger and the poison-queue trigger; `requests` is called with the first message."""
    blueprint = func.Blueprint()

    @blueprint.queue_trigger("message", queue_name=QUEUE, connection="STATE")
    async def run_request(message: func.QueueMessage) -> None:
        await handle(message, lambda request_id: requests().run(request_id), decode, log)

    @blueprint.queue_trigger("message", queue_name=POISON, connection="STATE")
    async def take_back_poison(message: func.QueueMessage) -> None:
        await handle(message, lambda request_id: requests().take_back(request_id), decode, log)

    return blueprint


async def handle(
    message: func.QueueMessage,
    work: Work,
    decode: Callable[[bytes], str],
    log: Log,
) -> None:
    """Do `work` for what the message names; a message that names nothing is dropped."""
    structlog.contextvars.clear_contextvars()
    try:
        request_id = decode(message.get_body())
    except ValueError:
        log.warning("message_unreadable")
        return
    structlog.contextvars.bind_contextvars(request_id=request_id)
    await work(request_id)

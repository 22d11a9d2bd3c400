"""Queue functions: run a request's plan; take back what failed too often."""

from collections.abc import Awaitable, Callable, Sequence

import azure.functions as func
import structlog

from shared.domain.ports import Log
from shared.domain.runner import Runner

QUEUE = "privacy-requests"
POISON = f"{QUEUE}-poison"
Work = Callable[[str], Awaitable[None]]
"""Takes a request's id."""


def worker_blueprint(
    runner: Runner, follow_ups: Sequence[Work], decode: Callable[[bytes], str], log: Log
) -> func.Blueprint:
    """The queue trigger and the poison-queue trigger; `follow_ups` do what follows a request's end."""
    blueprint = func.Blueprint()

    @blueprint.queue_trigger("message", queue_name=QUEUE, connection="STATE")
    async def run_request(message: func.QueueMessage) -> None:
        await handle(message, run_and_follow_up, decode, log)

    async def run_and_follow_up(request_id: str) -> None:
        await runner.run(request_id)
        for follow_up in follow_ups:
            await follow_up(request_id)

    @blueprint.queue_trigger("message", queue_name=POISON, connection="STATE")
    async def take_back_poison(message: func.QueueMessage) -> None:
        await handle(message, runner.count_poison, decode, log)

    return blueprint


async def handle(
    message: func.QueueMessage,
    work: Work,
    decode: Callable[[bytes], str],
    log: Log,
) -> None:
    """Do `work` for the request that the message names; a message that names none is dropped."""
    structlog.contextvars.clear_contextvars()
    try:
        request_id = decode(message.get_body())
    except ValueError:
        log.warning("message_unreadable")
        return
    structlog.contextvars.bind_contextvars(request_id=request_id)
    await work(request_id)

"""Checks of the account with tables and queues: each writes something of its own, reads it and removes it.

What a run that was killed leaves goes by itself: entries are the timer's to remove, messages expire.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from azure.core.exceptions import ResourceExistsError
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from shared.adapters.storage_clients import Lazy
from shared.adapters.storage_errors import translated
from shared.adapters.storage_refusals import Home
from shared.adapters.table_register import PASSING, TableRegister
from shared.domain.checks.reason import Found, found
from shared.domain.checks.storage_reasons import ROUND_TRIP
from shared.domain.errors import StorageUnavailable
from shared.domain.ports import Clock

OWNER = "check"
QUEUE = "privacy-checks"
"""A queue of its own, to which nobody listens."""
LIFE = timedelta(minutes=5)
MOST_PEEKED = 32
"""The most that Azure shows at a time: so many checks may run at once."""
TABLES = Home("STATE", "Storage Table Data Contributor")
QUEUES = Home("STATE", "Storage Queue Data Contributor")


@dataclass(frozen=True)
class TablesCheck:
    """An entry of the table `passing`, whose entries the timer removes after their time."""

    service: Lazy[TableServiceClient]
    clock: Clock

    async def ask(self) -> Sequence[Found]:
        """See `Check.ask`."""
        return await TABLES.told(self._tried())

    async def _tried(self) -> Sequence[Found]:
        register = TableRegister(self.service, PASSING)
        until = (self.clock.now() + LIFE).isoformat()
        entry = await register.insert(OWNER, secrets.token_hex(16), {"until": until})
        read = await register.read(OWNER, entry.name)
        await register.remove(entry)
        if read is None or read.value != entry.value:
            raise StorageUnavailable
        return (found(ROUND_TRIP),)


@dataclass(frozen=True)
class QueuesCheck:
    """A message in a queue of its own; the queue of requests is not touched."""

    service: Lazy[QueueServiceClient]

    async def ask(self) -> Sequence[Found]:
        """See `Check.ask`."""
        return await QUEUES.told(self._tried())

    async def _tried(self) -> Sequence[Found]:
        with self.service.translated():
            await _message(await self.service())
        return (found(ROUND_TRIP),)


async def _message(service: QueueServiceClient) -> None:
    with suppress(ResourceExistsError):
        await service.create_queue(QUEUE)
    queue, text = service.get_queue_client(QUEUE), secrets.token_hex(16)
    sent = await queue.send_message(text, time_to_live=int(LIFE.total_seconds()))
    seen = await _seen(queue)
    with translated():
        await queue.delete_message(sent)
    if text not in seen:
        raise StorageUnavailable


async def _seen(queue: QueueClient) -> set[str]:
    return {str(message.content) for message in await queue.peek_messages(MOST_PEEKED)}

"""Queues of nudges: a message is the id of a request, or of a batch, and nothing else."""

import base64
import contextlib
import json
import math
import re
from datetime import timedelta

from azure.core.exceptions import ResourceExistsError
from azure.storage.queue.aio import QueueServiceClient

from shared.adapters.storage_clients import Lazy

QUEUE = "privacy-requests"
BATCH_QUEUE = "privacy-batches"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class StorageQueue:
    """Implements `shared.domain.ports.WorkQueue`."""

    def __init__(self, service: Lazy[QueueServiceClient], queue: str = QUEUE) -> None:
        self._service = service
        self._name = queue

    async def send(self, request_id: str, after: timedelta = timedelta()) -> None:
        """See `WorkQueue.send`."""
        text = base64.b64encode(json.dumps({"id": request_id}).encode()).decode()
        delay = math.ceil(after.total_seconds())
        with self._service.translated():
            queue = (await self._service()).get_queue_client(self._name)
            await queue.send_message(text, visibility_timeout=delay, time_to_live=-1)

    async def length(self) -> int:
        """See `WorkQueue.length`."""
        with self._service.translated():
            queue = (await self._service()).get_queue_client(self._name)
            return int((await queue.get_queue_properties()).approximate_message_count or 0)


async def prepare_queue(service: QueueServiceClient) -> None:
    """Make the queues where there are none."""
    for name in (QUEUE, BATCH_QUEUE):
        with contextlib.suppress(ResourceExistsError):
            await service.create_queue(name)


def decode(body: bytes) -> str:
    """The id in a message, as the host hands it over (base64 undone). Raises `ValueError`."""
    message = json.loads(body)
    request_id = message.get("id") if isinstance(message, dict) else None
    if not isinstance(request_id, str) or not _ID.fullmatch(request_id):
        raise ValueError("not a message of ours")
    return request_id

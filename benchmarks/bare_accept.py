"""The bare minimum of accepting: the same four storage operations, by the SDKs alone."""

import base64
import json
import uuid
from types import TracebackType

from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueClient


class BareAccept:
    """Writes the entry, the promise, a record of the same size in one transaction, and the message."""

    def __init__(self, connection_string: str) -> None:
        self._tables = TableServiceClient.from_connection_string(connection_string)
        self._queue = QueueClient.from_connection_string(connection_string, "bare-requests")

    async def __aenter__(self) -> "BareAccept":
        self._table = await self._tables.create_table_if_not_exists("barerequests")
        await self._queue.create_queue()
        return self

    async def __call__(self) -> None:
        """Four writes, as for one accepted request."""
        key = str(uuid.uuid4())
        await self._table.create_entity({"PartitionKey": f"given-{key}", "RowKey": "given", "request": key})
        await self._table.upsert_entity({"PartitionKey": "07", "RowKey": key, "distance": 300.0, "seen": 0})
        rows = (
            ("request", 1500),
            ("person-subject", 60),
            ("event-1", 250),
            ("tenant-a", 200),
            ("tenant-b", 200),
        )
        entities = [{"PartitionKey": key, "RowKey": row, "text": "x" * size} for row, size in rows]
        await self._table.submit_transaction([("create", entity) for entity in entities])
        message = base64.b64encode(json.dumps({"id": key}).encode()).decode()
        await self._queue.send_message(message, time_to_live=-1)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._table.close()
        await self._tables.close()
        await self._queue.close()

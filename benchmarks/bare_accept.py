"""The bare minimum of accepting: the same two storage operations, by the SDKs alone."""

import base64
import json
import uuid
from types import TracebackType

from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueClient


class BareAccept:
    """Records a request of the same size in two rows of one transaction and puts the message."""

    def __init__(self, connection_string: str) -> None:
        self._tables = TableServiceClient.from_connection_string(connection_string)
        self._queue = QueueClient.from_connection_string(connection_string, "bare-requests")

    async def __aenter__(self) -> "BareAccept":
        self._table = await self._tables.create_table_if_not_exists("barerequests")
        await self._queue.create_queue()
        return self

    async def __call__(self) -> None:
        """Two writes, as for one accepted request."""
        key = str(uuid.uuid4())
        rows = ("request", "x" * 900), ("person-subject", "x" * 60), ("tenant-contoso", "x" * 60)
        entities = [{"PartitionKey": key, "RowKey": row, "text": text} for row, text in rows]
        await self._table.submit_transaction([("create", entity) for entity in entities])
        message = base64.b64encode(json.dumps({"id": key}).encode()).decode()
        await self._queue.send_message(message, time_to_live=-1)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._table.close()
        await self._tables.close()
        await self._queue.close()

"""Records of requests in a table: one partition a request, one transaction a write."""

import secrets
from collections.abc import Mapping, Sequence

from azure.core import MatchConditions
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from shared.adapters.request_rows import request_of, rows_of
from shared.adapters.storage_clients import Lazy
from shared.adapters.storage_errors import translated
from shared.domain.errors import AlreadyRecorded, Overtaken, StorageUnavailable, UnknownRequest
from shared.domain.ports import Stored
from shared.domain.request import PrivacyRequest

TABLE = "requests"
HEAD = "request"
Entity = dict[str, str | int]
Operation = tuple[str, Entity] | tuple[str, Entity, Mapping[str, object]]


class TableStore:
    """Implements `shared.domain.ports.RequestStore`."""

    def __init__(self, service: Lazy[TableServiceClient]) -> None:
        self._service = service

    async def add(self, request: PrivacyRequest) -> Stored:
        """See `RequestStore.add`."""
        write_id = secrets.token_hex(16)
        operations: list[Operation] = [("create", row) for row in _entities(request, write_id).values()]
        return await self._write(request, write_id, operations)

    async def get(self, request_id: str) -> Stored:
        """See `RequestStore.get`."""
        rows = await self._rows(request_id)
        if HEAD not in rows:
            raise UnknownRequest
        return Stored(request_of(rows), str(rows[HEAD]["etag"]))

    async def save(self, stored: Stored) -> Stored:
        """See `RequestStore.save`."""
        write_id = secrets.token_hex(16)
        rows = _entities(stored.request, write_id)
        guard = {
            "mode": UpdateMode.REPLACE,
            "etag": stored.version,
            "match_condition": MatchConditions.IfNotModified,
        }
        operations: list[Operation] = [("update", rows.pop(HEAD), guard)]
        operations += [("upsert", row, {"mode": UpdateMode.REPLACE}) for row in rows.values()]
        return await self._write(stored.request, write_id, operations)

    async def _write(self, request: PrivacyRequest, write_id: str, operations: Sequence[Operation]) -> Stored:
        with translated():
            table = await self._table()
        try:
            with translated():
                answers = await table.submit_transaction(operations)
        except (AlreadyRecorded, Overtaken, StorageUnavailable):
            # A try whose answer was lost may have done this very write.
            head = (await self._rows(request.id)).get(HEAD, {})
            if head.get("write_id") != write_id:
                raise
            return Stored(request, str(head["etag"]))
        return Stored(request, str(answers[0]["etag"]))

    async def _rows(self, request_id: str) -> dict[str, dict[str, object]]:
        with translated():
            table = await self._table()
            found = table.query_entities("PartitionKey eq @id", parameters={"id": request_id})
            return {
                str(entity["RowKey"]): {**entity, "etag": entity.metadata["etag"]} async for entity in found
            }

    async def _table(self) -> TableClient:
        return (await self._service()).get_table_client(TABLE)


async def prepare_tables(service: TableServiceClient) -> None:
    """Make the table if there is none."""
    await service.create_table_if_not_exists(TABLE)


def _entities(request: PrivacyRequest, write_id: str) -> dict[str, Entity]:
    keys = {"PartitionKey": request.id}
    entities: dict[str, Entity] = {
        name: {**keys, "RowKey": name, **row} for name, row in rows_of(request).items()
    }
    entities[HEAD]["write_id"] = write_id
    return entities

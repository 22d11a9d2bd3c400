"""Promises in a table, spread over partitions so that no single one is hot."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from azure.core import MatchConditions
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from shared.adapters.storage_clients import Lazy
from shared.domain.errors import Overtaken, UnknownRequest
from shared.domain.ports import SHARDS, Due, StoredDue

TABLE = "due"


class TableDue:
    """Implements `shared.domain.ports.DueTable`."""

    def __init__(self, service: Lazy[TableServiceClient]) -> None:
        self._service = service

    async def put(self, due: Due) -> None:
        """See `DueTable.put`."""
        with self._service.translated():
            await (await self._table()).upsert_entity(_entity(due), mode=UpdateMode.REPLACE)

    async def falling_due(self, shard: int, now: datetime, most: int) -> tuple[StoredDue, ...]:
        """See `DueTable.falling_due`."""
        found: list[StoredDue] = []
        with self._service.translated():
            entities = (await self._table()).query_entities(
                "PartitionKey eq @shard and at le @now",
                parameters={"shard": f"{shard:02}", "now": now},
                results_per_page=most,
            )
            async for entity in entities:
                found.append(StoredDue(_due(entity), str(entity.metadata["etag"])))
                if len(found) >= most:
                    break
        return tuple(sorted(found, key=lambda stored: stored.due.at))

    async def move(self, stored: StoredDue) -> StoredDue:
        """See `DueTable.move`."""
        try:
            with self._service.translated():
                answer = await (await self._table()).update_entity(
                    _entity(stored.due),
                    mode=UpdateMode.REPLACE,
                    etag=stored.version,
                    match_condition=MatchConditions.IfNotModified,
                )
        except UnknownRequest as gone:
            raise Overtaken from gone
        return replace(stored, version=str(answer["etag"]))

    async def remove(self, stored: StoredDue) -> None:
        """See `DueTable.remove`."""
        request_id = stored.due.request_id
        try:
            with self._service.translated():
                await (await self._table()).delete_entity(
                    _shard(request_id),
                    request_id,
                    etag=stored.version,
                    match_condition=MatchConditions.IfNotModified,
                )
        except UnknownRequest:
            return

    async def _table(self) -> TableClient:
        return (await self._service()).get_table_client(TABLE)


async def prepare_due(service: TableServiceClient) -> None:
    """Make the table if there is none."""
    await service.create_table_if_not_exists(TABLE)


def _shard(request_id: str) -> str:
    return f"{UUID(request_id).int % SHARDS:02}"


def _entity(due: Due) -> dict[str, str | int | float | datetime]:
    return {
        "PartitionKey": _shard(due.request_id),
        "RowKey": due.request_id,
        "at": due.at,
        "distance": due.distance.total_seconds(),
        "seen": due.seen,
    }


def _due(entity: "dict[str, object]") -> Due:
    at = entity["at"]
    if not isinstance(at, datetime):
        raise TypeError("a promise without a time")
    # the SDK's own class for times hides the fraction of a second that it cannot hold
    moment = datetime(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, UTC)
    distance = timedelta(seconds=float(str(entity["distance"])))
    return Due(str(entity["RowKey"]), moment, distance, int(str(entity["seen"])))

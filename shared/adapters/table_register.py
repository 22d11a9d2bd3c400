"""A register in a table: one partition an owner, one small entity a name.

Each write has a random id of its own, so that a lost answer is told from somebody else's write of the same.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError
from azure.data.tables import TableEntity, UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from shared.adapters.storage_clients import Lazy
from shared.domain.errors import (
    AlreadyRecorded,
    Overtaken,
    StorageUnavailable,
    UnknownHashKey,
    UnknownRequest,
)
from shared.domain.ports import Entry

TABLE = "subjects"
PASSING = "passing"
BATCHES = "batches"
_WRITE_ID = "write_id"
_NOT_OURS = frozenset({"PartitionKey", "RowKey", _WRITE_ID})


class TableRegister:
    """Implements `shared.domain.ports.Register`, and `PassingRegister` where entries say `until` when."""

    def __init__(self, service: Lazy[TableServiceClient], table: str = TABLE) -> None:
        self._service = service
        self._name = table

    async def read(self, owner: str, name: str) -> Entry | None:
        """See `Register.read`."""
        standing = await self._standing(owner, name)
        return _entry(standing) if standing is not None else None

    async def insert(self, owner: str, name: str, value: Mapping[str, str]) -> Entry:
        """See `Register.insert`."""
        entry, write_id = Entry(owner, name, value, ""), secrets.token_hex(16)
        try:
            with self._service.translated():
                answer = await (await self._table()).create_entity(_entity(entry, write_id))
        except (AlreadyRecorded, StorageUnavailable):
            return await self._ours(entry, write_id)
        return replace(entry, version=str(answer["etag"]))

    async def replace(self, entry: Entry) -> Entry:
        """See `Register.replace`."""
        write_id = secrets.token_hex(16)
        try:
            with self._service.translated():
                answer = await (await self._table()).update_entity(
                    _entity(entry, write_id),
                    mode=UpdateMode.REPLACE,
                    etag=entry.version,
                    match_condition=MatchConditions.IfNotModified,
                )
        except UnknownRequest as gone:
            raise Overtaken from gone
        except (Overtaken, StorageUnavailable):
            return await self._ours(entry, write_id)
        return replace(entry, version=str(answer["etag"]))

    async def remove(self, entry: Entry) -> None:
        """See `Register.remove`."""
        try:
            with self._service.translated():
                await (await self._table()).delete_entity(
                    entry.owner,
                    entry.name,
                    etag=entry.version,
                    match_condition=MatchConditions.IfNotModified,
                )
        except UnknownRequest:
            return

    async def beginning_with(self, owner: str, prefix: str) -> tuple[Entry, ...]:
        """See `Register.beginning_with`."""
        asked = {"owner": owner, "from": prefix, "to": f"{prefix}~"}  # no name has a character after that
        with self._service.translated():
            entities = (await self._table()).query_entities(
                "PartitionKey eq @owner and RowKey ge @from and RowKey lt @to", parameters=asked
            )
            return tuple([_entry(entity) async for entity in entities])

    async def passed(self, now: datetime, most: int) -> tuple[Entry, ...]:
        """See `PassingRegister.passed`. Reads a whole table, so it is for one that holds little."""
        found: list[Entry] = []
        with self._service.translated():
            entities = (await self._table()).query_entities(
                "until lt @now", parameters={"now": now.isoformat()}, results_per_page=most
            )
            async for entity in entities:
                found.append(_entry(entity))
                if len(found) >= most:
                    break
        return tuple(found)

    async def _ours(self, entry: Entry, write_id: str) -> Entry:
        """The entry as it stands, if this very write made it: then only the answer was lost."""
        failure = AlreadyRecorded if not entry.version else Overtaken
        standing = await self._standing(entry.owner, entry.name)
        if standing is None or standing.get(_WRITE_ID) != write_id:
            raise failure
        return _entry(standing)

    async def _standing(self, owner: str, name: str) -> TableEntity | None:
        try:
            with self._service.translated():
                return await (await self._table()).get_entity(owner, name)
        except UnknownRequest:
            return None

    async def _table(self) -> TableClient:
        return (await self._service()).get_table_client(self._name)


async def prepare_passing(service: TableServiceClient) -> None:
    """Make the table for what serves for a while."""
    await service.create_table_if_not_exists(PASSING)


async def prepare_batches(service: TableServiceClient) -> None:
    """Make the table for lists that operators hand in."""
    await service.create_table_if_not_exists(BATCHES)


async def prepare_register(service: TableServiceClient, fingerprint: str) -> None:
    """Make the table if there is none, and hold the hash key to the one it was filled under.

    Raises `UnknownHashKey`: under another key nobody would be found.
    """
    await service.create_table_if_not_exists(TABLE)
    table = service.get_table_client(TABLE)
    try:
        await table.create_entity({"PartitionKey": "hash-key", "RowKey": "1", "fingerprint": fingerprint})
    except ResourceExistsError:
        if (await table.get_entity("hash-key", "1"))["fingerprint"] != fingerprint:
            raise UnknownHashKey from None


def _entry(entity: TableEntity) -> Entry:
    value = {_shown(key): str(held) for key, held in entity.items() if key not in _NOT_OURS}
    version = str(entity.metadata["etag"])
    return Entry(str(entity["PartitionKey"]), str(entity["RowKey"]), value, version)


def _entity(entry: Entry, write_id: str) -> dict[str, str]:
    held = {_stored(key): value for key, value in entry.value.items()}
    return {"PartitionKey": entry.owner, "RowKey": entry.name, **held, _WRITE_ID: write_id}


# Property names of a table know no hyphen.
def _stored(key: str) -> str:
    return key.replace("-", "_")


def _shown(key: str) -> str:
    return key.replace("_", "-")

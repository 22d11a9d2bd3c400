"""The register in a table: one partition an owner, one small entity a name."""

from collections.abc import Mapping
from dataclasses import replace

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError
from azure.data.tables import UpdateMode
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
_NOT_OURS = frozenset({"PartitionKey", "RowKey"})


class TableRegister:
    """Implements `shared.domain.ports.Register`."""

    def __init__(self, service: Lazy[TableServiceClient]) -> None:
        self._service = service

    async def read(self, owner: str, name: str) -> Entry | None:
        """See `Register.read`."""
        try:
            with self._service.translated():
                entity = await (await self._table()).get_entity(owner, name)
        except UnknownRequest:
            return None
        value = {_shown(key): str(held) for key, held in entity.items() if key not in _NOT_OURS}
        return Entry(owner, name, value, str(entity.metadata["etag"]))

    async def insert(self, owner: str, name: str, value: Mapping[str, str]) -> Entry:
        """See `Register.insert`."""
        entry = Entry(owner, name, value, "")
        try:
            with self._service.translated():
                answer = await (await self._table()).create_entity(_entity(entry))
        except (AlreadyRecorded, StorageUnavailable):
            return await self._ours(entry)
        return replace(entry, version=str(answer["etag"]))

    async def replace(self, entry: Entry) -> Entry:
        """See `Register.replace`."""
        try:
            with self._service.translated():
                answer = await (await self._table()).update_entity(
                    _entity(entry),
                    mode=UpdateMode.REPLACE,
                    etag=entry.version,
                    match_condition=MatchConditions.IfNotModified,
                )
        except UnknownRequest as gone:
            raise Overtaken from gone
        except (Overtaken, StorageUnavailable):
            return await self._ours(entry)
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

    async def _ours(self, entry: Entry) -> Entry:
        """The entry as it stands, if it says what we wrote: then only the answer was lost."""
        failure = AlreadyRecorded if not entry.version else Overtaken
        standing = await self.read(entry.owner, entry.name)
        if standing is None or dict(standing.value) != dict(entry.value):
            raise failure
        return standing

    async def _table(self) -> TableClient:
        return (await self._service()).get_table_client(TABLE)


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


def _entity(entry: Entry) -> dict[str, str]:
    held = {_stored(key): value for key, value in entry.value.items()}
    return {"PartitionKey": entry.owner, "RowKey": entry.name, **held}


# Property names of a table know no hyphen.
def _stored(key: str) -> str:
    return key.replace("-", "_")


def _shown(key: str) -> str:
    return key.replace("_", "-")

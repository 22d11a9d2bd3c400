"""Records of requests in a table: one partition a request, one transaction a write."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from http import HTTPStatus

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from shared.adapters.request_rows import EVENT, event_of, personal_keys, request_of, rows_of
from shared.adapters.storage_clients import Lazy
from shared.domain.errors import AlreadyRecorded, BadPlace, Overtaken, StorageUnavailable, UnknownRequest
from shared.domain.journal import Event
from shared.domain.ports import Page, Stored
from shared.domain.request import PrivacyRequest
from shared.domain.states import Status

TABLE = "requests"
HEAD = "request"
MOST_IN_A_TRANSACTION = 100
"""Azure Table storage, entity group transactions."""
Entity = dict[str, str | int]
Row = dict[str, object]
Operation = tuple[str, Entity] | tuple[str, Entity, Mapping[str, object]]
_ALL_BUT_EVENTS = f"PartitionKey eq @id and (RowKey lt '{EVENT}' or RowKey gt '{EVENT}~')"
_EVENTS = f"PartitionKey eq @id and RowKey ge '{EVENT}' and RowKey le '{EVENT}~'"
_ALL = "PartitionKey eq @id"


class TableStore:
    """Implements `shared.domain.ports.RequestStore`."""

    def __init__(self, service: Lazy[TableServiceClient]) -> None:
        self._service = service

    async def add(self, request: PrivacyRequest) -> Stored:
        """See `RequestStore.add`."""
        write = _Write(request)
        return await self._write(write, [("create", row) for row in write.entities().values()])

    async def get(self, request_id: str) -> Stored:
        """See `RequestStore.get`."""
        rows = await self._rows(request_id, _ALL_BUT_EVENTS)
        if HEAD not in rows:
            raise UnknownRequest
        return Stored(request_of(rows), _version(rows[HEAD], rows))

    async def save(self, stored: Stored) -> Stored:
        """See `RequestStore.save`."""
        write, standing = _Write(stored.request), _standing(stored.version)
        entities = write.entities()
        changed = {name for name, row in write.rows.items() if standing.get(name) != _digest(row)} - {HEAD}
        gone = (standing.keys() & personal_keys(stored.request)) - write.rows.keys()
        guard = {
            "mode": UpdateMode.REPLACE,
            "etag": _etag(stored.version),
            "match_condition": MatchConditions.IfNotModified,
        }
        operations: list[Operation] = [("update", entities[HEAD], guard)]
        operations += [("upsert", entities[name], {"mode": UpdateMode.REPLACE}) for name in sorted(changed)]
        operations += [_delete(stored.request.id, name) for name in sorted(gone)]
        return await self._write(write, operations)

    async def journal(self, request_id: str) -> tuple[Event, ...]:
        """See `RequestStore.journal`."""
        rows = await self._rows(request_id, _EVENTS)
        return tuple(event_of(row) for _, row in sorted(rows.items()))

    async def remove(self, request_id: str) -> None:
        """See `RequestStore.remove`."""
        rows = await self._rows(request_id, _ALL)
        names = sorted(rows, key=lambda name: (name == HEAD, name))  # the record goes last
        for start in range(0, len(names), MOST_IN_A_TRANSACTION):
            part = names[start : start + MOST_IN_A_TRANSACTION]
            operations = [_delete(request_id, name) for name in part]
            try:
                with self._service.translated():
                    await (await self._table()).submit_transaction(operations)
            except UnknownRequest:  # another removes the same request; what it left comes at the next try
                return

    async def page(self, statuses: frozenset[Status], after: str | None, most: int) -> Page:
        """See `RequestStore.page`."""
        wanted = " or ".join(f"status eq '{status}'" for status in sorted(statuses))
        with self._service.translated():
            entities = (await self._table()).query_entities(
                f"RowKey eq '{HEAD}' and ({wanted})", results_per_page=most
            )
            pages = entities.by_page(_place(after))  # type: ignore[arg-type] # tables have keys for a token
            with _places_refused(after):
                found = [request_of({HEAD: entity}) async for entity in await anext(pages)]
        place = pages.continuation_token  # type: ignore[attr-defined] # the SDK's iterator of pages has it
        return Page(tuple(found), _told(place))

    async def _write(self, write: "_Write", operations: Sequence[Operation]) -> Stored:
        with self._service.translated():
            table = await self._table()
        try:
            with self._service.translated():
                answers = await table.submit_transaction(operations)
        except (AlreadyRecorded, Overtaken, StorageUnavailable):
            # A try whose answer was lost may have done this very write.
            head = (await self._rows(write.request.id, _ALL_BUT_EVENTS)).get(HEAD, {})
            if head.get("write_id") != write.id:
                raise
            return Stored(write.request, _version(head, write.rows))
        return Stored(write.request, _version(answers[0], write.rows))

    async def _rows(self, request_id: str, which: str) -> dict[str, Row]:
        with self._service.translated():
            table = await self._table()
            found = table.query_entities(which, parameters={"id": request_id})
            return {
                str(entity["RowKey"]): {**entity, "etag": entity.metadata["etag"]} async for entity in found
            }

    async def _table(self) -> TableClient:
        return (await self._service()).get_table_client(TABLE)


async def prepare_tables(service: TableServiceClient) -> None:
    """Make the table if there is none."""
    await service.create_table_if_not_exists(TABLE)


class _Write:
    """A request as it is to stand, under an id by which a write whose answer was lost knows itself again."""

    def __init__(self, request: PrivacyRequest) -> None:
        self.id = secrets.token_hex(16)
        self.request = request
        self.rows = rows_of(request)

    def entities(self) -> dict[str, Entity]:
        """The rows by row key, as the service takes them."""
        keys = {"PartitionKey": self.request.id}
        entities: dict[str, Entity] = {
            name: {**keys, "RowKey": name, **row} for name, row in self.rows.items()
        }
        entities[HEAD]["write_id"] = self.id
        return entities


# Where the service would go on, as it tells it: the keys of the next entity.
def _told(place: Mapping[str, str | None] | None) -> str | None:
    if not place or not place.get("PartitionKey"):
        return None
    return urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place(told: str | None) -> dict[str, str | None] | None:
    if told is None:
        return None
    try:
        place = json.loads(urlsafe_b64decode(told))
    except (ValueError, RecursionError) as error:
        raise BadPlace from error
    if not isinstance(place, dict) or set(place) != {"PartitionKey", "RowKey"}:
        raise BadPlace
    if not isinstance(place["PartitionKey"], str) or not all(map(_is_key, place.values())):
        raise BadPlace
    return place


@contextmanager
def _places_refused(after: str | None) -> Iterator[None]:
    """What the service calls bad input is the place, where there is one: the rest of the query is ours."""
    try:
        yield
    except HttpResponseError as error:
        if after is None or error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        raise BadPlace from error


def _is_key(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.isascii() and value.isprintable())


def _delete(request_id: str, name: str) -> tuple[str, Entity]:
    return "delete", {"PartitionKey": request_id, "RowKey": name}


# A version is the ETag of row `request`, and each row that stands beside it, but for the journal, with a
# digest of what it holds. What holds the same is not written again, a third of what a save costs. And
# a row can only be deleted where it stands, else the whole transaction fails. Until all are removed no row
# changes without row `request`.
def _version(head: Mapping[str, object], rows: Mapping[str, Mapping[str, object]]) -> str:
    beside = (name for name in sorted(rows) if name != HEAD and not name.startswith(EVENT))
    digests = (f"{name}={_digest(rows[name])}" for name in beside)
    return " ".join((str(head["etag"]).replace(" ", "%20"), *digests))


def _etag(version: str) -> str:
    return version.partition(" ")[0].replace("%20", " ")


def _standing(version: str) -> dict[str, str]:
    """Digests by row key."""
    return dict(one.split("=", 1) for one in version.split(" ")[1:])


def _digest(row: Mapping[str, object]) -> str:
    """Of what the row holds as ours; a row that somebody else has put there may hold nothing of the kind."""
    return blake2b(str(row.get("json")).encode(), digest_size=16).hexdigest()

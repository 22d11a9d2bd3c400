"""A process that makes exports as a worker does: the real runner, collector, archivist and adapters.

`python -m benchmarks.archive_app GRAPH STORAGE EVENTS EXPORTS` makes so many at once and prints what it took.
"""

import asyncio
import json
import sys
import uuid
from dataclasses import asdict
from datetime import timedelta

from azure.storage.blob.aio import BlobServiceClient

from benchmarks.connection import open_connection
from benchmarks.many_events import Person
from benchmarks.took import measured
from export_function.archive import Archivist
from export_function.collector import Collector
from export_function.sections import AUDITS
from shared.adapters.clock import SystemClock
from shared.adapters.export_blobs import BlobContainer, prepare_container
from shared.adapters.fernet_seal import FernetSeal
from shared.adapters.graph.client import LazyConnection
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.principals import serving_both
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_due import TableDue, prepare_due
from shared.adapters.table_store import TableStore, prepare_tables
from shared.adapters.work_queue import StorageQueue, prepare_queue
from shared.domain.account import Account
from shared.domain.agenda import Retention
from shared.domain.deadlines import Regulation
from shared.domain.directories import Directories
from shared.domain.keyed_hash import KeyedHash
from shared.domain.plan import Plan, Step
from shared.domain.ports import Clock, Directory
from shared.domain.progress import TenantProgress
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest
from shared.domain.runner import Runner
from shared.domain.states import Kind, Status
from shared.domain.subject import ObjectIdSubject
from shared.domain.turn import Timing
from shared.log import configure_log, get_log

TENANT, DOMAIN = "contoso", "contoso.onmicrosoft.com"
NO_QUOTAS = 10_000.0
"""So many times what Graph allows: what is measured is work, not waiting."""
LONG = Timing(timedelta(hours=2))


async def exports(graph: str, storage: str, events: int, count: int) -> None:
    """Make `count` exports at once, of a person each with so many events."""
    account, clock = StorageAccount(storage), SystemClock()
    connection = LazyConnection(lambda: open_connection(graph))
    directory = GraphDirectory(serving_both(connection), Endpoints(graph=graph), clock, NO_QUOTAS)
    async with account.tables() as tables, account.queues() as queues, account.blobs() as blobs:
        steps = _plan(directory, Lazy(lambda: blobs, prepare_container), clock)
        runner = Runner(
            TableStore(Lazy(lambda: tables, prepare_tables)),
            StorageQueue(Lazy(lambda: queues, prepare_queue)),
            Promises(TableDue(Lazy(lambda: tables, prepare_due)), Retention(), LONG.margin),
            clock,
            get_log("benchmark"),
            {Kind.EXPORT: steps},
            LONG,
        )
        requests = [_request(Person(events, number), clock) for number in range(count)]
        await asyncio.gather(*(_export(runner, request) for request in requests))
    await connection.close()


async def _export(runner: Runner, request: PrivacyRequest) -> None:
    await runner.store.add(request.recorded())
    await runner.run(request.id)
    ended = (await runner.store.get(request.id)).request
    assert ended.status is Status.COMPLETED, ended.reason


def _plan(directory: Directory, service: Lazy[BlobServiceClient], clock: Clock) -> Plan:
    """The steps whose work grows with the events; who the person is is known."""
    blobs = BlobContainer(service)
    seal = FernetSeal(KeyedHash(bytes(32)))
    collector = Collector(Directories({TENANT: directory}, {TENANT: DOMAIN}), blobs, clock, seal, frozenset())
    archivist = Archivist(blobs, clock, timedelta(days=7))
    collect = Step("collect", collector.collecting(TENANT, (AUDITS,)))
    archive = Step("archive", archivist.archive, frozenset({"collect"}))
    clear = Step("clear-staging", archivist.clear_staging, frozenset({"archive"}))
    return lambda _request: (collect, archive, clear)


def _request(person: Person, clock: Clock) -> PrivacyRequest:
    now = clock.now()
    account = Account(person.object_id, f"{person.object_id}@{DOMAIN}", (), now)
    return PrivacyRequest(
        id=str(uuid.uuid4()),
        kind=Kind.EXPORT,
        regulation=Regulation.GDPR,
        subject=ObjectIdSubject(TENANT, person.object_id),
        named=(TENANT,),
        linked=(),
        submitter="key:0",
        given_key="0" * 64,
        body_digest="0" * 64,
        ticket_digest="0" * 64,
        received_at=now,
        accepted_at=now,
        due_at=now + timedelta(days=30),
        updated_at=now,
        tenants={TENANT: TenantProgress(TENANT, account, domain=DOMAIN)},
    )


if __name__ == "__main__":
    configure_log("WARNING")
    at, kept, events, count = sys.argv[1:]
    print(json.dumps(asdict(measured(lambda: exports(at, kept, int(events), int(count))))))

"""One worker that deletes: the app's runner, plan and Graph adapter, with storage in memory."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from benchmarks.counting import Counting
from delete_function.blocking import Blocking
from delete_function.guarding import Guarding, Policy
from delete_function.plan import DeletionPlan
from delete_function.purging import Purging
from delete_function.soft_deletion import SoftDeletion
from shared.adapters.clock import SystemClock
from shared.adapters.fernet_seal import FernetSeal
from shared.adapters.graph.client import LazyConnection, connect
from shared.adapters.graph.credentials import ClientSecret, Registration, credential_of
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.principals import serving_both
from shared.domain.accept import Acceptance, Submission
from shared.domain.agenda import Retention
from shared.domain.claims import Claims
from shared.domain.deadlines import Regulation
from shared.domain.directories import Directories
from shared.domain.erasure import Erasure
from shared.domain.holds import Holds
from shared.domain.identify import Identification
from shared.domain.keyed_hash import KeyedHash
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest
from shared.domain.runner import Runner
from shared.domain.spacing import Spacing
from shared.domain.states import Kind, Proof
from shared.domain.subject import ObjectIdSubject
from shared.domain.topology import Topology
from shared.domain.turn import Timing
from tests.fakes import ListLog, MemoryBlobs, MemoryDue, MemoryQueue, MemoryRegister, MemoryStore

TENANT = "contoso"
DAY = timedelta(days=1)
LOOK_FOR_MESSAGES = 0.02
"""Seconds between two looks into an empty queue."""


@dataclass(frozen=True)
class Graph:
    """Where Graph is, who we are there, what of its limits is ours, and what counts the calls."""

    endpoints: Endpoints
    registration: Registration
    share: float
    counting: Counting


@dataclass(frozen=True)
class Batches:
    """How many messages are taken at a time, and how few must be left before more are."""

    size: int
    threshold: int

    @property
    def most(self) -> int:
        """What is worked at once, at most."""
        return self.size + self.threshold


class Worker:
    """Deletes `people` (object ids): for each who is done another is taken in."""

    def __init__(self, graph: Graph, domain: str, window: timedelta, people: Sequence[str]) -> None:
        self._people, self._waiting = iter(people), len(people)
        self._store, self._clock, self._log = MemoryStore(), SystemClock(), ListLog()
        self._queue, self._due = MemoryQueue(self._clock), MemoryDue()
        self._register, self._hash = MemoryRegister(), KeyedHash(b"k" * 32)
        self._topology = Topology({TENANT: domain}, (frozenset({TENANT}),))
        self._directory = directory_of(graph, self._clock)
        self._runner = self._made_runner(window)
        self._accept = self._made_acceptance()
        self._messages: deque[str] = deque()
        self.ended: dict[str, PrivacyRequest] = {}

    async def take_in(self, most: int) -> None:
        """Accept the deletions that the next of them ask for."""
        for object_id in islice(self._people, most):
            subject = ObjectIdSubject(TENANT, object_id)
            await self._accept(
                Submission(Kind.DELETION, Regulation.GDPR, subject, f"person:{object_id}", Proof.PERSON)
            )

    async def work(self, batches: Batches) -> None:
        """As the Functions host does it, until everybody is done."""
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while self._waiting:
                taken = self._taken(batches.size) if len(running) <= batches.threshold else ()
                running |= {group.create_task(self._work_at(request_id)) for request_id in taken}
                if running and not taken:
                    _, running = await asyncio.wait(
                        running, timeout=LOOK_FOR_MESSAGES, return_when=asyncio.FIRST_COMPLETED
                    )
                elif not taken:
                    await asyncio.sleep(LOOK_FOR_MESSAGES)

    async def close(self) -> None:
        """Close the connections to Graph."""
        await self._directory.close()

    def _taken(self, most: int) -> tuple[str, ...]:
        self._messages.extend(self._queue.due())
        return tuple(self._messages.popleft() for _ in range(min(most, len(self._messages))))

    async def _work_at(self, request_id: str) -> None:
        await self._runner.run(request_id)
        request = (await self._store.get(request_id)).request
        if request.ended_at and request_id not in self.ended:
            self.ended[request_id] = request
            self._waiting -= 1
            await self.take_in(1)

    def _made_runner(self, window: timedelta) -> Runner:
        timing, promises = Timing(), self._made_promises()
        plans = {Kind.DELETION: self._plan(window)}
        return Runner(self._store, self._queue, promises, self._clock, self._log, plans, timing)

    def _made_promises(self) -> Promises:
        return Promises(self._due, Retention(), Timing().margin)

    def _plan(self, window: timedelta) -> DeletionPlan:
        clock, log, topology, blobs = self._clock, self._log, self._topology, MemoryBlobs()
        directories = Directories({TENANT: self._directory}, topology.domains)
        holds = Holds(self._register, self._store, self._hash, clock, log)
        return DeletionPlan(
            identification=Identification(directories, topology, clock, window, FernetSeal(self._hash)),
            guarding=Guarding(directories, clock, topology.cross_tenant_match, Policy()),
            claims=Claims(self._register, self._store, blobs, self._hash, self._made_promises(), clock, DAY),
            holds=holds,
            blocking=Blocking(directories),
            soft_deletion=SoftDeletion(directories, clock, log, window, 7 * DAY),
            purging=Purging(directories, holds, clock, log, window, 7 * DAY),
            audit_check=None,
            erasure=Erasure(self._register, self._store, blobs, clock),
            copying=lambda _request, _needs: (),
            clock=clock,
        )

    def _made_acceptance(self) -> Acceptance:
        return Acceptance(
            store=self._store,
            register=self._register,
            due=self._due,
            queue=self._queue,
            clock=self._clock,
            keyed_hash=self._hash,
            topology=self._topology,
            zone=ZoneInfo("UTC"),
            spacing=Spacing(MemoryRegister(), self._store, self._clock, self._hash, DAY),
            seal=FernetSeal(self._hash),
            channels=lambda _submitter: (),
        )


def directory_of(graph: Graph, clock: SystemClock) -> GraphDirectory:
    """The app's adapter; its calls are counted on the way out."""
    endpoints, registration = graph.endpoints, graph.registration
    connection = LazyConnection(
        lambda: connect(endpoints, credential_of(registration, endpoints), graph.counting)
    )
    return GraphDirectory(serving_both(connection), endpoints, clock, graph.share)


def registration_of(tenant: Mapping[str, object]) -> Registration:
    """As the simulator's ready line has it."""
    return Registration(
        str(tenant["tenant_id"]), str(tenant["client_id"]), ClientSecret(str(tenant["client_secret"]))
    )

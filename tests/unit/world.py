"""The whole app on fakes: accept, run until nothing is due, look at what is left."""

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from delete_function.plan import DeletionPlan
from export_function.archive import Archivist
from export_function.plan import ExportPlan
from export_function.sections import Collector
from shared.domain.accept import Acceptance, Accepted, Submission
from shared.domain.account import Account, Identity
from shared.domain.deadlines import Regulation
from shared.domain.identify import Identification
from shared.domain.keyed_hash import KeyedHash
from shared.domain.plan import Plan
from shared.domain.request import Kind, PrivacyRequest
from shared.domain.runner import RetryPolicy, Runner
from shared.domain.subject import Subject
from shared.domain.topology import Topology
from tests.fake_directory import FakeDirectory
from tests.fakes import FakeClock, ListLog, MemoryBlobs, MemoryQueue, MemoryStore
from tests.unit.samples import NOW, linked_pair

WINDOW = timedelta(minutes=5)
BUDGET = timedelta(hours=1)
ADA = "aaaaaaaa-0000-4000-8000-000000000001"


@dataclass
class World:
    """One deployment; `topology` says which tenants there are."""

    topology: Topology = field(default_factory=linked_pair)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    store: MemoryStore = field(default_factory=MemoryStore)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    log: ListLog = field(default_factory=ListLog)

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.clock)
        self.tenants = {name: FakeDirectory(self.clock) for name in self.topology.domains}
        identification = Identification(self.tenants, self.topology, self.clock, WINDOW)
        collector = Collector(self.tenants, self.blobs, self.clock)
        archivist = Archivist(self.blobs, self.clock, timedelta(days=7))
        plans: dict[Kind, Plan] = {
            Kind.EXPORT: ExportPlan(identification, collector, archivist),
            Kind.DELETION: DeletionPlan(identification, self.tenants, self.clock),
        }
        self.runner = Runner(self.store, self.queue, self.clock, self.log, plans, RetryPolicy(BUDGET))
        hashing, zone = KeyedHash(b"k" * 32), ZoneInfo("UTC")
        self.acceptance = Acceptance(self.store, self.queue, self.clock, hashing, self.topology, zone)

    def person(
        self, tenant: str, object_id: str = ADA, *further: Identity, email: str = "ada@example.com"
    ) -> Account:
        """A user who signs in with an e-mail address, and perhaps otherwise."""
        domain = self.topology.domains[tenant]
        identities = (Identity("emailAddress", domain, email), *further)
        upn = f"{object_id}@{domain}"
        return self.tenants[tenant].add(Account(object_id, upn, identities, NOW - timedelta(days=9)))

    async def accept(self, kind: Kind, subject: Subject, key: str | None = None) -> Accepted:
        return await self.acceptance(Submission(kind, Regulation.GDPR, subject, "key:0", idempotency_key=key))

    async def run_what_is_due(self) -> None:
        for request_id in self.queue.due():
            await self.runner.run(request_id)

    async def settle(self, request_id: str) -> PrivacyRequest:
        """Let time pass, message by message, until there are none."""
        for _ in range(500):
            await self.run_what_is_due()
            pause = self.queue.until_next()
            if pause is None:
                return (await self.store.get(request_id)).request
            await self.clock.sleep(pause)
        raise TimeoutError

    async def ended(self, kind: Kind, subject: Subject) -> PrivacyRequest:
        accepted = await self.accept(kind, subject)
        return await self.settle(accepted.request.id)

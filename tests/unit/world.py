"""The whole app on fakes: accept, run until nothing is due, look at what is left."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from delete_function.audit_check import AuditCheck
from delete_function.blocking import Blocking
from delete_function.guarding import Guarding, Policy
from delete_function.plan import DeletionPlan
from delete_function.purging import Purging
from delete_function.receipt import Statement
from delete_function.soft_deletion import SoftDeletion
from export_function.archive import Archivist
from export_function.collector import Collector
from export_function.links import ArchiveLinks
from export_function.plan import ExportPlan
from export_function.report.processing import Processing
from export_function.sections import OPTIONAL
from shared.adapters.fernet_seal import FernetSeal
from shared.domain.accept import Acceptance, Accepted, Submission
from shared.domain.account import Account, Contact, Identity
from shared.domain.agenda import Retention, ready_at
from shared.domain.certify import Certifier
from shared.domain.claims import Claims
from shared.domain.deadlines import Regulation
from shared.domain.decisions import Decisions, FourEyes
from shared.domain.directories import Directories
from shared.domain.endings import Endings
from shared.domain.erasure import Erasure
from shared.domain.hold_acts import HoldActs
from shared.domain.holds import Holds
from shared.domain.identify import Identification
from shared.domain.keyed_hash import KeyedHash
from shared.domain.notices import Channel
from shared.domain.notifier import Notifier, Way
from shared.domain.plan import Plan
from shared.domain.ports import Directory, JsonObject, Stored
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest
from shared.domain.runner import RetryPolicy, Runner
from shared.domain.spacing import Spacing
from shared.domain.states import Kind, Proof
from shared.domain.subject import Subject
from shared.domain.topology import Topology
from shared.domain.turn import Timing
from shared.domain.unblocker import Unblocker
from shared.domain.upkeep import Upkeep
from tests.fake_directory import FakeDirectory
from tests.fakes import (
    FakeClock,
    FakeLinks,
    FakeTelemetry,
    ListLog,
    MemoryBlobs,
    MemoryDue,
    MemoryEvidence,
    MemoryQueue,
    MemoryRegister,
    MemoryStore,
)
from tests.unit.receipts import signer_of
from tests.unit.samples import NOW, linked_pair
from worker_function.work import RequestWork

WINDOW = timedelta(minutes=5)
BUDGET = timedelta(hours=1)
PATIENCE = timedelta(minutes=30)
SWEEP_EVERY = timedelta(minutes=5)
KEPT = timedelta(days=7)
AUDITS_KEPT = timedelta(days=7)
LINK_LIVES = timedelta(minutes=15)
EXPORT_EVERY = timedelta(hours=24)
RETENTION = Retention()
ADA = "aaaaaaaa-0000-4000-8000-000000000001"


class Vanished(BaseException):
    """The worker is gone."""


@dataclass
class World:
    """One deployment; `topology` says which tenants there are."""

    topology: Topology = field(default_factory=linked_pair)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    store: MemoryStore = field(default_factory=MemoryStore)
    register: MemoryRegister = field(default_factory=MemoryRegister)
    passing: MemoryRegister = field(default_factory=MemoryRegister)
    due: MemoryDue = field(default_factory=MemoryDue)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    evidence: MemoryEvidence = field(default_factory=MemoryEvidence)
    log: ListLog = field(default_factory=ListLog)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    timing: Timing = field(default_factory=Timing)
    new_id: Callable[[], UUID] = uuid4
    optional: frozenset[str] = OPTIONAL
    four_eyes: FourEyes = FourEyes.NONE
    processing: Processing = field(default_factory=dict)
    checks_audits: bool = False
    policy: Policy = field(default_factory=Policy)
    channels: tuple[Channel, ...] = ()
    ways: dict[Channel, Way] = field(default_factory=dict)
    directories: Mapping[str, Directory] = field(default_factory=dict)
    """In place of those in memory."""
    ticket_keys: tuple[KeyedHash, ...] = (KeyedHash(b"k" * 32),)
    """Newest first."""

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.clock)
        self.tenants = {name: FakeDirectory(self.clock) for name in self.topology.domains}
        self.wire()

    def wire(self) -> None:
        """Put the app together from what there is."""
        hashing, clock, log = KeyedHash(b"k" * 32), self.clock, self.log
        directories = Directories({**self.tenants, **self.directories}, self.topology.domains)
        self.seal = seal = FernetSeal(*self.ticket_keys)
        identification = Identification(directories, self.topology, clock, WINDOW, seal)
        promises = Promises(self.due, RETENTION, self.timing.margin)
        self.claims = claims = Claims(
            self.register,
            self.store,
            self.blobs,
            hashing,
            promises,
            clock,
            PATIENCE,
            Endings(log, self.telemetry),
        )
        collector = Collector(directories, self.blobs, clock, seal, self.optional)
        erasure = Erasure(self.register, self.store, self.blobs, clock)
        self.archivist = Archivist(self.blobs, clock, KEPT, self.processing)
        self.holds = Holds(self.register, self.store, hashing, clock, log)
        self.hold_acts = HoldActs(self.holds, self.evidence, hashing, clock)
        self.links = ArchiveLinks(self.store, FakeLinks(), clock, LINK_LIVES)
        export = ExportPlan(identification, claims, collector, self.archivist)
        plans: dict[Kind, Plan] = {
            Kind.EXPORT: export,
            Kind.DELETION: DeletionPlan(
                identification=identification,
                guarding=Guarding(directories, clock, self.topology.cross_tenant_match, self.policy),
                claims=claims,
                holds=self.holds,
                blocking=Blocking(directories),
                soft_deletion=SoftDeletion(directories, clock, log, WINDOW, AUDITS_KEPT),
                purging=Purging(directories, self.holds, clock, log, WINDOW, AUDITS_KEPT),
                audit_check=AuditCheck(directories, clock) if self.checks_audits else None,
                erasure=erasure,
                copying=export.copying,
                clock=clock,
            ),
        }
        policy = RetryPolicy(BUDGET)
        self.runner = Runner(
            self.store, self.queue, promises, clock, log, plans, self.timing, policy, self.telemetry
        )
        self.notifier = Notifier(self.store, promises, clock, log, self.ways)
        statement = Statement("the controller", WINDOW, AUDITS_KEPT, RETENTION)
        self.certifier = Certifier(
            self.store, signer_of(self.register, clock=clock), self.evidence, clock, statement.claims
        )
        self.unblocker = Unblocker(self.store, promises, directories, claims, clock, log)
        zone = ZoneInfo("UTC")
        self.decisions = Decisions(
            self.store, self.queue, promises, clock, log, zone, self.four_eyes, self.telemetry
        )
        spacing = Spacing(self.passing, self.store, clock, hashing, EXPORT_EVERY)
        self.acceptance = Acceptance(
            self.store,
            self.register,
            self.due,
            self.queue,
            clock,
            hashing,
            self.ticket_keys[0],
            self.topology,
            zone,
            spacing,
            seal,
            lambda _submitter: self.channels,
            self.new_id,
        )
        self.upkeep = Upkeep(
            self.store,
            self.due,
            self.register,
            self.passing,
            self.blobs,
            self.queue,
            clock,
            log,
            RETENTION,
            self.timing,
            self.telemetry,
        )

    def person(
        self,
        tenant: str,
        object_id: str = ADA,
        *further: Identity,
        email: str = "ada@example.com",
        contact: Contact | None = None,
    ) -> Account:
        """A user who signs in with an e-mail address, and perhaps otherwise."""
        domain = self.topology.domains[tenant]
        identities = (Identity("emailAddress", domain, email), *further)
        upn = f"{object_id}@{domain}"
        since = NOW - timedelta(days=9)
        return self.tenants[tenant].add(Account(object_id, upn, identities, since, contact))

    async def accept(
        self,
        kind: Kind,
        subject: Subject,
        key: str | None = None,
        proof: Proof = Proof.APP,
        claims: JsonObject | None = None,
        traceparent: str | None = None,
    ) -> Accepted:
        submitter = f"person:{subject!r}" if proof is Proof.PERSON else "key:0"
        submission = Submission(
            kind,
            Regulation.GDPR,
            subject,
            submitter,
            proof,
            idempotency_key=key,
            claims=claims,
            traceparent=traceparent,
        )
        return await self.acceptance(submission)

    async def request(self, request_id: str) -> PrivacyRequest:
        return (await self.store.get(request_id)).request

    async def run_what_is_due(self) -> None:
        for request_id in self.queue.due():
            await self.work(request_id)

    async def work(self, request_id: str) -> None:
        """What a worker does with a message."""
        follow_ups = (self.unblocker.run, self.certifier.run, self.notifier.run)
        await RequestWork(self.runner, follow_ups, self.store, self.clock).run(request_id)

    async def settle(self, request_id: str) -> PrivacyRequest:
        """Let time pass, message by message, until there are none."""
        for _ in range(500):
            await self.run_what_is_due()
            request = await self.request(request_id)
            pause = self.queue.until_next()
            if pause is None and ready_at(request, self.timing.margin) is None:
                return request
            await self.clock.sleep(min(pause or SWEEP_EVERY, SWEEP_EVERY))
            if pause is None or pause > SWEEP_EVERY:
                await self.upkeep.sweep()
        raise TimeoutError

    async def settle_until(self, request_id: str, step: str) -> None:
        """Let time pass until a step is done, and stop there as if the worker had vanished."""
        saved, store = self.store.save, self.store

        async def save(stored: Stored) -> Stored:
            done = await saved(stored)
            if step in stored.request.done:
                raise Vanished
            return done

        store.save = save  # type: ignore[method-assign] # the fake is what a test may bend
        with contextlib.suppress(Vanished):
            await self.settle(request_id)
        store.save = saved  # type: ignore[method-assign] # as above

    async def ended(self, kind: Kind, subject: Subject) -> PrivacyRequest:
        accepted = await self.accept(kind, subject)
        return await self.settle(accepted.request.id)

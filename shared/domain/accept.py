"""Accept a request: name it, promise to look at it, record it, nudge a worker. In this order.

A crash between any two leaves nothing that runs unasked, and a repeated submission heals it: the entry for
the subject as it was given names the id that the first try chose.
"""

import contextlib
import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.agenda import FIRST_DISTANCE
from shared.domain.changed import changed
from shared.domain.deadlines import Regulation, due_at
from shared.domain.errors import (
    AlreadyRecorded,
    InvalidTransition,
    KeyReused,
    NoEraser,
    Overtaken,
    StorageUnavailable,
    TooManyRequests,
    UnknownRequest,
)
from shared.domain.keyed_hash import KeyedHash, ticket_digest
from shared.domain.notices import Channel, Notice
from shared.domain.ports import (
    Clock,
    Due,
    DueTable,
    Entry,
    JsonObject,
    Register,
    RequestStore,
    Seal,
    Stored,
    WorkQueue,
)
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import CLAIMS, Origin, PrivacyRequest
from shared.domain.spacing import Spacing
from shared.domain.states import CAN_RUN, Kind, Proof
from shared.domain.subject import Subject
from shared.domain.topology import Topology

TRIES = 5
"""Against others who write the same entry at the same time."""


@dataclass(frozen=True)
class Submission:
    """A request as submitted; `received_at` is when the person asked, None for now.

    `claims` are those of the ID token that came with it; `copy_first` asks for a copy before a deletion.
    `origin` is no part of what is asked for: another line for the same person is the same request.
    `traceparent` is the context of the span around it.
    """

    kind: Kind
    regulation: Regulation
    subject: Subject
    submitter: str
    proof: Proof = Proof.APP
    received_at: datetime | None = None
    idempotency_key: str | None = None
    claims: JsonObject | None = field(default=None, repr=False)
    copy_first: bool = False
    traceparent: str | None = field(default=None, repr=False)
    origin: Origin | None = None


@dataclass(frozen=True)
class Accepted:
    """The recorded request, and the ticket that opens it for the person."""

    request: PrivacyRequest
    ticket: str


@dataclass(frozen=True)
class Acceptance:
    """Records submissions. With an idempotency key the record itself is the key's memory."""

    store: RequestStore
    register: Register
    due: DueTable
    queue: WorkQueue
    clock: Clock
    keyed_hash: KeyedHash
    tickets: KeyedHash
    topology: Topology
    zone: ZoneInfo
    spacing: Spacing
    seal: Seal
    channels: Callable[[str], tuple[Channel, ...]]
    """By which a submitter's requests are told of."""
    new_id: Callable[[], uuid.UUID] = uuid.uuid4

    async def __call__(self, submission: Submission) -> Accepted:
        """Record and nudge.

        Raises `NoEraser`, `KeyReused`, `TooManyRequests`, `InvalidTransition`; and `StorageUnavailable`,
        upon which a repeat is safe.
        """
        await self._check_eraser(submission)
        if submission.idempotency_key is None:
            stored = await self._under_the_subject_s_name(submission)
        else:
            stored = await self._under_the_key_s_name(submission, submission.idempotency_key)
        if stored.request.status in CAN_RUN:  # one message more does no harm, and one may have been lost
            await self.queue.send(stored.request.id)
        return await self._with_ticket(stored.request)

    def check_eraser(self, kind: Kind, subject: Subject) -> None:
        """Raise `NoEraser` for a deletion that would search a tenant in which nothing may be deleted."""
        if kind is Kind.DELETION:
            for tenant in self.topology.without_eraser(subject):
                raise NoEraser(tenant)

    async def _check_eraser(self, submission: Submission) -> None:
        """The same, but not for a repeat of what was accepted while there was one."""
        try:
            self.check_eraser(submission.kind, submission.subject)
        except NoEraser:
            if not await self._is_recorded(submission):
                raise

    async def _is_recorded(self, submission: Submission) -> bool:
        """Whether there is a record under the submission's key."""
        if submission.idempotency_key is None:
            return False
        try:
            await self.store.get(self.keyed_hash.request_id(submission.submitter, submission.idempotency_key))
        except UnknownRequest:
            return False
        return True

    async def _with_ticket(self, request: PrivacyRequest) -> Accepted:
        """The same ticket as before; a new one beside it where the key has been renewed since."""
        ticket = self.tickets.ticket(request.id)
        digest = ticket_digest(ticket)

        def opened(standing: PrivacyRequest) -> PrivacyRequest:
            if standing.is_leased(self.clock.now()):  # to write now would cost a worker its run
                raise StorageUnavailable
            return standing.with_ticket(digest)

        if digest not in (request.ticket_digest, *request.tickets):
            request = await changed(self.store, request.id, opened)
        return Accepted(request, ticket)

    async def _under_the_key_s_name(self, submission: Submission, key: str) -> Stored:
        request = self._new(submission, self.keyed_hash.request_id(submission.submitter, key))
        with contextlib.suppress(AlreadyRecorded):  # with a key this one stands on its own
            await self._name(request)
        stored = await self._record(request)
        if not secrets.compare_digest(stored.request.body_digest, request.body_digest):
            raise KeyReused
        return stored

    async def _under_the_subject_s_name(self, submission: Submission) -> Stored:
        for _ in range(TRIES):
            request = self._new(submission, str(self.new_id()))
            try:
                await self._name(request)
            except AlreadyRecorded:
                named = await self.register.read(request.given_key, _entry_name(submission.kind))
            else:
                return await self._record(request)
            with contextlib.suppress(Overtaken):
                if named is not None:
                    return await self._instead_of(named, submission, request)
        raise StorageUnavailable

    async def _instead_of(self, named: Entry, submission: Submission, request: PrivacyRequest) -> Stored:
        """The open request that the entry names; else a new one. Raises `Overtaken`.

        The id of a try that got no further may since have been taken by another submission under the same
        idempotency key, which is about somebody else.
        """
        try:
            stored = await self.store.get(named.value["request"])
        except UnknownRequest:  # a try that named it and got no further
            return await self._record(self._new(submission, named.value["request"]))
        if stored.request.binds and stored.request.given_key == request.given_key:
            _check_copy(stored.request, submission)
            return stored
        await self.register.replace(replace(named, value={"request": request.id}))
        return await self._record(request)

    async def _name(self, request: PrivacyRequest) -> Entry:
        name = _entry_name(request.kind)
        return await self.register.insert(request.given_key, name, {"request": request.id})

    async def _unname(self, request: PrivacyRequest) -> None:
        """Take back the name of a request that will not be recorded: nothing else would ever remove it."""
        named = await self.register.read(request.given_key, _entry_name(request.kind))
        if named is not None and named.value["request"] == request.id:
            with contextlib.suppress(Overtaken):
                await self.register.remove(named)

    async def _record(self, request: PrivacyRequest) -> Stored:
        try:
            await self.spacing.take(request)
        except TooManyRequests:
            await self._unname(request)
            raise
        await self.due.put(Due(request.id, self.clock.now() + FIRST_DISTANCE, FIRST_DISTANCE))
        try:
            return await self.store.add(request.recorded())
        except AlreadyRecorded:
            return await self.store.get(request.id)

    def _new(self, submission: Submission, request_id: str) -> PrivacyRequest:
        now = self.clock.now()
        received_at = submission.received_at or now
        subject, submitter = submission.subject, submission.submitter
        given = (submission.proof, type(subject).__name__, json.dumps(asdict(subject), sort_keys=True))
        return PrivacyRequest(
            id=request_id,
            kind=submission.kind,
            regulation=submission.regulation,
            subject=subject,
            named=self.topology.named(subject),
            linked=self.topology.linked(subject),
            submitter=submitter,
            proof=submission.proof,
            given_key=self.keyed_hash.hex("given", submitter, *given),
            body_digest=self._body_digest(submission),
            ticket_digest=ticket_digest(self.tickets.ticket(request_id)),
            received_at=received_at,
            accepted_at=now,
            due_at=due_at(submission.regulation, received_at, self.zone),
            updated_at=now,
            tenants=self._tenants(subject),
            reference=str(uuid.uuid4()),
            copy_first=submission.copy_first,
            origin=submission.origin,
            notices=tuple(map(Notice, self.channels(submitter))),
            sealed=self._sealed(submission, request_id),
            traceparent=submission.traceparent,
        )

    def _sealed(self, submission: Submission, request_id: str) -> dict[str, str]:
        """The claims of an ID token belong to the copy of somebody's data; nothing else needs them."""
        copies = submission.kind is Kind.EXPORT or submission.copy_first
        if not copies or submission.claims is None:
            return {}
        return {CLAIMS: self.seal.close(request_id, CLAIMS, submission.claims)}

    def _tenants(self, subject: Subject) -> dict[str, TenantProgress]:
        searched = (*self.topology.named(subject), *self.topology.linked(subject))
        unsearched = self.topology.unsearched(subject)
        tenants = [TenantProgress(name) for name in searched]
        tenants += [TenantProgress(name, outcome=Outcome.NOT_SEARCHED) for name in unsearched]
        return {one.tenant: replace(one, domain=self.topology.domains[one.tenant]) for one in tenants}

    def _body_digest(self, submission: Submission) -> str:
        body = {
            "kind": submission.kind,
            "regulation": submission.regulation,
            "subject": asdict(submission.subject),
            "proof": submission.proof,
            **({"copyFirst": True} if submission.copy_first else {}),
            "receivedAt": submission.received_at and submission.received_at.isoformat(),
        }
        return self.keyed_hash.hex("body", json.dumps(body, sort_keys=True))


def _check_copy(open_one: PrivacyRequest, submission: Submission) -> None:
    """Whoever asks for a copy is not told that a deletion without one is what they asked for."""
    if submission.copy_first and not open_one.copy_first:
        raise InvalidTransition("a deletion without a copy is under way; withdraw it first")


def _entry_name(kind: Kind) -> str:
    return f"given-{kind}"

"""Accept a request: record it, then nudge a worker."""

import json
import secrets
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.deadlines import Regulation, due_at
from shared.domain.errors import AlreadyRecorded, KeyReused
from shared.domain.keyed_hash import KeyedHash, encode_ticket, ticket_digest
from shared.domain.ports import Clock, RequestStore, Stored, WorkQueue
from shared.domain.request import Kind, Outcome, PrivacyRequest, Status, TenantProgress
from shared.domain.subject import Subject
from shared.domain.topology import Topology


@dataclass(frozen=True)
class Submission:
    """A request as submitted; `received_at` is when the person asked, None for now."""

    kind: Kind
    regulation: Regulation
    subject: Subject
    submitter: str
    received_at: datetime | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Accepted:
    """The recorded request, and the ticket that opens it for the person."""

    request: PrivacyRequest
    ticket: str


@dataclass(frozen=True)
class Acceptance:
    """Records submissions. With an idempotency key the record itself is the key's memory."""

    store: RequestStore
    queue: WorkQueue
    clock: Clock
    keyed_hash: KeyedHash
    topology: Topology
    zone: ZoneInfo

    async def __call__(self, submission: Submission) -> Accepted:
        """Record and nudge. Raises `KeyReused`, `StorageUnavailable` (a repeat is then safe)."""
        accepted = self._new(submission)
        try:
            stored = await self.store.add(accepted.request)
        except AlreadyRecorded:
            stored = await self._recorded_before(accepted.request)
        if stored.request.status is Status.ACCEPTED:
            await self.queue.send(stored.request.id)
        return Accepted(stored.request, accepted.ticket)

    async def _recorded_before(self, again: PrivacyRequest) -> Stored:
        stored = await self.store.get(again.id)
        if not secrets.compare_digest(stored.request.body_digest, again.body_digest):
            raise KeyReused
        return stored

    def _new(self, submission: Submission) -> Accepted:
        now = self.clock.now()
        request_id, ticket = self._names(submission)
        received_at = submission.received_at or now
        request = PrivacyRequest(
            id=request_id,
            kind=submission.kind,
            regulation=submission.regulation,
            subject=submission.subject,
            submitter=submission.submitter,
            body_digest=self._body_digest(submission),
            ticket_digest=ticket_digest(ticket),
            received_at=received_at,
            accepted_at=now,
            due_at=due_at(submission.regulation, received_at, self.zone),
            updated_at=now,
            tenants=self._tenants(submission.subject),
        )
        return Accepted(request, ticket)

    def _names(self, submission: Submission) -> tuple[str, str]:
        caller, key = submission.submitter, submission.idempotency_key
        if key is None:
            return str(uuid.uuid4()), encode_ticket(secrets.token_bytes(32))
        return self.keyed_hash.request_id(caller, key), self.keyed_hash.ticket(caller, key)

    def _tenants(self, subject: Subject) -> dict[str, TenantProgress]:
        searched = (*self.topology.named(subject), *self.topology.linked(subject))
        unsearched = self.topology.unsearched(subject)
        return {name: TenantProgress(name) for name in searched} | {
            name: TenantProgress(name, outcome=Outcome.NOT_SEARCHED) for name in unsearched
        }

    def _body_digest(self, submission: Submission) -> str:
        body = {
            "kind": submission.kind,
            "regulation": submission.regulation,
            "subject": asdict(submission.subject),
            "receivedAt": submission.received_at and submission.received_at.isoformat(),
        }
        return self.keyed_hash.hex("body", json.dumps(body, sort_keys=True))

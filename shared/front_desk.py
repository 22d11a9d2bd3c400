"""What the HTTP functions do: take a submission, find and show a request."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import azure.functions as func
import structlog

from shared import views
from shared.addresses import Addresses, Path
from shared.bodies import bad
from shared.domain.accept import Acceptance, Accepted, Submission
from shared.domain.callers import Person, TicketHolder
from shared.domain.challenges import Challenges
from shared.domain.decisions import Decisions
from shared.domain.errors import ChallengeRefused, UnknownRequest
from shared.domain.limits import SharedAllowance
from shared.domain.no_telemetry import NoTelemetry
from shared.domain.plan import Plan
from shared.domain.ports import Clock, JsonObject, Log, RequestStore, Telemetry
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Proof
from shared.domain.subject import ObjectIdSubject, Subject
from shared.domain.telemetry import REQUESTS_ACCEPTED, SpanName
from shared.domain.topology import Topology
from shared.gate import Gate, Unauthenticated
from shared.intake import (
    AskedForOneself,
    IdToken,
    read_deletion,
    read_export,
    read_idempotency_key,
    read_own_deletion,
    read_own_export,
)
from shared.languages import language_of
from shared.letters import Letters
from shared.responses import Fault, answer

POLL_AFTER = "2"
SUBMITTED = {Kind.EXPORT: read_export, Kind.DELETION: read_deletion}
OWN = {Kind.EXPORT: read_own_export, Kind.DELETION: read_own_deletion}


@dataclass(frozen=True)
class Allowances:
    """How often somebody may submit, mint, search or decide."""

    callers: SharedAllowance
    people: SharedAllowance


@dataclass(frozen=True)
class Found:
    """A request, who asks for it, and where they find it."""

    request: PrivacyRequest
    by: str
    path: Path


Find = Callable[[Kind, func.HttpRequest], Awaitable[Found]]


@dataclass(frozen=True)
class _Named:
    """Whom an app has named, and by what."""

    subject: Subject
    proof: Proof
    claims: JsonObject | None = None


@dataclass(frozen=True)
class FrontDesk:
    """Everything the HTTP functions need; one per process."""

    gate: Gate
    acceptance: Acceptance
    challenges: Challenges
    decisions: Decisions
    allowances: Allowances
    store: RequestStore
    clock: Clock
    log: Log
    topology: Topology
    letters: Letters
    plans: Mapping[Kind, Plan]
    addresses: Addresses
    telemetry: Telemetry = field(default_factory=NoTelemetry)

    async def submit(self, kind: Kind, req: func.HttpRequest) -> func.HttpResponse:
        """Accept an app's request about somebody: 202 with its address."""
        app = await self.gate.app(req, kind)
        asked = SUBMITTED[kind](req.get_body(), _content_type(req), self.topology, self.clock.now())
        if asked.copy_first:  # an app that may not have a person's data may not have it in this way
            await self.gate.app(req, Kind.EXPORT)
        await self.allowances.callers.draw(app.name)
        named = await self._named(asked.subject)
        submission = Submission(
            kind=kind,
            regulation=asked.regulation,
            subject=named.subject,
            submitter=app.name,
            proof=named.proof,
            received_at=asked.received_at,
            idempotency_key=read_idempotency_key(req.headers.get("idempotency-key")),
            claims=named.claims,
            copy_first=asked.copy_first,
        )
        return await self._accepted(submission, self.addresses.of_app)

    async def submit_own(self, kind: Kind, req: func.HttpRequest) -> func.HttpResponse:
        """Accept a person's request about themselves: 202 with its address."""
        person = await self.gate.person(req)
        asked = OWN[kind](req.get_body(), _content_type(req))
        await self.allowances.people.draw(person.name)
        key = read_idempotency_key(req.headers.get("idempotency-key"))
        if kind is Kind.DELETION:
            await self._check_fresh_sign_in(person, asked, key)
        subject = ObjectIdSubject(person.tenant, person.object_id)
        submission = Submission(
            kind=kind,
            regulation=asked.regulation,
            subject=subject,
            submitter=person.name,
            proof=Proof.PERSON,
            idempotency_key=key,
            copy_first=asked.copy_first,
        )
        return await self._accepted(submission, self.addresses.of_person)

    async def show(self, kind: Kind, req: func.HttpRequest) -> func.HttpResponse:
        """Where an app's request stands."""
        return self._shown(await self.find(kind, req), req)

    async def show_own(self, kind: Kind, req: func.HttpRequest) -> func.HttpResponse:
        """Where a person's request stands."""
        return self._shown(await self.find_own(kind, req), req)

    async def withdraw(self, kind: Kind, req: func.HttpRequest, find: Find) -> func.HttpResponse:
        """Take a request back, as long as that is possible: 200 with how it stands then."""
        return await self._changed(await find(kind, req), self.decisions.cancel, req)

    async def confirm_copy(self, req: func.HttpRequest, find: Find) -> func.HttpResponse:
        """The person has the copy that was to come before the deletion: 200 with how it stands then."""
        return await self._changed(await find(Kind.DELETION, req), self.decisions.confirm_copy, req)

    async def find(self, kind: Kind, req: func.HttpRequest) -> Found:
        """The request that the address names, if the app that calls made it. Raises `UnknownRequest`."""
        app = await self.gate.app(req, kind)
        request = await self._read(kind, req)
        if request.submitter != app.name:
            raise UnknownRequest
        return Found(request, app.name, self.addresses.of_app)

    async def find_own(self, kind: Kind, req: func.HttpRequest) -> Found:
        """The request that the address names, if the caller holds its ticket or it is about them.

        Raises `UnknownRequest`, `Unauthenticated`.
        """
        ticket = self.gate.ticket(req)
        caller = ticket or await self.gate.person(req)
        request = await self._read(kind, req)
        if not _belongs(request, caller):
            raise UnknownRequest
        return Found(request, caller.name, self.addresses.of_person)

    async def challenge(self, req: func.HttpRequest) -> func.HttpResponse:
        """A nonce for the sign-in that goes before a deletion: 201."""
        person = await self.gate.person(req)
        await self.allowances.people.draw(person.name)
        challenge = await self.challenges.issue(person)
        body = {"nonce": challenge.nonce, "expiresAt": views.text(challenge.expires_at)}
        return answer(HTTPStatus.CREATED, body)

    async def _named(self, named: Subject | IdToken) -> _Named:
        if not isinstance(named, IdToken):
            return _Named(named, Proof.APP)
        try:
            person, token = await self.gate.person_of(named.text)
        except Unauthenticated:
            rule = "must be an ID token of at most 10 minutes of age, of an app that settings name"
            raise bad(Fault("/subject/idToken", rule)) from None
        return _Named(ObjectIdSubject(person.tenant, person.object_id), Proof.ID_TOKEN, token.claims)

    async def _check_fresh_sign_in(self, person: Person, asked: AskedForOneself, key: str | None) -> None:
        """Hold a deletion to a sign-in made for it: same account, stepped up, with a nonce of ours.

        Raises `Unauthenticated`, `ChallengeRefused`.
        """
        signed_in, token = await self.gate.person_of(asked.id_token or "")
        if signed_in != person or not token.stepped_up:
            self.log.info("caller_refused", code="sign_in_unfit")
            raise ChallengeRefused
        try:
            await self.challenges.redeem(person, token.nonce, token.issued_at, key)
        except ChallengeRefused as refusal:
            self.log.info("caller_refused", code=refusal.code)
            raise

    async def _accepted(self, submission: Submission, path: Path) -> func.HttpResponse:
        accepted = await self._traced(submission)
        request = accepted.request
        structlog.contextvars.bind_contextvars(request_id=request.id)
        self.log.info("request_accepted", kind=request.kind, status=request.status)
        headers = {"Location": path(request), "Retry-After": POLL_AFTER}
        return answer(HTTPStatus.ACCEPTED, views.accepted(accepted, path), headers)

    async def _traced(self, submission: Submission) -> Accepted:
        """Accept it in a trace of its own, which its runs go on with.

        A `traceparent` of the caller's is not read: who calls must not say which trace a request is in,
        whether it is sampled, or what its id is made of.
        """
        with self.telemetry.span(SpanName.ACCEPT, kind=submission.kind) as span:
            accepted = await self.acceptance(replace(submission, traceparent=span.traceparent))
            request = accepted.request
            span.note(request_id=request.id, status=request.status)
            if request.traceparent == span.traceparent:  # not the record of an earlier call
                self.telemetry.record(REQUESTS_ACCEPTED, 1, kind=request.kind)
            return accepted

    def _shown(self, found: Found, req: func.HttpRequest) -> func.HttpResponse:
        """How it stands, and where it has ended what is to be told, in the language that is asked for."""
        request = found.request
        steps, letter = self.plans[request.kind](request), self.letters.about(request, _language(req))
        return answer(HTTPStatus.OK, views.status(request, steps, found.path, letter))

    async def _changed(
        self, found: Found, change: Callable[[str, str], Awaitable[PrivacyRequest]], req: func.HttpRequest
    ) -> func.HttpResponse:
        await self.allowances.people.draw(f"change:{found.request.id}")
        structlog.contextvars.bind_contextvars(request_id=found.request.id)
        changed = await change(found.request.id, found.by)
        return self._shown(replace(found, request=changed), req)

    async def _read(self, kind: Kind, req: func.HttpRequest) -> PrivacyRequest:
        stored = await self.store.get(read_id(req))
        if stored.request.kind is not kind:
            raise UnknownRequest
        return stored.request


def _belongs(request: PrivacyRequest, caller: Person | TicketHolder) -> bool:
    if isinstance(caller, TicketHolder):
        opening = (request.ticket_digest, *request.tickets)
        return any(secrets.compare_digest(digest, caller.digest) for digest in opening)
    about_them = request.subject == ObjectIdSubject(caller.tenant, caller.object_id)
    return request.submitter == caller.name or about_them


def read_id(req: func.HttpRequest) -> str:
    """The request id in the address. Raises `UnknownRequest` for what cannot be one."""
    request_id = str(req.route_params.get("id", ""))
    if len(request_id) != 36 or not set(request_id) <= set("0123456789abcdef-"):
        raise UnknownRequest
    return request_id


def _language(req: func.HttpRequest) -> str:
    """The first of the languages asked for that we speak (RFC 9110, section 12.5.4; weights are not read)."""
    asked = str(req.headers.get("accept-language", ""))[:200].split(",")
    return language_of(one.partition(";")[0].strip() for one in asked)


def _content_type(req: func.HttpRequest) -> str:
    return str(req.headers.get("content-type", ""))

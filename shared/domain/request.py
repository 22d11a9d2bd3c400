"""A privacy request: a frozen value whose named transitions return the next value.

The states and where they lead are in `shared.domain.states`; nothing else sets a status.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.deadlines import Regulation
from shared.domain.errors import InvalidTransition
from shared.domain.journal import Event, What, beginning
from shared.domain.notices import Channel, Notice, NoticeState
from shared.domain.progress import Archive, Outcome, TenantProgress
from shared.domain.states import (
    BINDING,
    COPY_READY,
    COPY_STEP,
    FINAL,
    LEADS_TO,
    REVOCABLE,
    TOLD_OF,
    TOLD_WAITS,
    VERIFYING,
    Kind,
    Proof,
    Status,
)
from shared.domain.subject import Subject

CLAIMS, CONTACT = "id-token-claims", "contact"
"""What may be sealed on a record until it has been used: the claims of the ID token that came with the
request, and where the person gets mail."""
DONE_ANEW = frozenset(
    {"claim", "cooling-off", "held", "guard-rails", "block", "mark", "holds", "erase-archives"}
)
"""Steps of which a retried request cannot build on what they did: meanwhile it has held up nobody."""
MAY_BE_THERE = frozenset({None, Outcome.RETAINED, Outcome.RESTORED, Outcome.FAILED})
"""How a tenant may end with an account that is not deleted."""
MOST_TICKETS = 8
"""Beside the first; of older ones the digests are dropped."""
MOST_NOTES, LONGEST_NOTE = 20, 700
"""Together they fit into one property of a table, were every character written as two."""


@dataclass(frozen=True)
class Note:
    """Free text that an operator gave with the event of this number; removed with what is personal."""

    event: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class Origin:
    """The line of an operator's list that a request was made of, counted from 1."""

    batch: str
    line: int


@dataclass(frozen=True)
class PrivacyRequest:
    """One request. Times are aware UTC.

    `subject` is None once the personal identifiers were removed. `named` and `linked` are the tenants that
    are searched, fixed when the request was accepted. `extended_for` is the reason for which the term was
    extended. The clock stands still since `paused_at`; `paused` is for how long it did before. `consents` are
    the operators who have approved where two must. `tickets` are the digests of tickets made after the first.
    `sealed` is encrypted text by name. `reference` stands for the person in receipts. `told_waits` are the
    reasons for waiting that were told. `restorable_until` is the latest of the tenants'. `copy_first` is a
    deletion that comes after a copy of the data, which the person confirms to have. `origin` is where it
    stood in an operator's list. `traceparent` is the trace context in which it was accepted, where that was
    traced. `last` is the newest event of the journal.
    """

    id: str
    kind: Kind
    regulation: Regulation
    subject: Subject | None = field(repr=False)
    named: tuple[str, ...]
    linked: tuple[str, ...]
    submitter: str
    given_key: str
    body_digest: str
    ticket_digest: str
    received_at: datetime
    accepted_at: datetime
    due_at: datetime
    updated_at: datetime
    proof: Proof = Proof.APP
    status: Status = Status.ACCEPTED
    reason: str | None = None
    until: datetime | None = None
    run: int = 0
    leased_until: datetime | None = None
    done: frozenset[str] = frozenset()
    approvals: frozenset[str] = frozenset()
    consents: tuple[str, ...] = ()
    extended_for: str | None = None
    paused_at: datetime | None = None
    paused: timedelta = timedelta()
    notes: tuple[Note, ...] = ()
    claims: tuple[str, ...] = ()
    tenants: Mapping[str, TenantProgress] = field(default_factory=dict)
    restorable_until: datetime | None = None
    archive: Archive | None = None
    irreversible_at: datetime | None = None
    tries: int = 0
    failing_since: datetime | None = None
    ended_at: datetime | None = None
    tidied: bool = False
    reminded: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()
    told_waits: frozenset[str] = frozenset()
    tickets: tuple[str, ...] = ()
    sealed: Mapping[str, str] = field(default_factory=dict, repr=False)
    reference: str = ""
    receipt: str | None = field(default=None, repr=False)
    copy_first: bool = False
    copy_confirmed_at: datetime | None = None
    traceparent: str | None = field(default=None, repr=False)
    origin: Origin | None = None
    last: Event | None = None

    @property
    def searched(self) -> tuple[str, ...]:
        """The tenants in which the person is looked for."""
        return (*self.named, *self.linked)

    @property
    def has_account(self) -> bool:
        """Whether the person was found anywhere."""
        return any(progress.account for progress in self.tenants.values())

    def is_leased(self, now: datetime) -> bool:
        """Whether a worker is at it: what another writes now would cost that run its work."""
        return self.leased_until is not None and self.leased_until > now

    @property
    def purge_after_due(self) -> bool:
        """Whether an account leaves the recycle bin only after the due date."""
        return self.restorable_until is not None and self.restorable_until > self.due_at

    @property
    def undecided(self) -> tuple[str, ...]:
        """The tenants of which nobody can say yet what is true."""
        return tuple(name for name, progress in sorted(self.tenants.items()) if progress.outcome is None)

    @property
    def verified(self) -> bool:
        """Whether the person themselves has shown that they ask."""
        return self.proof in VERIFYING

    @property
    def binds(self) -> bool:
        """Whether others about the same account wait for this one."""
        return self.status in BINDING

    def progress(self, tenant: str) -> TenantProgress:
        """What is known of `tenant`; empty where nothing is."""
        return self.tenants.get(tenant, TenantProgress(tenant))

    def outcome(self, tenant: str) -> Outcome | None:
        """What is true of `tenant`; one that was not done when the request failed is `FAILED`."""
        known = self.progress(tenant).outcome
        return Outcome.FAILED if known is None and self.status is Status.FAILED else known

    def recorded(self) -> "PrivacyRequest":
        """The request with its first event."""
        return self._noted(What.ACCEPTED, self.accepted_at, self.kind, "submitter")

    def claimed(self, now: datetime, leased_until: datetime) -> "PrivacyRequest":
        """A worker takes the request: the next run, leased until then."""
        if self.status is not Status.RUNNING:
            self._check(Status.RUNNING)
        taken = replace(
            self,
            status=Status.RUNNING,
            reason=None,
            until=None,
            run=self.run + 1,
            leased_until=leased_until,
            updated_at=now,
        )
        return taken._noted(What.RUN_STARTED, now)

    def with_progress(self, progress: TenantProgress) -> "PrivacyRequest":
        """What a step found or did in a tenant."""
        tenants = {**self.tenants, progress.tenant: progress}
        ends = (one.restorable_until for one in tenants.values() if one.restorable_until)
        return replace(self, tenants=tenants, restorable_until=max(ends, default=None))

    def with_claims(self, claims: tuple[str, ...]) -> "PrivacyRequest":
        """The accounts that name this request in the register."""
        return replace(self, claims=claims)

    def with_archive(self, archive: Archive) -> "PrivacyRequest":
        """The finished export."""
        return replace(self, archive=archive)

    def with_mark(self, now: datetime) -> "PrivacyRequest":
        """From here on nothing can be cancelled or refused."""
        return replace(self, irreversible_at=self.irreversible_at or now)

    def with_done(self, step: str, now: datetime) -> "PrivacyRequest":
        """A step is done; progress clears what was counted against the retry budget."""
        done = replace(self, done=self.done | {step}, tries=0, failing_since=None, updated_at=now)
        return done._noted(What.STEP_DONE, now, step)

    def advanced(self, step: str, now: datetime) -> "PrivacyRequest":
        """A part of a long step is done; that is progress too."""
        moved = replace(self, tries=0, failing_since=None, updated_at=now)
        return moved._noted(What.STEP_ADVANCED, now, step)

    def with_failed_try(self, now: datetime) -> "PrivacyRequest":
        """A try that failed counts against the retry budget, from the first in a row."""
        return replace(self, tries=self.tries + 1, failing_since=self.failing_since or now)

    def waiting(self, now: datetime, until: datetime, reason: str) -> "PrivacyRequest":
        """Nothing to do before `until`."""
        return replace(self._to(Status.WAITING, What.WAITING, now, reason), until=until)

    def awaiting_approval(self, now: datetime, reason: str) -> "PrivacyRequest":
        """An operator must decide."""
        return self._to(Status.AWAITING_APPROVAL, What.AWAITING_APPROVAL, now, reason)

    def completed(self, now: datetime) -> "PrivacyRequest":
        """All steps are done and verified."""
        return self._to(Status.COMPLETED, What.COMPLETED, now)

    def refused(self, now: datetime, reason: str, by: str | None = None) -> "PrivacyRequest":
        """Will not be done."""
        return self._to(Status.REFUSED, What.REFUSED, now, reason, by)

    def failed(self, now: datetime, reason: str) -> "PrivacyRequest":
        """The retry budget is spent."""
        return self._to(Status.FAILED, What.FAILED, now, reason)

    def cancelled(self, now: datetime, reason: str, by: str) -> "PrivacyRequest":
        """Withdrawn in time; what was made of an export is nobody's any more."""
        return replace(self, archive=None)._to(Status.CANCELLED, What.CANCELLED, now, reason, by)

    def approved(self, now: datetime, by: str) -> "PrivacyRequest":
        """An operator lets it go on in spite of the reason it waits for; their time is no failing."""
        if self.status is not Status.AWAITING_APPROVAL or self.reason is None:
            raise InvalidTransition(f"{self.status} awaits no approval")
        granted = replace(self, approvals=self.approvals | {self.reason}, tries=0, failing_since=None)
        return granted._to(Status.RUNNING, What.APPROVED, now, self.reason, by)

    def without_approval(self, reason: str) -> "PrivacyRequest":
        """The reason has come up anew: what was approved was another."""
        return replace(self, approvals=self.approvals - {reason})

    def consented(self, now: datetime, by: str) -> "PrivacyRequest":
        """The first of two operators approves; another must too."""
        if self.status is not Status.AWAITING_APPROVAL:
            raise InvalidTransition(f"{self.status} awaits no approval")
        agreed = replace(self, consents=(*self.consents, by), updated_at=now)
        return agreed._noted(What.CONSENTED, now, self.reason, by)

    def retained(self, now: datetime, by: str) -> "PrivacyRequest":
        """An operator ends it: what is undecided in a tenant is kept there, as far as that can be said."""
        begun_and_failed = self.status is Status.FAILED and self.irreversible_at is not None
        if self.status is not Status.AWAITING_APPROVAL and not begun_and_failed:
            raise InvalidTransition(f"{self.status} awaits no decision")
        kept = {name: self.progress(name).with_outcome(self._left_as(name)) for name in self.undecided}
        ended = replace(self, tenants={**self.tenants, **kept})
        return ended._to(Status.COMPLETED, What.COMPLETED, now, "retained", by)

    def _left_as(self, tenant: str) -> Outcome:
        """Of an account that may have been sent for deletion nobody can say that it is kept."""
        return Outcome.RETAINED if self.progress(tenant).delete_sent_at is None else Outcome.FAILED

    def extended(self, now: datetime, due_at: datetime, reason: str, by: str) -> "PrivacyRequest":
        """The term is extended, once, while it runs (GDPR Art. 12(3): told within the first month)."""
        if self.status in FINAL:
            raise InvalidTransition("the request has ended")
        if self.extended_for is not None:
            raise InvalidTransition("the term was extended before")
        if (self.paused_at or now) > self.due_at:
            raise InvalidTransition("the term is over: an extension must be told before its end")
        longer = replace(self, due_at=due_at, extended_for=reason, reminded=frozenset(), updated_at=now)
        return longer._noted(What.EXTENDED, now, reason, by)

    def clock_paused(self, now: datetime, reason: str, by: str) -> "PrivacyRequest":
        """The clock stands still, and nothing is done, until it is resumed (GDPR Art. 12(6))."""
        if self.status in FINAL or self.irreversible_at is not None:
            raise InvalidTransition("the request has ended or cannot be stopped any more")
        if self.regulation is not Regulation.GDPR:
            raise InvalidTransition("under the CCPA the clock does not stop (regulations § 7021)")
        if self.paused_at is not None:
            raise InvalidTransition("the clock stands still already")
        still = replace(self, paused_at=now, leased_until=None, updated_at=now)
        return still._noted(What.PAUSED, now, reason, by)

    def clock_resumed(self, now: datetime, due_at: datetime, paused: timedelta, by: str) -> "PrivacyRequest":
        """The clock runs again; `paused` is for how long it has stood still in all.

        A copy that nobody could download meanwhile is kept for longer by as much.
        """
        if self.paused_at is None:
            raise InvalidTransition("the clock does not stand still")
        archive = self.archive and self.archive.kept_longer(now - self.paused_at)
        on = replace(
            self,
            paused_at=None,
            paused=paused,
            due_at=due_at,
            archive=archive,
            reminded=frozenset(),
            tries=0,
            failing_since=None,
            updated_at=now,
        )
        return on._noted(What.RESUMED, now, None, by)

    def with_note(self, text: str) -> "PrivacyRequest":
        """Free text beside the newest event."""
        if len(self.notes) >= MOST_NOTES or self.last is None:
            raise InvalidTransition(f"a request has room for {MOST_NOTES} notes")
        return replace(self, notes=(*self.notes, Note(self.last.number, text)))

    def retried(self, now: datetime, by: str) -> "PrivacyRequest":
        """An operator has it tried again; what it had claimed may name another request by now.

        A mark that was set stays set; its step is done anew, so that nothing goes on before the claim does.
        What was blocked may have been put back.
        """
        if self.status is not Status.FAILED:
            raise InvalidTransition(f"{self.status} cannot be tried again")
        if self.subject is None:
            raise InvalidTransition("the personal identifiers were removed; make a new request")
        anew = {step for step in self.done if step.partition(":")[0] in DONE_ANEW}
        fresh = replace(self, tries=0, failing_since=None, done=self.done - anew, reminded=frozenset())
        return fresh._to(Status.RUNNING, What.RETRIED, now, self.reason, by)

    def with_tidied(self, now: datetime) -> "PrivacyRequest":
        """What was left over of its runs is removed."""
        return replace(self, tidied=True)._noted(What.TIDIED, now, by="upkeep")

    def with_archive_removed(self, now: datetime) -> "PrivacyRequest":
        """The archive has expired and its blob is gone."""
        return self.without_archive(now)._noted(What.ARCHIVE_EXPIRED, now, by="upkeep")

    def archive_ended(self, now: datetime, by: str) -> "PrivacyRequest":
        """An operator lets the archive expire at once: no link is made any more, and upkeep removes it."""
        if self.archive is None or self.archive.removed_at is not None or self.status not in FINAL:
            raise InvalidTransition("there is no archive of an export that has ended")
        ended = replace(self, archive=replace(self.archive, expires_at=min(now, self.archive.expires_at)))
        return ended._noted(What.ARCHIVE_ENDED, now, by=by)

    def with_archive_erased(self, now: datetime, by: str) -> "PrivacyRequest":
        """The archive's blob is gone because the person was deleted."""
        return self.without_archive(now)._noted(What.ARCHIVE_ERASED, now, by=by)

    def without_archive(self, now: datetime) -> "PrivacyRequest":
        """The archive's blob is gone."""
        if self.archive is None:
            raise InvalidTransition("there is no archive")
        return replace(self, archive=replace(self.archive, removed_at=now))

    def copy_confirmed(self, now: datetime, by: str) -> "PrivacyRequest":
        """The person has the copy: the deletion need not wait for its expiry."""
        if self.ended_at is not None:
            raise InvalidTransition("the request has ended")
        if not self.copy_first or self.archive is None:
            raise InvalidTransition("there is no copy to be confirmed")
        if self.copy_confirmed_at is not None or COPY_STEP in self.done:
            raise InvalidTransition("the copy was confirmed before, or has expired")
        until = now if self.reason == COPY_READY else self.until
        had = replace(self, copy_confirmed_at=now, until=until, updated_at=now)
        return had._noted(What.COPY_CONFIRMED, now, by=by)

    def with_link_minted(self, now: datetime, by: str) -> "PrivacyRequest":
        """Somebody gets a link to the archive."""
        return self._noted(What.LINK_MINTED, now, by=by)

    def with_sealed(self, name: str, sealed: str) -> "PrivacyRequest":
        """Encrypted text stands on the record."""
        return replace(self, sealed={**self.sealed, name: sealed})

    def without_sealed(self, name: str) -> "PrivacyRequest":
        """It has been used."""
        return replace(self, sealed={other: text for other, text in self.sealed.items() if other != name})

    def notices_due(self, now: datetime) -> tuple[Notice, ...]:
        """What is to be told now."""
        return tuple(notice for notice in self.notices if notice.is_due(now))

    def follow_up_due(self, now: datetime) -> bool:
        """Whether something is to be done now that follows the end."""
        return bool(self.to_unblock or self.owes_receipt or self.notices_due(now))

    @property
    def owes_receipt(self) -> bool:
        """Whether a deletion has ended whose receipt is not kept yet."""
        return self.kind is Kind.DELETION and self.status in FINAL and self.receipt is None

    @property
    def to_unblock(self) -> tuple[str, ...]:
        """Tenants whose account was blocked, or may have been, and is not deleted now that it has ended."""
        if self.ended_at is None or (self.status is Status.FAILED and self.irreversible_at is not None):
            return ()
        return tuple(
            name
            for name, progress in self.tenants.items()
            if progress.account and progress.enabled_before and progress.outcome in MAY_BE_THERE
        )

    def with_unblocked(self, tenant: str, now: datetime, why: str | None = None) -> "PrivacyRequest":
        """The account can be used again as before, or, where there is a `why`, that was given up."""
        open_again = replace(self.progress(tenant), enabled_before=None)
        what, detail = (What.UNBLOCK_DEAD, f"{tenant}: {why}") if why else (What.UNBLOCKED, tenant)
        return self.with_progress(open_again)._noted(what, now, detail, "unblocker")

    def with_receipt(self, receipt: str, now: datetime) -> "PrivacyRequest":
        """The signed receipt of a deletion."""
        return replace(self, receipt=receipt)._noted(What.RECEIPT_KEPT, now, by="certifier")

    def with_ticket(self, digest: str) -> "PrivacyRequest":
        """One more ticket opens this request."""
        if digest in self.tickets:
            return self
        return replace(self, tickets=(*self.tickets, digest)[-MOST_TICKETS:])

    def with_notice(self, notice: Notice) -> "PrivacyRequest":
        """The notice of this channel as it stands now."""
        notices = tuple(notice if held.channel is notice.channel else held for held in self.notices)
        return replace(self, notices=notices)

    def with_notice_ended(self, notice: Notice, now: datetime, why: str | None = None) -> "PrivacyRequest":
        """A notice was sent, or, where there is a `why`, given up; the address for mail is not kept."""
        state, what = (NoticeState.DEAD, What.NOTICE_DEAD) if why else (NoticeState.SENT, What.NOTICE_SENT)
        told = self.with_notice(notice.ended(state))
        if notice.channel is Channel.MAIL and not self._may_mail_again:
            told = told.without_sealed(CONTACT)
        detail = f"{notice.channel}: {why}" if why else str(notice.channel)
        return told._noted(what, now, detail, "notifier")

    @property
    def _may_mail_again(self) -> bool:
        """Whether an end may come that is told by mail: of a failed request, until it is forgotten."""
        return self.status not in FINAL and self.subject is not None

    def with_notices_renewed(self, now: datetime, by: str) -> "PrivacyRequest":
        """What was given up is owed again, but for a mail whose address is not kept any more."""
        nobody = set() if CONTACT in self.sealed else {Channel.MAIL}
        given_up = (notice for notice in self.notices if notice.state is NoticeState.DEAD)
        dead = [notice for notice in given_up if notice.channel not in nobody]
        if not dead:
            raise InvalidTransition("no notice was given up")
        renewed = self
        for notice in dead:
            renewed = renewed.with_notice(notice.owed(notice.event, now))
        return renewed._noted(What.NOTICE_RENEWED, now, by=by)

    def forgotten(self, now: datetime) -> "PrivacyRequest":
        """Without the personal identifiers: the subject, and the accounts pinned in the tenants."""
        if self.status not in FINAL | {Status.FAILED}:
            raise InvalidTransition("an open request needs to know whom it is about")
        tenants = {name: replace(held, account=None) for name, held in self.tenants.items()}
        mail_owed = (Channel.MAIL, NoticeState.OWED) in {(one.channel, one.state) for one in self.notices}
        sealed = {name: text for name, text in self.sealed.items() if mail_owed and name == CONTACT}
        bare = replace(self, subject=None, tenants=tenants, notes=(), sealed=sealed)
        return bare._noted(What.FORGOTTEN, now, by="upkeep")

    def with_reminder(self, which: str, now: datetime) -> "PrivacyRequest":
        """Operators were told that the due date is near or past."""
        told = replace(self, reminded=self.reminded | {which})
        return told._noted(What.REMINDED, now, which, "upkeep")

    def _to(
        self, status: Status, what: What, now: datetime, reason: str | None = None, by: str | None = None
    ) -> "PrivacyRequest":
        self._check(status)
        moved = replace(
            self,
            status=status,
            reason=reason,
            until=None,
            leased_until=None,
            consents=(),
            paused_at=None if status in FINAL else self.paused_at,
            tidied=False,  # a run may leave more, and so may a copy that is nobody's any more
            updated_at=now,
            ended_at=now if status in FINAL | {Status.FAILED} else None,
        )
        return moved._noted(what, now, reason, by)._with_notices_owed(now)

    def _with_notices_owed(self, now: datetime) -> "PrivacyRequest":
        """The newest event is told of if it is an end, or a wait that lasts for weeks."""
        number = self.last.number if self.last else 0
        told = self.reason if self.status is Status.WAITING and self.reason in TOLD_WAITS else None
        first = told is not None and told not in self.told_waits
        notices = tuple(
            notice.owed(number, now) if first or self.status in TOLD_OF[notice.channel] else notice
            for notice in self.notices
        )
        return replace(self, notices=notices, told_waits=self.told_waits | ({told} if told else set()))

    def _check(self, status: Status) -> None:
        if self.status in FINAL:
            raise InvalidTransition("the request has ended")
        if status not in LEADS_TO[self.status]:
            raise InvalidTransition(f"{self.status} does not lead to {status}")
        if self.irreversible_at is not None and status in REVOCABLE:
            raise InvalidTransition("the deletion has begun and cannot be taken back")

    def _noted(
        self, what: What, now: datetime, detail: str | None = None, by: str | None = None
    ) -> "PrivacyRequest":
        number = self.last.number + 1 if self.last else 1
        previous = self.last.hash if self.last else beginning(self.id)
        return replace(self, last=Event(number, now, what, detail, by or f"run {self.run}", previous))

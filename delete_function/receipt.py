"""What a receipt says of a deletion: claims to be signed, and nothing personal among them.

Read off the request as it ended and off its journal; the form is `schema/receipt.schema.json`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from delete_function.receipt_words import (
    ACCOUNT_LEFT,
    APP,
    AUDIT_EVENTS,
    AUDIT_LEFT,
    DPV_OF_OUTCOME,
    DPV_OF_STATUS,
    EVIDENCE,
    NOT_READ,
    RECORD,
    UNDONE,
    VERIFIED,
    Dpv,
)
from shared.domain.agenda import Retention
from shared.domain.journal import Event, What
from shared.domain.ports import JsonObject, JsonValue
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import Status
from shared.views import text

VERSION = 1
LOOKS = ("identify", "verify")
"""Steps whose names begin so end with a look at the directory."""


@dataclass(frozen=True)
class Statement:
    """What a deployment says in each of its receipts."""

    controller: str
    window: timedelta
    """How far apart two looks are before absence is believed."""
    audit_events_kept: timedelta
    """How long the directory keeps its audit events (7 days in B2C)."""
    retention: Retention

    def claims(self, request: PrivacyRequest, events: Sequence[Event], now: datetime) -> JsonObject:
        """What the receipt of an ended deletion says; a random reference stands for the person."""
        head = events[-1]
        return {
            "iss": self.controller,
            "iat": int(now.timestamp()),
            "jti": request.id,
            "sub": request.reference,
            "version": VERSION,
            "request": _request(request),
            "copy": _copy(request),
            "tenants": [self._tenant(request, events, name) for name in _tenants(request)],
            "remains": list(self._remains(request)),
            "journal": {"events": head.number, "head": head.hash},
        }

    def _tenant(self, request: PrivacyRequest, events: Sequence[Event], name: str) -> JsonObject:
        outcome = request.outcome(name)
        return {
            "tenant": name,
            "outcome": outcome,
            "dpv": DPV_OF_OUTCOME[outcome] if outcome else DPV_OF_STATUS[request.status],
            "verified": self._verified(outcome),
            "verifiedAt": None if outcome in NOT_READ else text(_looked_at(events, name)),
            "restorableUntil": text(request.progress(name).restorable_until),
            "auditEventsUntil": text(self._audit_until(request, name)),
            "reason": request.progress(name).reason,
        }

    def _verified(self, outcome: Outcome | None) -> str:
        apart = f"{self.window.total_seconds():g} seconds apart or more"
        return VERIFIED[outcome].format(apart=apart) if outcome else UNDONE

    def _audit_until(self, request: PrivacyRequest, name: str) -> datetime | None:
        """Until when events about the account may be there: the last of them is no younger than the end."""
        progress = request.progress(name)
        if progress.audits_gone_at is not None:
            return None
        if progress.audits_until is not None:
            return progress.audits_until
        if request.outcome(name) not in AUDIT_LEFT or request.ended_at is None:
            return None
        return request.ended_at + self.audit_events_kept

    def _remains(self, request: PrivacyRequest) -> Iterator[JsonObject]:
        for name in _tenants(request):
            if account := ACCOUNT_LEFT.get(request.outcome(name) or ""):
                yield _left(account, name, request.progress(name).restorable_until)
            if until := self._audit_until(request, name):
                yield _left(AUDIT_EVENTS, name, until)
        kept = self.retention.of(request.regulation)
        yield _left(RECORD, APP, request.ended_at + kept if request.ended_at else None)
        yield _left(EVIDENCE, APP, None)


def _request(request: PrivacyRequest) -> JsonObject:
    return {
        "id": request.id,
        "kind": request.kind,
        "regulation": request.regulation,
        "receivedAt": text(request.received_at),
        "acceptedAt": text(request.accepted_at),
        "dueAt": text(request.due_at),
        "endedAt": text(request.ended_at),
        "status": request.status,
        "reason": request.reason,
        "dpv": _dpv(request),
    }


def _copy(request: PrivacyRequest) -> JsonObject | None:
    """The copy of the data that came before the deletion; None where there was none."""
    if request.archive is None:
        return None
    return {"confirmedAt": text(request.copy_confirmed_at), "erasedAt": text(request.archive.removed_at)}


def _dpv(request: PrivacyRequest) -> Dpv:
    """Of a completed deletion what is true of the tenant that is least fulfilled; others say it by status.

    Tenants that no setting links are outside what was asked for, so they do not count.
    """
    if request.status is not Status.COMPLETED:
        return DPV_OF_STATUS[request.status]
    outcomes = {request.outcome(name) for name in _tenants(request)}
    terms = {DPV_OF_OUTCOME[one] for one in outcomes if one and one is not Outcome.NOT_SEARCHED}
    return next((term for term in Dpv if term in terms), Dpv.UNFULFILLED)


def _tenants(request: PrivacyRequest) -> tuple[str, ...]:
    return tuple(sorted({*request.searched, *request.tenants}))


def _looked_at(events: Sequence[Event], tenant: str) -> datetime | None:
    """When the last look at the tenant was on record: what it saw was so by then."""
    looks = [event.at for event in events if event.what is What.STEP_DONE and _looks_at(event, tenant)]
    return max(looks, default=None)


def _looks_at(event: Event, tenant: str) -> bool:
    step, _, where = (event.detail or "").partition(":")
    return step.startswith(LOOKS) and where == tenant


def _left(what: str, where: str, until: datetime | None) -> dict[str, JsonValue]:
    return {"what": what, "where": where, "until": text(until)}

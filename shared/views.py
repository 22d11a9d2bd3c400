"""What callers see of a request."""

from collections.abc import Sequence
from datetime import datetime

from shared.addresses import Path
from shared.domain.accept import Accepted
from shared.domain.plan import Step
from shared.domain.ports import JsonObject, JsonValue
from shared.domain.progress import Archive
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.letters import Letter


def accepted(accepted: Accepted, where: Path) -> JsonObject:
    """The answer to a submission."""
    links = _links(accepted.request, where)
    return {**_head(accepted.request), "ticket": accepted.ticket, "links": links}


def status(request: PrivacyRequest, steps: Sequence[Step], where: Path, letter: Letter | None) -> JsonObject:
    """Where the request stands, step by step and tenant by tenant, and what is to be told of it."""
    view: dict[str, JsonValue] = {
        **_head(request),
        "acceptedAt": text(request.accepted_at),
        "updatedAt": text(request.updated_at),
        "reason": request.reason,
        "until": text(request.until),
        "extendedFor": request.extended_for,
        "pausedAt": text(request.paused_at),
        "irreversibleAt": text(request.irreversible_at),
        "copyFirst": request.copy_first,
        "steps": [{"name": step.name, "done": step.name in request.done} for step in steps],
        "tenants": [_tenant(request, name) for name in sorted(request.tenants)],
        "archive": _archive(request.archive) if request.archive else None,
        "letter": {"subject": letter.subject, "text": letter.text} if letter else None,
        "links": _links(request, where),
    }
    return view


def _head(request: PrivacyRequest) -> dict[str, str | None]:
    return {
        "id": request.id,
        "kind": request.kind,
        "status": request.status,
        "regulation": request.regulation,
        "receivedAt": text(request.received_at),
        "dueAt": text(request.due_at),
    }


def _links(request: PrivacyRequest, where: Path) -> dict[str, str]:
    links = {"self": where(request)}
    if request.kind is Kind.EXPORT or request.copy_first:
        links["link"] = f"{where(request)}/link"
    if request.copy_first:
        links["copyReceived"] = f"{where(request)}/copy-received"
    if request.kind is Kind.DELETION:
        links["receipt"] = f"{where(request)}/receipt"
    if request.ended_at is None and request.irreversible_at is None:
        links["withdraw"] = f"{where(request)}/withdraw"
    return links


def _tenant(request: PrivacyRequest, name: str) -> JsonObject:
    progress = request.progress(name)
    restorable = progress.restorable_until
    return {
        "tenant": name,
        "outcome": request.outcome(name),
        "reason": progress.reason,
        "restorableUntil": text(restorable),
        "purgeAfterDue": restorable is not None and restorable > request.due_at,
        "auditEventsUntil": None if progress.audits_gone_at else text(progress.audits_until),
    }


def _archive(archive: Archive) -> JsonObject:
    return {"size": archive.size, "sha256": archive.sha256, "expiresAt": text(archive.expires_at)}


def text(moment: datetime | None) -> str | None:
    """A moment as RFC 3339 with a Z."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None

"""What callers see of a request."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.accept import Accepted
from shared.domain.plan import Step
from shared.domain.ports import JsonObject, JsonValue
from shared.domain.request import Archive, Kind, PrivacyRequest

COLLECTIONS = {Kind.EXPORT: "exports", Kind.DELETION: "deletions"}


def path(request: PrivacyRequest) -> str:
    """Where the request's status is found, relative to the app's address."""
    return f"/api/{COLLECTIONS[request.kind]}/{request.id}"


def accepted(accepted: Accepted) -> JsonObject:
    """The answer to a submission."""
    return {**_head(accepted.request), "ticket": accepted.ticket, "links": _links(accepted.request)}


def status(request: PrivacyRequest, steps: Sequence[Step]) -> JsonObject:
    """Where the request stands, step by step and tenant by tenant."""
    view: dict[str, JsonValue] = {
        **_head(request),
        "acceptedAt": text(request.accepted_at),
        "updatedAt": text(request.updated_at),
        "reason": request.reason,
        "until": text(request.until),
        "steps": [{"name": step.name, "done": step.name in request.done} for step in steps],
        "tenants": [_tenant(request, name) for name in sorted(request.tenants)],
        "links": _links(request),
    }
    if request.kind is Kind.EXPORT:
        view["archive"] = _archive(request.archive) if request.archive else None
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


def _links(request: PrivacyRequest) -> dict[str, str]:
    links = {"self": path(request)}
    if request.kind is Kind.EXPORT:
        links["link"] = f"{path(request)}/link"
    return links


def _tenant(request: PrivacyRequest, name: str) -> JsonObject:
    return {
        "tenant": name,
        "outcome": request.outcome(name),
        "restorableUntil": text(request.progress(name).restorable_until),
    }


def _archive(archive: Archive) -> JsonObject:
    return {"size": archive.size, "sha256": archive.sha256, "expiresAt": text(archive.expires_at)}


def text(moment: datetime | None) -> str | None:
    """A moment as RFC 3339 with a Z."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None

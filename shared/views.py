"""What callers see of a request."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shared.domain.accept import Accepted
from shared.domain.plan import Step
from shared.domain.ports import JsonObject, JsonValue
from shared.domain.progress import Archive
from shared.domain.request import Kind, PrivacyRequest

COLLECTIONS = {Kind.EXPORT: "exports", Kind.DELETION: "deletions"}
Path = Callable[[PrivacyRequest], str]
"""Where a caller finds a request, relative to the app's address."""


def path(request: PrivacyRequest) -> str:
    """Where an app finds it."""
    return path_of(request.kind, request.id)


def path_of(kind: Kind, request_id: str) -> str:
    """Where an app finds the request of this kind and id."""
    return f"/api/{COLLECTIONS[kind]}/{request_id}"


def own_path(request: PrivacyRequest) -> str:
    """Where a person finds it."""
    return f"/api/me/{COLLECTIONS[request.kind]}/{request.id}"


def accepted(accepted: Accepted, where: Path) -> JsonObject:
    """The answer to a submission."""
    links = _links(accepted.request, where)
    return {**_head(accepted.request), "ticket": accepted.ticket, "links": links}


def status(request: PrivacyRequest, steps: Sequence[Step], where: Path) -> JsonObject:
    """Where the request stands, step by step and tenant by tenant."""
    view: dict[str, JsonValue] = {
        **_head(request),
        "acceptedAt": text(request.accepted_at),
        "updatedAt": text(request.updated_at),
        "reason": request.reason,
        "until": text(request.until),
        "extendedFor": request.extended_for,
        "pausedAt": text(request.paused_at),
        "steps": [{"name": step.name, "done": step.name in request.done} for step in steps],
        "tenants": [_tenant(request, name) for name in sorted(request.tenants)],
        "links": _links(request, where),
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


def _links(request: PrivacyRequest, where: Path) -> dict[str, str]:
    links = {"self": where(request)}
    if request.kind is Kind.EXPORT:
        links["link"] = f"{where(request)}/link"
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

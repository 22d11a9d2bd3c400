"""What operators see of a request."""

from collections.abc import Sequence

from shared import views
from shared.addresses import Path
from shared.domain.journal import Event
from shared.domain.plan import Step
from shared.domain.ports import JsonObject
from shared.domain.request import PrivacyRequest
from shared.letters import Letter
from shared.views import text


def summary(request: PrivacyRequest, path: Path) -> JsonObject:
    """A line of a list."""
    return {
        "id": request.id,
        "kind": request.kind,
        "status": request.status,
        "reason": request.reason,
        "regulation": request.regulation,
        "proof": request.proof,
        "receivedAt": text(request.received_at),
        "dueAt": text(request.due_at),
        "updatedAt": text(request.updated_at),
        "pausedAt": text(request.paused_at),
        "purgeAfterDue": request.purge_after_due,
        "links": {"self": path(request)},
    }


def whole(
    request: PrivacyRequest,
    steps: Sequence[Step],
    journal: Sequence[Event],
    letter: Letter | None,
    path: Path,
) -> JsonObject:
    """Everything of a request but whom it is about."""
    return {
        **views.status(request, steps, path, letter),
        "links": {"self": path(request)},  # archives are for those whose data they hold
        "proof": request.proof,
        "submitter": request.submitter,
        "origin": {"batch": request.origin.batch, "line": request.origin.line} if request.origin else None,
        "tries": request.tries,
        "journal": [_event(event) for event in journal],
        "notices": [
            {"channel": one.channel, "state": one.state, "tries": one.tries} for one in request.notices
        ],
        "notes": [{"event": note.event, "text": note.text} for note in request.notes],
    }


def _event(event: Event) -> JsonObject:
    return {
        "number": event.number,
        "at": text(event.at),
        "what": event.what,
        "detail": event.detail,
        "by": event.by,
        "hash": event.hash,
    }

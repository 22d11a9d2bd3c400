"""Which requests an operator wants to see."""

from dataclasses import dataclass
from datetime import datetime

import azure.functions as func

from shared.bodies import bad, moment
from shared.domain.request import PrivacyRequest
from shared.domain.states import FINAL, Kind, Status
from shared.responses import Fault

MOST, USUAL = 200, 50
LONGEST_PLACE = 1000
OPEN = frozenset(Status) - FINAL


@dataclass(frozen=True)
class Wanted:
    """`due_before` keeps those due earlier; `after` is the `next` of the page before."""

    statuses: frozenset[Status]
    kind: Kind | None
    due_before: datetime | None
    top: int
    after: str | None

    def has(self, request: PrivacyRequest) -> bool:
        """Whether the request is wanted, its status aside."""
        due = self.due_before is None or request.due_at < self.due_before
        return due and self.kind in {None, request.kind}


def read_wanted(req: func.HttpRequest) -> Wanted:
    """What the query asks for; every open request where it names no status. Raises `BadInput`."""
    asked = {str(name): str(value) for name, value in req.params.items() if name != "code"}
    if not asked.keys() <= {"status", "kind", "dueBefore", "top", "next"}:  # a name may hold anything
        raise bad(Fault("query", "may have status, kind, dueBefore, top and next alone"))
    return Wanted(
        _statuses(asked.get("status")),
        _kind(asked.get("kind")),
        _moment(asked.get("dueBefore")),
        _top(asked.get("top")),
        _place(asked.get("next")),
    )


def _statuses(text: str | None) -> frozenset[Status]:
    if text is None:
        return OPEN
    try:
        return frozenset(Status(part) for part in text.split(","))
    except ValueError:
        raise bad(Fault("status", f"must be of: {', '.join(Status)}")) from None


def _kind(text: str | None) -> Kind | None:
    try:
        return Kind(text) if text is not None else None
    except ValueError:
        raise bad(Fault("kind", f"must be one of: {', '.join(Kind)}")) from None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    read = moment(text.replace(" ", "+"))  # a plus sign that was not encoded
    if read is None:
        raise bad(Fault("dueBefore", "must be a time with offset as in RFC 3339"))
    return read


def _place(text: str | None) -> str | None:
    if text is not None and len(text) > LONGEST_PLACE:
        raise bad(Fault("next", "must be taken from the page before"))
    return text


def _top(text: str | None) -> int:
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= MOST) or len(text) > 4:
        raise bad(Fault("top", f"must be a number from 1 to {MOST}"))
    return int(text)

"""What operators send."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from shared.bodies import Body, RuleBroken, bad, form, read_body
from shared.domain.checks.check import Place
from shared.domain.holds import Basis
from shared.domain.request import LONGEST_NOTE
from shared.intake import Guid, Moment, TenantName
from shared.responses import Fault

MOST_LISTED = 64
_NOTE = re.compile(rf"[^\x00-\x08\x0b-\x1f\x7f-\x9f]{{1,{LONGEST_NOTE}}}")
_REASON = re.compile(r"[a-z_]{1,40}")
_ARTICLE = re.compile(r"[A-Za-z0-9_ .,()§/-]{1,100}")
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,320}")


def _basis(value: object) -> Basis:
    try:
        return Basis(str(value))
    except ValueError:
        raise RuleBroken(f"must be one of: {', '.join(Basis)}") from None


def _place(value: object) -> Place:
    try:
        return Place(str(value))
    except ValueError:
        raise RuleBroken(f"must be of: {', '.join(Place)}") from None


def _listed(value: object) -> object:
    """JSON has lists where strict models want tuples."""
    if not isinstance(value, list) or len(value) > MOST_LISTED:
        raise RuleBroken(f"must be a list of at most {MOST_LISTED}")
    return tuple(value)


class ActBody(Body):
    """An act: a reason where one is needed, and free text beside it."""

    reason: Annotated[str, form(_REASON, "must be one of the reasons that openapi.yaml lists")] | None = None
    note: (
        Annotated[str, form(_NOTE, f"must be 1 to {LONGEST_NOTE} characters without control characters")]
        | None
    ) = Field(default=None, repr=False)


class SearchBody(Body):
    """Whom to look for: an object id, or a name by which somebody signs in or gets mail."""

    object_id: Guid | None = Field(default=None, repr=False)
    name: Annotated[str, form(_NAME, "must be 1 to 320 characters without spaces")] | None = Field(
        default=None, repr=False
    )
    tenant: TenantName | None = None


class AccountBody(Body):
    """An account, by its tenant and object id."""

    tenant: TenantName
    object_id: Guid = Field(repr=False)


class HoldBody(AccountBody):
    """Why an account is kept, and when that is looked at again."""

    basis: Annotated[Basis, BeforeValidator(_basis)]
    article: Annotated[str, form(_ARTICLE, "must name the article or section, in at most 100 characters")]
    review_at: Moment


class ChecksBody(Body):
    """What to check: these places and tenants, all where none are named; `write` lets a user be made."""

    places: (
        Annotated[tuple[Annotated[Place, BeforeValidator(_place)], ...], BeforeValidator(_listed)] | None
    ) = None
    tenants: Annotated[tuple[TenantName, ...], BeforeValidator(_listed)] | None = None
    write: bool = False


def read_checks(body: bytes, content_type: str) -> ChecksBody:
    """What to check. Raises `BadInput`."""
    return read_body(ChecksBody, body, content_type)


def read_account(body: bytes, content_type: str) -> AccountBody:
    """An account. Raises `BadInput`."""
    return read_body(AccountBody, body, content_type)


def read_hold(body: bytes, content_type: str) -> HoldBody:
    """A hold to be placed. Raises `BadInput`."""
    return read_body(HoldBody, body, content_type)


def read_act(body: bytes, content_type: str, reasons: frozenset[str]) -> ActBody:
    """An act whose reason is one of `reasons`, or that has none where there are none. Raises `BadInput`."""
    act = read_body(ActBody, body, content_type)
    if reasons and act.reason not in reasons:
        raise bad(Fault("/reason", f"must be one of: {', '.join(sorted(reasons))}"))
    if act.reason is not None and not reasons:
        raise bad(Fault("/reason", "is not a known field of this act"))
    return act


def read_search(body: bytes, content_type: str) -> SearchBody:
    """Whom to look for. Raises `BadInput`."""
    search = read_body(SearchBody, body, content_type)
    if (search.object_id is None) == (search.name is None):
        raise bad(Fault("/", "must have exactly one of objectId and name"))
    return search

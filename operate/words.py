"""The words that the app's contract (openapi.yaml) has for what an operator may choose."""

from enum import StrEnum


class Status(StrEnum):
    """Where a request stands."""

    ACCEPTED = "accepted"
    RUNNING = "running"
    WAITING = "waiting"
    AWAITING_APPROVAL = "awaiting_approval"
    COMPLETED = "completed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = frozenset({Status.COMPLETED, Status.REFUSED, Status.CANCELLED})
"""Nothing comes after these; a request's `updatedAt` is when it came to one of them."""
NEEDS_OPERATOR = frozenset({Status.AWAITING_APPROVAL, Status.FAILED})
"""Nothing goes on by itself in these."""


class Kind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    DELETION = "deletion"


class BatchStatus(StrEnum):
    """Where a list stands."""

    AWAITING_LIST = "awaiting_list"
    CHECKING = "checking"
    READING = "reading"
    FOLLOWING = "following"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"


class Regulation(StrEnum):
    """The law under which people ask."""

    GDPR = "gdpr"
    CCPA = "ccpa"


class RefusalReason(StrEnum):
    """Why a request may be refused."""

    IDENTITY_NOT_SHOWN = "identity_not_shown"
    MANIFESTLY_UNFOUNDED = "manifestly_unfounded"
    EXCESSIVE = "excessive"
    EXCEPTION_APPLIES = "exception_applies"
    RIGHTS_OF_OTHERS = "rights_of_others"


class ExtensionReason(StrEnum):
    """Why a term may be extended."""

    COMPLEXITY = "complexity"
    NUMBER_OF_REQUESTS = "number_of_requests"


class PauseReason(StrEnum):
    """Why the clock may stand still."""

    IDENTITY_IN_DOUBT = "identity_in_doubt"


class Basis(StrEnum):
    """Why an account may be kept: GDPR Art. 17(3)."""

    FREEDOM_OF_EXPRESSION = "freedom_of_expression"
    LEGAL_OBLIGATION = "legal_obligation"
    PUBLIC_HEALTH = "public_health"
    ARCHIVING_OR_RESEARCH = "archiving_or_research"
    LEGAL_CLAIMS = "legal_claims"

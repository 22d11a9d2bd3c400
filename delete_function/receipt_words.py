"""The words of a receipt: what each outcome means, how it was verified, and W3C's term for it.

W3C Data Privacy Vocabulary, "Request Status" (https://w3id.org/dpv): its terms are for requests and coarser
than our outcomes, so a receipt has both.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from shared.domain.states import Status


class Dpv(StrEnum):
    """Terms of the vocabulary that a receipt uses, the least fulfilled first."""

    UNFULFILLED = "https://w3id.org/dpv#RequestUnfulfilled"
    REJECTED = "https://w3id.org/dpv#RequestRejected"
    REQUIRES_ACTION = "https://w3id.org/dpv#RequestRequiresAction"
    DELAYED = "https://w3id.org/dpv#RequestActionDelayed"
    FULFILLED = "https://w3id.org/dpv#RequestFulfilled"
    ACCEPTED = "https://w3id.org/dpv#RequestAccepted"
    ACKNOWLEDGED = "https://w3id.org/dpv#RequestAcknowledged"


DPV_OF_OUTCOME: Mapping[str, Dpv] = MappingProxyType(
    {
        "collected": Dpv.FULFILLED,
        "purged": Dpv.FULFILLED,
        "already_gone": Dpv.FULFILLED,
        "not_found": Dpv.FULFILLED,
        "soft_deleted": Dpv.DELAYED,
        "already_soft_deleted": Dpv.DELAYED,
        "not_searched": Dpv.UNFULFILLED,
        "retained": Dpv.UNFULFILLED,
        "restored": Dpv.UNFULFILLED,
        "failed": Dpv.UNFULFILLED,
    }
)
DPV_OF_STATUS: Mapping[Status, Dpv] = MappingProxyType(
    {
        Status.ACCEPTED: Dpv.ACKNOWLEDGED,
        Status.RUNNING: Dpv.ACCEPTED,
        Status.WAITING: Dpv.DELAYED,
        Status.AWAITING_APPROVAL: Dpv.REQUIRES_ACTION,
        Status.COMPLETED: Dpv.FULFILLED,
        Status.REFUSED: Dpv.REJECTED,
        Status.CANCELLED: Dpv.UNFULFILLED,
        Status.FAILED: Dpv.UNFULFILLED,
    }
)
"""Of a completed deletion the outcomes say more: see `delete_function.receipt`."""

NOT_READ = frozenset({None, "not_searched", "retained", "failed"})
"""Outcomes of which no look at the directory is the proof."""
UNDONE = "nothing was deleted here: the request ended before that"
VERIFIED: Mapping[str, str] = MappingProxyType(
    {
        "collected": "read: everything asked for",
        "purged": "read back twice, {apart}: neither among the users nor in the recycle bin",
        "already_gone": "read twice, {apart}: in neither place, and never seen in the recycle bin",
        "not_found": "looked for twice, {apart}: no account of the person",
        "soft_deleted": "read back: not among the users, in the recycle bin",
        "already_soft_deleted": "read: in the recycle bin before anything was done",
        "not_searched": "not looked for: no setting links this tenant to where the person was named",
        "retained": "not verified: an operator has ended the request before this tenant was done",
        "restored": "read back: among the users again, after the account had been deleted",
        "failed": "not verified: this tenant could not be brought to its end",
    }
)
"""By outcome; `{apart}` is how far apart two looks are."""

ACCOUNT_LEFT: Mapping[str, str] = MappingProxyType(
    {
        "soft_deleted": "the account in the recycle bin, from where an administrator can restore it",
        "already_soft_deleted": "the account in the recycle bin, from where an administrator can restore it",
        "retained": "the account, where the person had one",
        "restored": "the account, which an administrator has restored",
        "failed": "the account, unless it is gone since",
        "not_searched": "an account, if the person has one there",
    }
)
"""By outcome, what may be left; of the other outcomes nothing is."""
AUDIT_LEFT = frozenset({"purged", "soft_deleted", "already_soft_deleted", "restored", "failed"})
"""Where the person had an account of which the directory's audit events tell."""
AUDIT_EVENTS = "audit events of the directory"
RECORD = "the record of the request and its journal, without what names the person"
EVIDENCE = "this receipt and the journal that it vouches for"
APP = "privacy request app"

"""Read the account again just before something is done to it: it must still be the one that was pinned."""

from shared.domain.account import Account
from shared.domain.errors import AskOperator
from shared.domain.ports import Directory
from shared.domain.request import PrivacyRequest

CHANGED = "account_changed"


async def second_look(directory: Directory, pinned: Account, request: PrivacyRequest) -> Account | None:
    """The account as it stands, None if it is not among the users. Raises `AskOperator` if it is another."""
    present = await directory.account(pinned.object_id)
    if present is not None:
        check_same_person(pinned, present, request)
    return present


def check_same_person(pinned: Account, present: Account, request: PrivacyRequest) -> None:
    """Raise `AskOperator` unless it has the identities that were pinned, and is older than the request.

    An app may have submitted it long after the person asked: whoever came in between is somebody else.
    """
    asked_at = min(request.received_at, request.accepted_at)
    made_since = present.created_at is not None and present.created_at > asked_at
    if sorted(present.identities) != sorted(pinned.identities) or made_since:
        raise AskOperator(CHANGED)

"""Users as Graph writes them, read into values of the domain."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from shared.adapters.graph.calls import Call
from shared.domain.account import Account, Contact, Identity, RecycledAccount
from shared.domain.errors import DirectoryUnavailable
from shared.domain.ports import JsonObject, JsonValue


def account_from(call: Call, user: JsonObject) -> Account:
    """A user with its identities. Raises `DirectoryUnavailable` for one without id or name."""
    identities = _identities(user.get("identities"))
    return Account(
        object_id=text(call, user, "id"),
        user_principal_name=text(call, user, "userPrincipalName"),
        identities=identities,
        created_at=moment(user.get("createdDateTime")),
        contact=_contact(user, identities),
    )


def recycled_from(call: Call, item: JsonObject) -> RecycledAccount:
    """A user in the recycle bin. Raises `DirectoryUnavailable` where it is not said since when."""
    deleted_at = moment(item.get("deletedDateTime"))
    if deleted_at is None:
        raise DirectoryUnavailable(call.name)
    return RecycledAccount(text(call, item, "id"), deleted_at)


def moment(value: JsonValue) -> datetime | None:
    """A time of Graph, in UTC, cut to microseconds (Graph writes up to seven digits)."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def without_annotations(item: JsonObject) -> JsonObject:
    """The properties alone, without what OData says about them (`@odata.context`, `x@odata.type`)."""
    return {name: value for name, value in item.items() if "@odata." not in name}


def text(call: Call, item: JsonObject, name: str) -> str:
    """A property that is always there. Raises `DirectoryUnavailable` where it is not."""
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise DirectoryUnavailable(call.name)
    return value


def _contact(user: JsonObject, identities: Sequence[Identity]) -> Contact | None:
    """The address that the person signs in with; else one that is kept with the account."""
    language = user.get("preferredLanguage")
    spoken = language if isinstance(language, str) else None
    for identity in identities:
        if identity.is_email and _is_address(identity.issuer_assigned_id):
            return Contact(identity.issuer_assigned_id, spoken, signs_in=True)
    others = user.get("otherMails")
    for address in (user.get("mail"), *(others if isinstance(others, list) else ())):
        if isinstance(address, str) and _is_address(address):
            return Contact(address, spoken, signs_in=False)
    return None


def _is_address(text: str) -> bool:
    name, _, domain = text.partition("@")
    return bool(name and domain) and "@" not in domain and text.isprintable() and " " not in text


def _identities(value: JsonValue) -> tuple[Identity, ...]:
    if not isinstance(value, list):
        return ()
    read = (_identity(item) for item in value if isinstance(item, Mapping))
    return tuple(identity for identity in read if identity)


def _identity(item: JsonObject) -> Identity | None:
    kind, issuer, name = (item.get(key) for key in ("signInType", "issuer", "issuerAssignedId"))
    if isinstance(kind, str) and isinstance(issuer, str) and isinstance(name, str):
        return Identity(kind, issuer, name)
    return None  # of no use to find anybody by; Graph leaves values null for some providers

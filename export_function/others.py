"""Mask what is other people's in a person's audit events (GDPR Art. 15(4)); what is the person's own stays.

An event names who did it and to whom. If that is somebody else, name, id and address are masked; the kind of
event, its time and its result stay. Where somebody else acted, the client's address and program are theirs.
"""

from collections.abc import Callable, Iterable, Mapping

from shared.domain.account import Account
from shared.domain.ports import JsonObject, JsonValue

MASK = "[somebody else]"
WHO = frozenset({"id", "displayName", "userPrincipalName", "ipAddress", "homeTenantId", "homeTenantName"})
CLIENT = ("clientipaddress", "ipaddress", "ip address", "user-agent", "client")
"""Keys of `additionalDetails`, in lower case, that tell of the device of whoever acted."""


def masking_others(person: Iterable[Account]) -> Callable[[JsonObject], JsonObject]:
    """What shows an event to the person who has these accounts."""
    own = frozenset(_names(person))

    def shown(event: JsonObject) -> JsonObject:
        return _shown(event, own)

    return shown


def _names(person: Iterable[Account]) -> Iterable[str]:
    for account in person:
        object_id, name = account.object_id.lower(), account.user_principal_name.lower()
        yield from (object_id, name, f"{object_id.replace('-', '')}{name}")
        yield from (identity.issuer_assigned_id.lower() for identity in account.identities)


def _shown(event: JsonObject, own: frozenset[str]) -> JsonObject:
    initiated, targets = event.get("initiatedBy"), event.get("targetResources")
    user = initiated.get("user") if isinstance(initiated, Mapping) else None
    somebody_else_acted = isinstance(user, Mapping) and not _is_own(user, own)
    masked: dict[str, JsonValue] = dict(event)
    if isinstance(initiated, Mapping) and isinstance(user, Mapping) and somebody_else_acted:
        masked["initiatedBy"] = {**initiated, "user": _without_who(user)}
        masked["additionalDetails"] = _without_client(event.get("additionalDetails"))
    if isinstance(targets, list):
        masked["targetResources"] = [_target(target, own) for target in targets]
    return masked


def _target(target: JsonValue, own: frozenset[str]) -> JsonValue:
    if not isinstance(target, Mapping) or target.get("type") != "User" or _is_own(target, own):
        return target
    changes = target.get("modifiedProperties")
    hidden = [_without_values(change) for change in changes] if isinstance(changes, list) else changes
    return {**_without_who(target), "modifiedProperties": hidden}


def _is_own(who: JsonObject, own: frozenset[str]) -> bool:
    named = [str(who[key]).lower() for key in ("id", "userPrincipalName") if who.get(key)]
    return any(name in own for name in named)


def _without_who(who: JsonObject) -> dict[str, JsonValue]:
    return {key: MASK if key in WHO and value is not None else value for key, value in who.items()}


def _without_values(change: JsonValue) -> JsonValue:
    if not isinstance(change, Mapping):
        return change
    return {
        key: MASK if key in {"oldValue", "newValue"} and value is not None else value
        for key, value in change.items()
    }


def _without_client(details: JsonValue) -> JsonValue:
    if not isinstance(details, list):
        return details
    return [
        {**detail, "value": MASK}
        if isinstance(detail, Mapping) and str(detail.get("key")).lower() in CLIENT
        else detail
        for detail in details
    ]

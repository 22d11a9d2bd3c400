"""Mask what is other people's in a person's audit events (GDPR Art. 15(4)); what is the person's own stays.

An event names who did it and to whom. Of somebody else, nothing stays but of which type they are, and which
of their properties changed; the kind of event, its time and its result stay. Where somebody else acted, the
client's address and program are theirs. Their ids, names and addresses are masked wherever else the event
repeats them, as "Add app role assignment" does among what changed of the application.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from export_function.mentions import MASK, masking_mentions
from shared.domain.account import Account
from shared.domain.ports import JsonObject, JsonValue

NAMES = ("id", "userPrincipalName", "ipAddress")
"""By which an event names people, each alone one's own (Graph `auditUserIdentity`, `targetResource`)."""
TYPES = frozenset({"@odata.type", "type", "groupType", "userType"})
"""What says of which type somebody is, not who."""
CLIENT = ("clientipaddress", "ipaddress", "ip address", "user-agent", "client")
"""Keys of `additionalDetails`, in lower case, that tell of the device of whoever acted."""
REPEATING = ("resultReason", "additionalDetails", "targetResources")
"""Where an event may repeat who it is about."""


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
    others = [one for one in _people(event) if _is_other(one, own)]
    if not others:
        return event
    return _without_mentions(_without_targets(_without_initiator(event, own), own), others, own)


def _people(event: JsonObject) -> Iterator[JsonValue]:
    yield _initiator(event)
    targets = event.get("targetResources")
    yield from filter(_is_person, targets if isinstance(targets, list) else [])


def _initiator(event: JsonObject) -> JsonValue:
    initiated = event.get("initiatedBy")
    return initiated.get("user") if isinstance(initiated, Mapping) else None


def _is_person(target: JsonValue) -> bool:
    if not isinstance(target, Mapping):
        return False
    return target.get("type") == "User" or bool(target.get("userPrincipalName"))


def _is_other(who: JsonValue, own: frozenset[str]) -> bool:
    """Whether somebody is named, and not the person; Graph leaves empty who did it where nobody is known."""
    if not isinstance(who, Mapping):
        return False
    named = [str(who[key]).lower() for key in ("id", "userPrincipalName") if who.get(key)]
    if not own.isdisjoint(named):
        return False
    return any(value for key, value in who.items() if key not in TYPES)


def _without_initiator(event: JsonObject, own: frozenset[str]) -> JsonObject:
    initiated, user = event.get("initiatedBy"), _initiator(event)
    if not isinstance(initiated, Mapping) or not _is_other(user, own):
        return event
    details = {name: _without_client(event[name]) for name in ("additionalDetails",) if name in event}
    return {**event, "initiatedBy": {**initiated, "user": _masked(user)}, **details}


def _without_targets(event: JsonObject, own: frozenset[str]) -> JsonObject:
    targets = event.get("targetResources")
    if not isinstance(targets, list):
        return event
    shown = [_masked(one) if _is_person(one) and _is_other(one, own) else one for one in targets]
    return {**event, "targetResources": shown}


def _masked(who: JsonValue) -> JsonValue:
    if not isinstance(who, Mapping):
        return who
    return {key: _masked_value(key, value) for key, value in who.items()}


def _masked_value(key: str, value: JsonValue) -> JsonValue:
    if key == "modifiedProperties" and isinstance(value, list):
        return [_without_values(change) for change in value]
    return value if key in TYPES or value is None else MASK


def _without_values(change: JsonValue) -> JsonValue:
    if not isinstance(change, Mapping):
        return MASK
    return {key: value if key == "displayName" or value is None else MASK for key, value in change.items()}


def _without_client(details: JsonValue) -> JsonValue:
    if not isinstance(details, list):
        return details
    return [
        {**detail, "value": MASK}
        if isinstance(detail, Mapping) and str(detail.get("key")).lower() in CLIENT
        else detail
        for detail in details
    ]


def _without_mentions(event: JsonObject, others: Iterable[JsonValue], own: frozenset[str]) -> JsonObject:
    theirs = frozenset(name for one in others for name in _named_by(one) if name.lower() not in own)
    if not theirs:
        return event
    masked = masking_mentions(theirs)
    return {key: masked(value) if key in REPEATING else value for key, value in event.items()}


def _named_by(who: JsonValue) -> Iterator[str]:
    held = who if isinstance(who, Mapping) else {}
    values = (held.get(key) for key in NAMES)
    yield from (value for value in values if isinstance(value, str) and value)

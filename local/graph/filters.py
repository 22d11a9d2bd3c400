"""The `$filter` forms that Graph documents for the lists simulated here; anything else is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.graph.answers import GraphError, bad_query
from local.graph.directory import Json

_TEXT = r"'((?:[^']|'')*)'"
_ANY = re.compile(rf"identities/any\((\w+):\1/(\w+) eq {_TEXT} and \1/(\w+) eq {_TEXT}\)")
_EQUALS = re.compile(rf"(userPrincipalName|mail) eq {_TEXT}")
_OTHER_MAILS = re.compile(rf"otherMails/any\((\w+):\1 eq {_TEXT}\)")
_TARGET = re.compile(rf"targetResources/any\((\w+): ?\1/id eq {_TEXT}\)")
_INITIATOR = re.compile(rf"initiatedBy/user/id eq {_TEXT}")
_TIME = re.compile(r"activityDateTime (ge|le) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)")
_FIELD = re.compile(rf"(activityDisplayName|loggedByService|correlationId|id) eq {_TEXT}")

Test = Callable[[Json], bool]


def user_test(text: str, domain: str) -> Test:
    """Whether a user is meant. Raises `GraphError` (400) for forms that Graph refuses."""
    if found := _ANY.fullmatch(text):
        parts = {found[2]: _unquoted(found[3]), found[4]: _unquoted(found[5])}
        if set(parts) != {"issuer", "issuerAssignedId"}:
            raise bad_query("Unsupported query on property 'ObjectIdentity'.")
        return _identity_test(parts["issuer"], parts["issuerAssignedId"], domain)
    if found := _EQUALS.fullmatch(text):
        name, wanted = found[1], _unquoted(found[2]).lower()
        return lambda user: str(user.get(name) or "").lower() == wanted
    if found := _OTHER_MAILS.fullmatch(text):
        wanted = _unquoted(found[2]).lower()
        return lambda user: wanted in [str(mail).lower() for mail in _items(user, "otherMails")]
    raise bad_query("Unsupported Query.")


def _identity_test(issuer: str, assigned: str, domain: str) -> Test:
    def test(user: Json) -> bool:
        return any(_holds(identity, issuer, assigned) for identity in _items(user, "identities"))

    # Graph stores an address in the tenant's own domain as the user principal name.
    return (lambda _user: False) if assigned.lower().endswith(f"@{domain.lower()}") else test


def _holds(identity: object, issuer: str, assigned: str) -> bool:
    if not isinstance(identity, dict) or identity["signInType"] == "userPrincipalName":
        return False
    if str(identity["issuerAssignedId"]).lower() != assigned.lower():
        return False
    # For local accounts Graph ignores the issuer, by design; for federated ones both must fit.
    return bool(identity["signInType"] != "federated" or identity["issuer"] == issuer)


@dataclass(frozen=True)
class AuditQuery:
    """Which events: at most one of target and initiator, and further tests."""

    target: str | None
    initiator: str | None
    tests: tuple[Test, ...]


def audit_query(text: str) -> AuditQuery:
    """Read the filter of a list of audit events. Raises `GraphError` (400)."""
    target = initiator = None
    tests: list[Test] = []
    for part in re.split(r" and (?=(?:[^']*'[^']*')*[^']*$)", text):
        if found := _TARGET.fullmatch(part):
            target = _unquoted(found[2])
        elif found := _INITIATOR.fullmatch(part):
            initiator = _unquoted(found[1])
        else:
            tests.append(_event_test(part))
    return AuditQuery(target, initiator, tuple(tests))


def _event_test(part: str) -> Test:
    if found := _TIME.fullmatch(part):
        operator, moment = found[1], found[2]
        if operator == "ge":
            return lambda event: str(event["activityDateTime"]) >= moment
        return lambda event: str(event["activityDateTime"]) <= moment
    if found := _FIELD.fullmatch(part):
        name, wanted = found[1], _unquoted(found[2])
        return lambda event: event[name] == wanted
    raise GraphError(400, "BadRequest", "Invalid filter clause")


def _unquoted(text: str) -> str:
    return text.replace("''", "'")


def _items(user: Json, name: str) -> list[object]:
    value = user.get(name)
    return value if isinstance(value, list) else []

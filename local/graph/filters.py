"""The `$filter` forms that Graph documents for the lists simulated here.

What Graph refuses is 400 here as well; what it would take and the simulator does not know is 501.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.graph.answers import GraphError, bad_query, unknown
from local.graph.directory import Json

_TEXT = r"'((?:[^']|'')*)'"
_IDENTITY = re.compile(rf"identities/any\((\w+): ?\1/(\w+) eq {_TEXT} and \1/(\w+) eq {_TEXT}\)")
_EQUALS = re.compile(rf"(userPrincipalName|mail) eq {_TEXT}")
_BEGINS = re.compile(rf"startswith\((displayName|userPrincipalName), ?{_TEXT}\)")
_OTHER_MAILS = re.compile(rf"otherMails/any\((\w+): ?\1 eq {_TEXT}\)")
_ADVANCED = re.compile(r"\b(ne|not|endswith)\b|\$count", re.IGNORECASE)

_TARGET = re.compile(rf"targetResources/any\((\w+): ?\1/id eq {_TEXT}\)")
_INITIATOR = re.compile(rf"initiatedBy/user/id eq {_TEXT}")
_MOMENT = r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z)?"
_TIME = re.compile(rf"activityDateTime (eq|ge|le) {_MOMENT}")
_USER_OR_APP = "initiatedBy/user/(?:displayName|userPrincipalName)|initiatedBy/app/(?:appId|displayName)"
_FIELD = re.compile(rf"(activityDisplayName|loggedByService|correlationId|id|{_USER_OR_APP}) eq {_TEXT}")
_STARTS = re.compile(
    rf"startswith\((activityDisplayName|initiatedBy/user/userPrincipalName), ?{_TEXT}\)", re.IGNORECASE
)
_TARGET_IS = re.compile(rf"targetResources/any\((\w+): ?\1/displayName eq {_TEXT}\)")
_TARGET_STARTS = re.compile(
    rf"targetResources/any\((\w+): ?startswith\(\1/displayName, ?{_TEXT}\)\)", re.IGNORECASE
)
_AND = re.compile(r" and (?=(?:[^']*'[^']*')*[^']*$)")

Test = Callable[[Json], bool]


def user_test(text: str, domain: str) -> Test:
    """Whether a user is meant. Raises `GraphError`."""
    if found := _IDENTITY.fullmatch(text):
        parts = {found[2]: _unquoted(found[3]), found[4]: _unquoted(found[5])}
        if set(parts) == {"issuer", "issuerAssignedId"}:
            return _identity_test(parts["issuer"], parts["issuerAssignedId"], domain)
    if found := _EQUALS.fullmatch(text):
        name, wanted = found[1], _unquoted(found[2]).lower()
        return lambda user: str(user.get(name) or "").lower() == wanted
    if found := _BEGINS.fullmatch(text):
        name, begin = found[1], _unquoted(found[2]).lower()
        return lambda user: str(user.get(name) or "").lower().startswith(begin)
    if found := _OTHER_MAILS.fullmatch(text):
        wanted = _unquoted(found[2]).lower()
        return lambda user: wanted in [str(mail).lower() for mail in _items(user, "otherMails")]
    raise _refusal(_form_of(text))


def _refusal(form: str) -> GraphError:
    if "identities/" in form and "startswith(" in form.lower():
        text = "Unsupported property or property value or combination of property and operation occured"
        return GraphError(400, "Request_BadRequest", text)
    if "identities/" in form:
        return bad_query("Unsupported query on property 'ObjectIdentity'.")
    if _ADVANCED.search(form):
        return bad_query("Unsupported Query.")
    return unknown(f"the filter {form} on users")


def _identity_test(issuer: str, assigned: str, domain: str) -> Test:
    own = assigned.lower().endswith(f"@{domain.lower()}")

    def holds(identity: object) -> bool:
        if not isinstance(identity, dict) or identity["signInType"] == "userPrincipalName":
            return False
        if str(identity["issuerAssignedId"]).lower() != assigned.lower():
            return False
        # Federated: both must fit. Local: Graph ignores the issuer, by design, and has stored an
        # address in the tenant's own domain as the user principal name, out of this filter's sight.
        return bool(identity["issuer"] == issuer) if identity["signInType"] == "federated" else not own

    return lambda user: any(map(holds, _items(user, "identities")))


_USER_ID = re.compile(rf"userId eq {_TEXT}")
_UNTIL = re.compile(rf"createdDateTime le {_MOMENT}")


def _form_of(text: str) -> str:
    """A filter without its values."""
    return re.sub(_TEXT, "''", text)


def user_id_query(text: str) -> str:
    """The user whose items a filter asks for. Raises `GraphError`."""
    found = _USER_ID.fullmatch(text)
    if found is None:
        raise unknown(f"the filter {_form_of(text)}")
    return _unquoted(found[1]).lower()


def sign_in_query(text: str) -> tuple[str, str | None]:
    """The user whose sign-ins a filter asks for, and until when. Raises `GraphError`."""
    user, *rest = _AND.split(text)
    until = _UNTIL.fullmatch(rest[0]) if len(rest) == 1 else None
    if rest and until is None:
        raise unknown(f"the filter {_form_of(text)} on sign-ins")
    end = f"{until[1]}T{until[2] or '00:00:00'}.{until[3] or '':0<7}Z" if until else None
    return user_id_query(user), end


@dataclass(frozen=True)
class AuditQuery:
    """Which events: at most one target and one initiator, and further tests."""

    target: str | None
    initiator: str | None
    tests: tuple[Test, ...]


def audit_query(text: str) -> AuditQuery:
    """Read the filter of a list of audit events, "" for none. Raises `GraphError`."""
    targets: list[str] = []
    initiators: list[str] = []
    tests: list[Test] = []
    for part in _AND.split(text) if text else ():
        if found := _TARGET.fullmatch(part):
            targets.append(_unquoted(found[2]).lower())
        elif found := _INITIATOR.fullmatch(part):
            initiators.append(_unquoted(found[1]).lower())
        else:
            tests.append(_event_test(part))
    return AuditQuery(_only(targets), _only(initiators), tuple(tests))


def _only(ids: list[str]) -> str | None:
    if len(ids) > 1:
        raise unknown("a filter with two targets or two initiators")
    return ids[0] if ids else None


def _event_test(part: str) -> Test:
    if found := _TIME.fullmatch(part):
        return _time_test(found[1], f"{found[2]}T{found[3] or '00:00:00'}.{found[4] or '':0<7}Z")
    if found := _FIELD.fullmatch(part):
        name, wanted = found[1], _unquoted(found[2])
        return lambda event: _at(event, name) == wanted
    if found := _STARTS.fullmatch(part):
        name, begin = found[1], _unquoted(found[2])
        return lambda event: str(_at(event, name) or "").startswith(begin)
    return _target_test(part)


def _time_test(operator: str, moment: str) -> Test:
    # Events have seven digits, and so has `moment` by now: as text they compare as times do.
    if operator == "ge":
        return lambda event: str(event["activityDateTime"]) >= moment
    if operator == "le":
        return lambda event: str(event["activityDateTime"]) <= moment
    return lambda event: event["activityDateTime"] == moment


def _target_test(part: str) -> Test:
    if found := _TARGET_IS.fullmatch(part):
        wanted = _unquoted(found[2])
        return lambda event: wanted in _target_names(event)
    if found := _TARGET_STARTS.fullmatch(part):
        begin = _unquoted(found[2])
        return lambda event: any(name.startswith(begin) for name in _target_names(event))
    raise GraphError(400, "BadRequest", "Invalid filter clause")


def _target_names(event: Json) -> list[str]:
    return [str(_at(target, "displayName") or "") for target in _items(event, "targetResources")]


def _at(value: object, path: str) -> object:
    for name in path.split("/"):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _unquoted(text: str) -> str:
    return text.replace("''", "'")


def _items(holder: Json, name: str) -> list[object]:
    value = holder.get(name)
    return value if isinstance(value, list) else []

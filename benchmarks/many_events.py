"""Audit events of one person as Graph gives them: as many as wanted, made when they are asked for.

Shaped as the simulator's (`local/graph/people.py`), with the details that Azure AD B2C and the core directory
write: sign-ins (the person is the target), changes of the own profile (target and initiator, hence in both
lists), changes of others (initiator). About 2.3 KB each.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

PAGE = 1000
NEWEST = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001 - written with a Z behind it
APART = timedelta(seconds=2.5)
"""So that 200,000 are six days."""
TARGET, INITIATOR = "target", "initiator"
_IN = {TARGET: (0, 1), INITIATOR: (1, 2)}
"""The kinds of event of each list; an event's kind is its number modulo 3."""


@dataclass(frozen=True)
class Person:
    """Somebody with so many events; both are told by the object id."""

    events: int
    number: int = 0

    @property
    def object_id(self) -> str:
        """The id of the user."""
        return f"{self.events:08x}-0000-4000-8000-{self.number:012x}"


def person_of(object_id: str) -> Person:
    """Whose id it is."""
    return Person(int(object_id[:8], 16), int(object_id[-12:], 16))


def first_at(until: str) -> int:
    """The number of the newest event of `until` and before."""
    return max(0, -((datetime.fromisoformat(until.rstrip("Z")) - NEWEST) // APART))


def events_of(person: Person, role: str, first: int) -> Iterator[tuple[int, str]]:
    """A list from event `first` on, newest first: each with its number, as JSON."""
    templates = [_template(person.object_id, kind) for kind in range(3)]
    for number in range(first, person.events):
        if number % 3 in _IN[role]:
            yield number, templates[number % 3] % _varying(person, number)


def _varying(person: Person, number: int) -> dict[str, str]:
    dice = hashlib.sha256(f"{person.number} {number}".encode()).hexdigest()
    guids = (f"{half[:8]}-{half[8:12]}-4{half[13:16]}-a{half[17:20]}-{half[20:]}" for half in _halves(dice))
    correlation, other = guids
    when = f"{(NEWEST - APART * number).isoformat(timespec='microseconds')}{dice[0] if dice[0] < 'a' else 0}Z"
    address = f"198.51.100.{int(dice[:2], 16)}"
    return {"id": dice[:24], "when": when, "correlation": correlation, "other": other, "address": address}


def _halves(text: str) -> tuple[str, str]:
    return text[:32], text[32:]


def _template(object_id: str, kind: int) -> str:
    made = _sign_in(object_id) if kind == 0 else _update(object_id, object_id if kind == 1 else "%(other)s")
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _sign_in(object_id: str) -> dict[str, object]:
    return {
        "id": "B2C_%(id)s_4711",
        "category": "Authentication",
        "correlationId": "%(correlation)s",
        "result": "success",
        "resultReason": "N/A",
        "activityDisplayName": "Issue an id_token to the application",
        "activityDateTime": "%(when)s",
        "loggedByService": "B2C",
        "operationType": "",
        "initiatedBy": {"user": None, "app": _app("Shop")},
        "targetResources": [_target("User", object_id, ())],
        "additionalDetails": _details(object_id),
    }


def _update(object_id: str, target: str) -> dict[str, object]:
    attributes = ("displayName", "city", "extension_0123456789abcdef0123456789abcdef_LoyaltyNumber")
    changes = tuple(_change(name, f"Zoë {name}", f"Þóra {name} %(id)s") for name in attributes)
    return {
        "id": "Directory_%(id)s",
        "category": "UserManagement",
        "correlationId": "%(correlation)s",
        "result": "success",
        "resultReason": "",
        "activityDisplayName": "Update user",
        "activityDateTime": "%(when)s",
        "loggedByService": "Core Directory",
        "operationType": "Update",
        "initiatedBy": {"user": _user(object_id), "app": None},
        "targetResources": [
            _target("User", target, (*changes, _change("Included Updated Properties", None, "displayName"))),
            _target("Directory", "c0ffee00-0000-4000-8000-000000000001", ()),
        ],
        "additionalDetails": _details(object_id),
    }


def _app(name: str) -> dict[str, object]:
    app = "9f5e2c1a-7b3d-4e8f-9a6b-1c2d3e4f5a6b"
    return {"appId": app, "displayName": name, "servicePrincipalId": app, "servicePrincipalName": None}


def _user(object_id: str) -> dict[str, object]:
    names = ("displayName", "userPrincipalName", "homeTenantId", "homeTenantName")
    return {"id": object_id, "ipAddress": "%(address)s", "userType": "Member", **dict.fromkeys(names)}


def _target(kind: str, object_id: str, changes: tuple[dict[str, object], ...]) -> dict[str, object]:
    nothing = dict.fromkeys(("displayName", "userPrincipalName", "groupType"))
    return {"id": object_id, "type": kind, **nothing, "modifiedProperties": list(changes)}


def _change(name: str, old: str | None, new: str) -> dict[str, object]:
    """Values are JSON within JSON."""
    inner = [json.dumps([value], ensure_ascii=False) if value else None for value in (old, new)]
    return {"displayName": name, "oldValue": inner[0], "newValue": inner[1]}


def _details(object_id: str) -> list[dict[str, object]]:
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
    details = {
        "TenantId": "contoso.onmicrosoft.com",
        "PolicyId": "B2C_1A_SIGNUP_SIGNIN",
        "ApplicationId": "9f5e2c1a-7b3d-4e8f-9a6b-1c2d3e4f5a6b",
        "Client": agent,
        "User-Agent": agent,
        "IdentityProviderName": "Azure AD B2C",
        "IdentityProviderApplicationId": object_id,
        "ClientIpAddress": "%(address)s",
        "RequestId": "%(other)s",
        "SessionTransaction": "%(id)s.%(correlation)s",
        "DomainName": "contoso.b2clogin.com",
    }
    return [{"key": key, "value": value} for key, value in details.items()]

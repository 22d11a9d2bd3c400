"""What the simulator holds on somebody, and what of it an export must have, without any of the app's code.

The rule of masking: an event names people as who did it (`initiatedBy.user`) and to whom (targets of type
User, or with a principal name). Who has neither an id nor a principal name of the person is somebody else. Of
them, all is masked but of what type they are and which of their properties changed. Where they acted, the
device among the details is masked. Their ids, principal names and addresses are masked in the reason, the
details and the targets. Whatever else stands in the person's own profile, records, sign-ins and events is
theirs.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.end_to_end.crowds import Crowd
from tests.end_to_end.dealing import Account, Human, Json
from tests.end_to_end.user_properties import CUSTOM, LEFT_OUT
from tests.running import Simulator

MASK = "[somebody else]"
FILES: Mapping[str, tuple[str, str]] = {
    "memberOf": ("memberships", "memberships.json"),
    "appRoleAssignments": ("appRoleAssignments", "app-role-assignments.json"),
    "oauth2PermissionGrants": ("oauth2PermissionGrants", "consents.json"),
    "ownedObjects": ("ownedObjects", "owned-objects.json"),
    "ownedDevices": ("ownedDevices", "owned-devices.json"),
    "registeredDevices": ("registeredDevices", "registered-devices.json"),
    "extensions": ("extensions", "extensions.json"),
    "authentication/methods": ("authenticationMethods", "authentication-methods.json"),
    "riskyUser": ("riskyUser", "risky-user.json"),
    "riskDetections": ("riskDetections", "risk-detections.json"),
    "photo": ("photo", "photo.jpg"),
    "signIns": ("signIns", "sign-ins.ndjson"),
}
"""Section and file of what is kept beside the account."""
LONG = "<b>'=1+1," * 100_000
"""A megabyte, in one property of one person; put here so that Hypothesis need not show it."""
Told = tuple[str, str | None, int]
"""State, reason and count of a section."""
OPTIONAL = frozenset({"extensions", "photo", "riskyUser", "riskDetections", "signIns"})


def put(graph: Simulator, crowd: Crowd, attributes: Mapping[str, Mapping[str, str]]) -> None:
    """Have the simulator hold the crowd; `attributes` are the full names of custom ones, by tenant."""
    graph.ask("POST", "licence", premium=crowd.premium)
    long = {"city": LONG + crowd.humans[0].tag}
    for human in crowd.humans:
        for account in human.accounts:
            body = {**account.body, **(long if human is crowd.humans[0] else {})}
            graph.add(account.tenant, named(body, attributes[account.tenant]))
    for tenant, events in crowd.events.items():
        graph.note_events(tenant, events)


def named(body: Json, attributes: Mapping[str, str]) -> Json:
    return {attributes.get(name.removeprefix(CUSTOM), name): value for name, value in body.items()}


@dataclass(frozen=True)
class Held:
    """All that the simulator has on an account."""

    user: Json
    related: Mapping[str, Sequence[Json]]
    events: Sequence[Json]


def held(graph: Simulator, account: Account) -> Held:
    """As of now, from its own store."""
    where = f"{account.tenant}/{account.object_id}"
    user, related, events = (
        graph.ask("GET", f"{what}/{where}").json() for what in ("users", "related", "events")
    )
    return Held(user["user"], related, events["events"])


def profile_of(user: Json, profile: Json) -> Json:
    """The profile as it must be: what is held but for `LEFT_OUT`; what else was asked for is empty."""
    kept = {name: value for name, value in user.items() if name not in LEFT_OUT}
    return {**{name: value for name, value in profile.items() if value in (None, [])}, **kept}


def records_of(name: str, records: Sequence[Json]) -> Sequence[Json]:
    """Records as they must be: of ways to prove who one is, without the secrets."""
    secrets = {"password", "secretKey"} if name == "authentication/methods" else set()
    return [{key: value for key, value in one.items() if key not in secrets} for one in records]


def of_count(count: int) -> Told:
    return ("collected" if count else "empty", None, count)


def sections_of(has: Held, crowd: Crowd) -> dict[str, Told]:
    """What the manifest must say of each section."""
    counts = {FILES[name][0]: len(has.related.get(name, ())) for name in FILES}
    told: dict[str, Told] = {name: of_count(count) for name, count in counts.items()}
    told |= {"profile": of_count(1), "directoryAudits": of_count(len(has.events))}
    told |= {} if crowd.premium else {"signIns": ("not_available", "licence", 0)}
    told |= {"riskDetections": ("not_available", "permission_missing", 0)} if crowd.forbidden else {}
    return told | dict.fromkeys(crowd.off, ("not_available", "switched_off", 0))


def photo_of(has: Held) -> bytes:
    return base64.b64decode(str(has.related["photo"][0]["content"]))


def event_as_shown(event: Json, human: Human) -> Json:
    """The event as the human may see it."""
    others = [one for one in people_in(event) if not is_of(one, human)]
    initiated, shown = event["initiatedBy"], dict(event)
    assert isinstance(initiated, dict)
    if initiated["user"] in others:
        shown["initiatedBy"] = {**initiated, "user": masked(initiated["user"])}
        if "additionalDetails" in event:
            shown["additionalDetails"] = [without_device(one) for one in listed(event, "additionalDetails")]
    targets = listed(event, "targetResources")
    shown["targetResources"] = [masked(one) if one in others else one for one in targets]
    repeating = {"resultReason", "additionalDetails", "targetResources"}
    names = {name for one in others for name in names_in(one, "id", "userPrincipalName", "ipAddress")}
    return {key: unnamed(value, names) if key in repeating else value for key, value in shown.items()}


def is_of(who: Json, human: Human) -> bool:
    own = {name for one in human.accounts for name in (one.object_id, one.name)}
    return bool(own & names_in(who, "id", "userPrincipalName"))


def names_in(who: Json, *keys: str) -> set[str]:
    return {str(who[key]) for key in keys if who.get(key)}


def people_in(event: Json) -> Iterator[Json]:
    initiated = event["initiatedBy"]
    assert isinstance(initiated, dict)
    if initiated["user"] and any(initiated["user"].values()):
        yield initiated["user"]
    yield from (one for one in listed(event, "targetResources") if one["type"] == "User")


def listed(event: Json, name: str) -> list[Json]:
    value = event[name]
    assert isinstance(value, list)
    return value


def masked(who: Json) -> Json:
    kept = {"@odata.type", "type", "groupType", "userType"}
    shown = {key: value if key in kept or value is None else MASK for key, value in who.items()}
    if "modifiedProperties" in who:
        shown["modifiedProperties"] = [
            {"displayName": one["displayName"], "oldValue": None, "newValue": MASK}
            for one in listed(who, "modifiedProperties")
        ]
    return shown


def without_device(detail: Json) -> Json:
    return {**detail, "value": MASK} if detail["key"] in {"User-Agent", "ClientIpAddress"} else detail


def unnamed(value: object, names: set[str]) -> object:
    if isinstance(value, str):
        for name in names:
            value = re.sub(re.escape(name), MASK, str(value), flags=re.IGNORECASE)
        return value
    if isinstance(value, dict):
        return {key: unnamed(one, names) for key, one in value.items()}
    return [unnamed(one, names) for one in value] if isinstance(value, list) else value

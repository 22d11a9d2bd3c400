"""Tenants and people, the same for the same seed."""

import random
import uuid
from datetime import UTC, datetime, timedelta

from local.graph.directory import Json, Tenant
from local.graph.related_people import give

TENANTS = ("contoso", "fabrikam", "litware", "tailspin", "northwind", "adatum", "wingtip", "proseware")
GIVEN = ("Ada", "Zoë", "Łukasz", "Nuño", "Þóra", "Siobhán", "田中", "محمد", "Ольга", "Jürgen")
SURNAMES = ("O'Brien", "Müller", "Åkesson", "Núñez", "Smith", "太郎", "علي", "Иванова", "D'Angelo", "Søren")
CITIES = ("Zürich", "København", "Kraków", "São Paulo")
ATTRIBUTES = ("LoyaltyNumber", "Newsletter", "ShoeSize", "MemberSince")


def make_tenants(seed: int, tenants: int, users: int, events: int) -> list[Tenant]:
    """`users` accounts spread over `tenants`; the first has exactly `events` audit events.

    Each fifth account is a second one of the person before it, in the next tenant.
    """
    dice = random.Random(seed)  # noqa: S311 - made-up people, the same for the same seed
    made = [_tenant(dice, number) for number in range(tenants)]
    for number in range(users):
        tenant = made[number % tenants]
        person = number - 1 if number % 5 == 4 and tenants > 1 else number
        user = add_user(tenant, _person(tenant, person), dice)
        make_events(tenant, str(user["id"]), _event_count(dice, number, events), dice)
        give(tenant, str(user["id"]), number, dice)
    return made


def add_user(tenant: Tenant, given: Json, dice: random.Random) -> Json:
    """A user of the tenant with what is not given filled in."""
    object_id, spare = _guid(dice), f"{_guid(dice)}@{tenant.domain}"
    listed = _listed(given.get("identities"))
    # An address in the tenant's own domain becomes the user principal name.
    own = [name for name in map(_address, listed) if name.lower().endswith(f"@{tenant.domain}")]
    name = str(given.get("userPrincipalName") or next(iter(own), spare))
    principal = {"signInType": "userPrincipalName", "issuer": tenant.domain, "issuerAssignedId": name}
    user: Json = {
        "id": object_id,
        "accountEnabled": True,
        "businessPhones": [],
        "creationType": "LocalAccount",
        "displayName": "Ada",
        "mail": None,
        "otherMails": [],
        "userPrincipalName": name,
        "userType": "Member",
        "createdDateTime": (datetime.now(UTC) - timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **given,
        "identities": [*(one for one in listed if _address(one).lower() != name.lower()), principal],
    }
    tenant.add(user)
    return user


def make_events(tenant: Tenant, object_id: str, count: int, dice: random.Random) -> None:
    """`count` events that concern the user: mostly as target, some as initiator, some as both."""
    now, served = datetime.now(UTC), timedelta(days=6, hours=20)
    for number in range(count):
        moment = now - served * (count - number) / (count + 1) - timedelta(minutes=1)
        when = moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + f"{dice.randint(0, 9)}Z"
        event = (
            _sign_in(tenant, dice, object_id, when),
            _update(dice, object_id, object_id, when),
            _update(dice, object_id, _guid(dice), when),
        )[number % 3]
        if number % 3 < 2:
            tenant.as_target[object_id].append(event)
        if number % 3 > 0:
            tenant.as_initiator[object_id].append(event)


def _tenant(dice: random.Random, number: int) -> Tenant:
    name = TENANTS[number] if number < len(TENANTS) else f"tenant{number}"
    app = _guid(dice)
    return Tenant(
        name=name,
        tenant_id=_guid(dice),
        domain=f"{name}.onmicrosoft.com",
        client_id=_guid(dice),
        client_secret=f"{dice.getrandbits(160):040x}",
        extensions_app=app,
        extension_names=tuple(f"extension_{app.replace('-', '')}_{attribute}" for attribute in ATTRIBUTES),
    )


def _event_count(dice: random.Random, number: int, events: int) -> int:
    if number == 0:
        return events
    return 0 if number % 7 == 2 else dice.randint(0, min(2 * events, 60))


def _person(tenant: Tenant, number: int) -> Json:
    """The same person in whichever tenant."""
    given, surname = GIVEN[number % len(GIVEN)], SURNAMES[number * 7 % len(SURNAMES)]
    values = (f"L-{number:06}", bool(number % 2), 36 + number % 10, "2020-01-31T00:00:00Z")
    return {
        "displayName": f"{given} {surname}",
        "givenName": given,
        "surname": surname,
        "city": CITIES[number % len(CITIES)],
        "otherMails": [f"person{number}@example.net"],
        "identities": _identities(tenant, number),
        **dict(zip(tenant.extension_names, values, strict=True)),
    }


def _identities(tenant: Tenant, number: int) -> list[Json]:
    address = f"o'brien+{number}@example.com" if number % 5 == 1 else f"person{number}@example.com"
    email: Json = {"signInType": "emailAddress", "issuer": tenant.domain, "issuerAssignedId": address}
    user_name: Json = {
        "signInType": "userName",
        "issuer": tenant.domain,
        "issuerAssignedId": f"person_{number}",
    }
    google: Json = {"signInType": "federated", "issuer": "google.com", "issuerAssignedId": f"10{number:019}"}
    return ([email], [email, user_name], [email, google], [user_name])[number % 4]


def _sign_in(tenant: Tenant, dice: random.Random, object_id: str, when: str) -> Json:
    """Shaped as Microsoft's sample of a B2C event: the user is the target, the app the initiator."""
    details = {
        "TenantId": tenant.domain,
        "PolicyId": "B2C_1_signup_signin",
        "ApplicationId": tenant.client_id,
        "Client": "Mozilla/5.0 (X11; Linux x86_64)",
        "ClientIpAddress": f"198.51.100.{dice.randint(1, 254)}",
    }
    return {
        "id": f"B2C_{dice.getrandbits(64):016X}_{dice.randint(1, 9999999)}",
        "category": "Authentication",
        "correlationId": _guid(dice),
        "result": "success",
        "resultReason": "N/A",
        "activityDisplayName": "Issue an id_token to the application",
        "activityDateTime": when,
        "loggedByService": "B2C",
        "operationType": "",
        "initiatedBy": {"user": None, "app": {"appId": tenant.client_id, "servicePrincipalName": "shop"}},
        "targetResources": [_target(object_id)],
        "additionalDetails": [{"key": key, "value": value} for key, value in details.items()],
    }


def _update(dice: random.Random, object_id: str, target: str, when: str) -> Json:
    return {
        "id": f"Directory_{_guid(dice)}",
        "category": "UserManagement",
        "correlationId": _guid(dice),
        "result": "success",
        "resultReason": "",
        "activityDisplayName": "Update user",
        "activityDateTime": when,
        "loggedByService": "Core Directory",
        "operationType": "Update",
        "initiatedBy": {
            "user": {"id": object_id, "displayName": None, "ipAddress": "198.51.100.7"},
            "app": None,
        },
        "targetResources": [_target(target)],
        "additionalDetails": [],
    }


def _target(object_id: str) -> Json:
    return {
        "id": object_id,
        "displayName": None,
        "type": "User",
        "userPrincipalName": None,
        "groupType": None,
        "modifiedProperties": [],
    }


def _guid(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def _address(identity: object) -> str:
    """The address that a local identity signs in with, or ""."""
    local = isinstance(identity, dict) and str(identity["signInType"]).startswith("emailAddress")
    return str(identity["issuerAssignedId"]) if local and isinstance(identity, dict) else ""


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []

"""What is kept about made-up people beside their accounts: some have much of it, some nothing."""

import base64
import random
from pathlib import Path

from local.graph.directory import Json, Tenant

_JPEG = base64.b64encode(Path(__file__).with_name("photo.jpg").read_bytes()).decode()


def give(tenant: Tenant, object_id: str, number: int, dice: random.Random) -> None:
    """By the person's number: a third has all there is, a third a phone number, the rest nothing."""
    if number % 3 == 2:
        return
    phone: Json = {
        "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
        "id": "3179e48a-750b-4051-897c-87b9720928f7",
        "phoneNumber": f"+49 1515{dice.randint(1000000, 9999999)}",
        "phoneType": "mobile",
        "smsSignInState": "notConfigured",
    }
    tenant.related[object_id] = {"authentication/methods": [phone]}
    if number % 3 == 0:
        tenant.related[object_id] |= _everything(object_id, dice)


def _everything(object_id: str, dice: random.Random) -> dict[str, list[Json]]:
    group: Json = {"@odata.type": "#microsoft.graph.group", "id": _hex(dice), "displayName": "Newsletter"}
    role: Json = {
        "id": _hex(dice),
        "appRoleId": _hex(dice),
        "principalId": object_id,
        "resourceDisplayName": "Shop",
    }
    consent: Json = {
        "id": _hex(dice),
        "consentType": "Principal",
        "principalId": object_id,
        "scope": "openid",
    }
    device: Json = {"@odata.type": "#microsoft.graph.device", "id": _hex(dice), "displayName": "Laptop"}
    extension: Json = {
        "@odata.type": "#microsoft.graph.openTypeExtension",
        "id": "com.contoso.size",
        "size": "M",
    }
    totp: Json = {
        "@odata.type": "#microsoft.graph.softwareOathAuthenticationMethod",
        "id": _hex(dice),
        "secretKey": None,
    }
    return {
        "memberOf": [group],
        "appRoleAssignments": [role],
        "oauth2PermissionGrants": [consent],
        "ownedDevices": [device],
        "registeredDevices": [device],
        "extensions": [extension],
        "photo": [{"content": _JPEG}],
        "riskyUser": [{"id": object_id, "riskLevel": "low", "riskState": "dismissed", "isDeleted": False}],
        "riskDetections": [{"id": _hex(dice), "userId": object_id, "riskEventType": "unfamiliarFeatures"}],
        "authentication/methods": [totp],
    }


def _hex(dice: random.Random) -> str:
    return f"{dice.getrandbits(128):032x}"

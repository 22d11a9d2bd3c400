"""Register applications at the simulator as an administrator does, call by call."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.certificates import Made

GRAPH_APP = "00000003-0000-0000-c000-000000000000"


@dataclass(frozen=True)
class Registered:
    """An application by its object id in its home tenant, its application id, and a secret."""

    object_id: str
    app_id: str
    secret: str


def register(
    graph: httpx.Client, *roles: str, audience: str = "AzureADMyOrg", known: Registered | None = None
) -> Registered:
    """A new application, or one that another tenant knows, with these roles in the administrator's tenant."""
    one = known or _new(graph, audience)
    principal = posted(graph, "servicePrincipals", {"appId": one.app_id})
    offered = principals(graph, GRAPH_APP)[0]
    ids = {role["value"]: role["id"] for role in offered["appRoles"]}
    for role in roles:
        body = {"principalId": principal["id"], "resourceId": offered["id"], "appRoleId": ids[role]}
        posted(graph, f"servicePrincipals/{principal['id']}/appRoleAssignments", body)
    return one


def upload(graph: httpx.Client, one: Registered, made: Made) -> None:
    """Let the application prove itself by a certificate."""
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(made.der).decode()}
    body = {"keyCredentials": [key]}
    graph.patch(f"applications/{one.object_id}", json=body).raise_for_status()


def federate(graph: httpx.Client, one: Registered, identity: Mapping[str, str], audience: str) -> None:
    """Let the application trust a managed identity."""
    issuer = f"{identity['issuer']}/{identity['tenant_id']}/v2.0"
    body = {
        "name": "identity",
        "issuer": issuer,
        "subject": identity["principal_id"],
        "audiences": [audience],
    }
    posted(graph, f"applications/{one.object_id}/federatedIdentityCredentials", body)


def principals(graph: httpx.Client, app_id: str) -> list[dict[str, Any]]:
    """The service principals of an application: one or none."""
    answer = graph.get("servicePrincipals", params={"$filter": f"appId eq '{app_id}'"}).raise_for_status()
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def applications(graph: httpx.Client, app_id: str) -> list[dict[str, Any]]:
    """The applications of an id in their home tenant: one or none."""
    answer = graph.get("applications", params={"$filter": f"appId eq '{app_id}'"}).raise_for_status()
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def posted(graph: httpx.Client, path: str, body: Mapping[str, object]) -> dict[str, str]:
    """What was made."""
    made: dict[str, str] = graph.post(path, json=body).raise_for_status().json()
    return made


def _new(graph: httpx.Client, audience: str) -> Registered:
    made = posted(graph, "applications", {"displayName": f"test {uuid4().hex}", "signInAudience": audience})
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    asked = {"passwordCredential": {"displayName": "test", "endDateTime": ends}}
    secret = posted(graph, f"applications/{made['id']}/addPassword", asked)["secretText"]
    return Registered(made["id"], made["appId"], secret)

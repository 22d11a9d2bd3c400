"""Tenants to run the contract of `Directory` on: one in memory, one in the simulator's own process."""

import base64
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

from shared.domain.account import Account, Identity
from shared.domain.ports import AuditRole, Directory, JsonObject, JsonValue
from shared.domain.sources import Source
from tests.fake_directory import CONSUMER, FakeDirectory
from tests.running import Json, Simulator

Related = Mapping[str, Sequence[JsonObject]]
"""By the last part of Graph's path."""
SOURCES = {
    "memberOf": Source.MEMBERSHIPS,
    "appRoleAssignments": Source.APP_ROLE_ASSIGNMENTS,
    "oauth2PermissionGrants": Source.CONSENTS,
    "ownedObjects": Source.OWNED_OBJECTS,
    "ownedDevices": Source.OWNED_DEVICES,
    "registeredDevices": Source.REGISTERED_DEVICES,
    "extensions": Source.EXTENSIONS,
    "authentication/methods": Source.AUTHENTICATION_METHODS,
    "riskyUser": Source.RISKY_USER,
    "riskDetections": Source.RISK_DETECTIONS,
}

GROUP, ROLE = "#microsoft.graph.group", "#microsoft.graph.directoryRole"
KINDS = {
    "consumer": ("Member", "LocalAccount"),
    "guest": ("Guest", "Invitation"),
    "employee": ("Member", None),
}
"""How Graph tells kinds of accounts apart: user type and creation type."""


class Tenant(Protocol):
    """A tenant that a test can fill before it asks the directory."""

    @property
    def directory(self) -> Directory: ...

    @property
    def domain(self) -> str: ...

    async def person(
        self, *identities: Identity, principal: str | None = None, **properties: JsonValue
    ) -> str:
        """A new user's object id."""

    async def person_with_events(self, count: int) -> tuple[str, set[str]]:
        """A new user's object id, and the ids of the events that concern them."""

    async def person_with(self, related: Related) -> str:
        """A new user's object id, about whom this is kept beside the user."""

    async def person_of_kind(self, kind: str) -> str:
        """A new account's object id: a guest's or an employee's."""

    async def person_in(self, *items: JsonObject) -> str:
        """A new user's object id, who is in these groups and holds these roles."""

    async def group_with(self, *roles: JsonObject) -> JsonObject:
        """A group whose members hold these roles."""

    async def revoked(self, object_id: str) -> bool:
        """Whether the user's sessions have been ended."""

    async def protect(self, object_id: str) -> None:
        """From now on the user may not be deleted for good."""

    async def have_sign_ins(self) -> None:
        """From now on the tenant has the licence that brings them."""


@dataclass
class TenantInMemory:
    directory: FakeDirectory = field(default_factory=lambda: FakeDirectory(without_sign_ins=True))
    domain: str = "contoso.onmicrosoft.com"
    roles_of_groups: dict[str, Sequence[JsonObject]] = field(default_factory=dict)

    async def person(
        self, *identities: Identity, principal: str | None = None, **properties: JsonValue
    ) -> str:
        name = principal or f"{uuid4()}@{self.domain}"
        account = Account(str(uuid4()), name, identities, datetime.now(UTC))
        return self.directory.add(account, dict(properties)).object_id

    async def person_with_events(self, count: int) -> tuple[str, set[str]]:
        object_id = await self.person()
        now = datetime.now(UTC)
        made: list[JsonObject] = [
            {"id": str(uuid4()), "activityDateTime": f"{(now - timedelta(minutes=n)).isoformat()[:26]}0Z"}
            for n in range(count)
        ]
        roles = itertools.cycle(AuditRole)
        self.directory.events += [(object_id, role, event) for role, event in zip(roles, made, strict=False)]
        return object_id, {str(event["id"]) for event in made}

    async def person_with(self, related: Related) -> str:
        object_id = await self.person()
        for name, items in related.items():
            if name == "photo":
                self.directory.photos[object_id] = base64.b64decode(str(items[0]["content"]))
            elif name == "signIns":
                self.directory.signed_in += [(object_id, item) for item in items]
            else:
                self.directory.related[object_id, SOURCES[name]] = list(items)
        return object_id

    async def person_of_kind(self, kind: str) -> str:
        object_id = await self.person()
        user_type, creation_type = KINDS[kind]
        self.directory.standings[object_id] = replace(
            CONSUMER, user_type=user_type, creation_type=creation_type
        )
        return object_id

    async def person_in(self, *items: JsonObject) -> str:
        object_id = await self.person()
        groups = [item for item in items if item["@odata.type"] == GROUP]
        roles = [item for item in items if item["@odata.type"] == ROLE]
        for group in groups:
            roles += self.roles_of_groups.get(str(group["id"]), ())
        self.directory.standings[object_id] = replace(
            CONSUMER,
            roles=frozenset(str(role["displayName"]) for role in roles),
            groups=frozenset(str(group["id"]) for group in groups),
        )
        return object_id

    async def group_with(self, *roles: JsonObject) -> JsonObject:
        group: JsonObject = {"@odata.type": GROUP, "id": str(uuid4())}
        self.roles_of_groups[str(group["id"])] = roles
        return group

    async def revoked(self, object_id: str) -> bool:
        return object_id in self.directory.revoked

    async def protect(self, object_id: str) -> None:
        self.directory.purge_protected.add(object_id)

    async def have_sign_ins(self) -> None:
        self.directory.without_sign_ins = False


@dataclass
class SimulatedTenant:
    directory: Directory
    domain: str
    name: str
    simulator: Simulator

    async def person(
        self, *identities: Identity, principal: str | None = None, **properties: JsonValue
    ) -> str:
        named = {"userPrincipalName": principal} if principal else {}
        written = [_written(identity) for identity in identities]
        return self.simulator.add_user(self.name, identities=written, **named, **properties)

    async def person_with_events(self, count: int) -> tuple[str, set[str]]:
        object_id = self.simulator.add_user(self.name, audit_events=count)
        return object_id, set(self.simulator.event_ids(self.name, object_id))

    async def person_with(self, related: Related) -> str:
        return self.simulator.add_user(self.name, related=related)

    async def person_of_kind(self, kind: str) -> str:
        return self.simulator.add_user(self.name, kind=kind)

    async def person_in(self, *items: JsonObject) -> str:
        return self.simulator.add_user(self.name, related={"memberOf": items})

    async def group_with(self, *roles: JsonObject) -> JsonObject:
        return self.simulator.add_group(self.name, memberOf=roles)

    async def revoked(self, object_id: str) -> bool:
        user = self.simulator.ask("GET", f"users/{self.name}/{object_id}").json()["user"] or {}
        return "signInSessionsValidFromDateTime" in user

    async def protect(self, object_id: str) -> None:
        self.simulator.ask("POST", "protection", tenant=self.name, object_id=object_id)

    async def have_sign_ins(self) -> None:
        self.simulator.ask("POST", "licence", premium=True)


def _written(identity: Identity) -> Json:
    return {
        "signInType": identity.sign_in_type,
        "issuer": identity.issuer,
        "issuerAssignedId": identity.issuer_assigned_id,
    }

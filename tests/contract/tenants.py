"""Tenants to run the contract of `Directory` on: one in memory, one in the simulator's own process."""

import base64
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

from shared.domain.account import Account, Identity
from shared.domain.ports import AuditRole, Directory, JsonObject, JsonValue
from shared.domain.sources import Source
from tests.fake_directory import FakeDirectory
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

    async def have_sign_ins(self) -> None:
        """From now on the tenant has the licence that brings them."""


@dataclass
class TenantInMemory:
    directory: FakeDirectory = field(default_factory=lambda: FakeDirectory(without_sign_ins=True))
    domain: str = "contoso.onmicrosoft.com"

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

    async def have_sign_ins(self) -> None:
        self.simulator.ask("POST", "licence", premium=True)


def _written(identity: Identity) -> Json:
    return {
        "signInType": identity.sign_in_type,
        "issuer": identity.issuer,
        "issuerAssignedId": identity.issuer_assigned_id,
    }

"""Tenants to run the contract of `Directory` on: one in memory, one in the simulator's own process."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

from shared.domain.account import Account, Identity
from shared.domain.ports import AuditRole, Directory, JsonObject, JsonValue
from tests.fake_directory import FakeDirectory
from tests.running import Json, Simulator


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


@dataclass
class TenantInMemory:
    directory: FakeDirectory = field(default_factory=FakeDirectory)
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


def _written(identity: Identity) -> Json:
    return {
        "signInType": identity.sign_in_type,
        "issuer": identity.issuer,
        "issuerAssignedId": identity.issuer_assigned_id,
    }

"""Tenants to run the contract of `Directory` on: one in memory, one in the simulator's own process."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

import httpx

from shared.domain.account import Account, Identity
from shared.domain.ports import Directory, JsonObject
from tests.fake_directory import FakeDirectory

Json = dict[str, object]


class WallClock:
    """The time outside."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(duration.total_seconds())


class Tenant(Protocol):
    """A tenant that a test can fill before it asks the directory."""

    @property
    def directory(self) -> Directory: ...

    @property
    def domain(self) -> str: ...

    async def person(self, *identities: Identity, principal: str | None = None, **properties: str) -> str:
        """A new user's object id."""

    async def events(self, object_id: str, count: int) -> set[str]:
        """The ids of `count` events about the user and of whatever else the tenant has on them."""


@dataclass
class TenantInMemory:
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    domain: str = "contoso.onmicrosoft.com"

    async def person(self, *identities: Identity, principal: str | None = None, **properties: str) -> str:
        name = principal or f"{uuid4()}@{self.domain}"
        account = Account(str(uuid4()), name, identities, datetime.now(UTC))
        return self.directory.add(account, dict(properties)).object_id

    async def events(self, object_id: str, count: int) -> set[str]:
        made: list[JsonObject] = [{"id": str(uuid4())} for _ in range(count)]
        self.directory.events += [(object_id, event) for event in made]
        return {str(event["id"]) for event in made}


@dataclass
class SimulatedTenant:
    directory: Directory
    domain: str
    name: str
    control: httpx.AsyncClient

    async def person(self, *identities: Identity, principal: str | None = None, **properties: str) -> str:
        user: Json = {"identities": [_written(identity) for identity in identities], **properties}
        if principal:
            user["userPrincipalName"] = principal
        answer = await self.control.post("/_control/users", json={"tenant": self.name, "user": user})
        return str(answer.raise_for_status().json()["id"])

    async def events(self, object_id: str, count: int) -> set[str]:
        body = {"tenant": self.name, "user": object_id, "count": count}
        (await self.control.post("/_control/events", json=body)).raise_for_status()
        held = await self.control.get(f"/_control/events/{self.name}/{object_id}")
        return set(held.raise_for_status().json()["ids"])


def _written(identity: Identity) -> Json:
    return {
        "signInType": identity.sign_in_type,
        "issuer": identity.issuer,
        "issuerAssignedId": identity.issuer_assigned_id,
    }

"""People whose requests go through the real stack at the same time, and the truth about each afterwards."""

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

EVENTS = 30
IN_FLIGHT = 32
ENDED = frozenset({"completed", "refused", "cancelled", "failed", "awaiting_approval"})
TENANT = "contoso"


@dataclass
class Person:
    """Somebody, and what is asked about them (exports, deletions); `kind` None for a bystander."""

    object_id: str
    address: str
    kind: str | None
    status: dict[str, object] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the request has."""
        return self.status.get("status") in ENDED


@dataclass(frozen=True)
class Crowd:
    """Clients of the app and of the simulator; the app may be away for a while at any time."""

    app: httpx.AsyncClient
    graph: httpx.AsyncClient

    async def people(self, kinds: Sequence[str | None], events: int = EVENTS) -> list[Person]:
        """A person for each kind, with so many audit events."""
        return [await self._person(kind, events) for kind in kinds]

    async def control(self, what: str, **body: object) -> None:
        """Steer the simulator."""
        (await self.graph.post(f"/_control/{what}", json=body)).raise_for_status()

    async def see_all_through(self, people: Sequence[Person]) -> None:
        """Submit for each until it is accepted, then look until it has ended."""
        free = asyncio.Semaphore(IN_FLIGHT)

        async def one(person: Person) -> None:
            async with free:
                await self._see_through(person)

        await asyncio.gather(*(one(person) for person in people))

    async def is_right(self, person: Person) -> bool:
        """Whether what was said of the person is so in the directory and in the archive."""
        state = json_of(await self.graph.get(f"/_control/users/{TENANT}/{person.object_id}"))["state"]
        if person.kind is None:
            return state == "active"
        if person.status.get("status") != "completed":
            return False
        return state == "gone" if person.kind == "deletions" else await self._has_all(person)

    async def times_deleted(self, person: Person) -> int:
        """How often the person was moved to the recycle bin."""
        held = json_of(await self.graph.get(f"/_control/events/{TENANT}/{person.object_id}"))
        events = held["events"]
        assert isinstance(events, list)
        return sum(event["activityDisplayName"] == "Delete user" for event in events)

    async def faults_struck(self) -> list[int]:
        """How often each fault that was asked for has struck."""
        faults: list[dict[str, int]] = (await self.graph.get("/_control/faults")).raise_for_status().json()
        return [fault["struck"] for fault in faults]

    async def _has_all(self, person: Person) -> bool:
        link = json_of(await self.app.post(f"/api/exports/{person.status['id']}/link"))
        archive = (await self.graph.get(str(link["url"]))).raise_for_status().content
        held = json_of(await self.graph.get(f"/_control/events/{TENANT}/{person.object_id}"))
        return events_in(archive) == held["ids"]

    async def _person(self, kind: str | None, events: int) -> Person:
        address = f"{uuid4().hex}@example.com"
        issuer = f"{TENANT}.onmicrosoft.com"
        identity = {"signInType": "emailAddress", "issuer": issuer, "issuerAssignedId": address}
        asked = {"tenant": TENANT, "identities": [identity], "audit_events": events}
        made = json_of(await self.graph.post("/_control/users", json=asked))
        return Person(str(made["object_id"]), address, kind)

    async def _see_through(self, person: Person) -> None:
        body = {"subject": {"email": person.address}, "regulation": "gdpr"}
        headers = {"Idempotency-Key": person.object_id}
        address = f"/api/{person.kind}"
        accepted = await _until(202, lambda: self.app.post(address, json=body, headers=headers))
        person.status = accepted
        while not person.ended:
            await asyncio.sleep(0.3)
            person.status = await _until(200, lambda: self.app.get(f"{address}/{accepted['id']}"))


async def _until(status: int, call: Callable[[], Awaitable[httpx.Response]]) -> dict[str, object]:
    while True:
        with suppress(httpx.HTTPError):
            response = await call()
            if response.status_code == status:
                return json_of(response)
        await asyncio.sleep(0.1)


def json_of(response: httpx.Response) -> dict[str, object]:
    """The body of a success."""
    body: dict[str, object] = response.raise_for_status().json()
    return body


def events_in(archive: bytes) -> list[str]:
    """The ids of the audit events in an archive, sorted; one that is there twice is listed twice."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        lines = files.read(f"data/{TENANT}/directory-audits.ndjson").splitlines()
    return sorted(str(json.loads(line)["id"]) for line in lines)

"""Requests through the real stack, while Graph fails at random and the host is killed and started again.

A request is lost if it was accepted and does not end; wrong if what it says is not so in the directory, if
its archive does not hold just the person's events, or if anybody else was touched.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx

from benchmarks.kill_checks import events_in, json_of
from local.stack import Ready, Stack, StackOptions, running_stack

SETTINGS = {
    "REPLICATION_WINDOW": "PT0.5S",
    "AzureFunctionsJobHost__functionTimeout": "00:00:10",
    "LOG_LEVEL": "WARNING",
}
FAULTS: tuple[dict[str, object], ...] = (
    {"fault": "503", "probability": 0.02},
    {"fault": "429", "retry_after": 1, "probability": 0.02},
    {"fault": "cut_before", "probability": 0.02},
    {"fault": "cut_after", "probability": 0.02},
)
EVENTS = 30
IN_FLIGHT = 8
BETWEEN_KILLS = (2.0, 5.0)
PATIENCE = 1500.0
ENDED = frozenset({"completed", "refused", "cancelled", "failed", "awaiting_approval"})


@dataclass
class Person:
    """Somebody in a tenant, and what is asked about them; `kind` None for a bystander."""

    tenant: str
    object_id: str
    address: str
    kind: str | None
    status: dict[str, object] = field(default_factory=dict)


@dataclass
class Soak:
    """One run."""

    stack: Stack
    ready: Ready
    app: httpx.AsyncClient
    graph: httpx.AsyncClient
    kills: int = 0

    async def people(self, count: int) -> list[Person]:
        """So many to export, so many to delete, half as many bystanders."""
        kinds = ["exports", "deletions"] * (count // 2) + [None] * (count // 4)
        return [await self._person(kind) for kind in kinds]

    async def _person(self, kind: str | None) -> Person:
        address = f"{uuid4().hex}@example.com"
        identity = {
            "signInType": "emailAddress",
            "issuer": "contoso.onmicrosoft.com",
            "issuerAssignedId": address,
        }
        asked = {"tenant": "contoso", "identities": [identity], "audit_events": EVENTS}
        made = json_of(await self.graph.post("/_control/users", json=asked))
        return Person("contoso", str(made["object_id"]), address, kind)

    async def faults(self, method: str) -> None:
        """Random faults on (POST) or off (DELETE)."""
        for fault in FAULTS if method == "POST" else (None,):
            body = {**fault, "times": None} if fault else None
            (await self.graph.request(method, "/_control/faults", json=body)).raise_for_status()

    async def kill_for_ever(self) -> None:
        """Kill the host at random and start it again, until cancelled."""
        while True:
            await asyncio.sleep(random.uniform(*BETWEEN_KILLS))  # noqa: S311 - nothing secret depends on it
            await asyncio.shield(asyncio.to_thread(self._kill_and_start))
            self.kills += 1

    def _kill_and_start(self) -> None:
        self.stack.kill_host()
        self.app.base_url = httpx.URL(self.stack.start_host())

    async def see_through(self, person: Person) -> None:
        """Submit until it is accepted, then look until it has ended."""
        body = {"subject": {"email": person.address}, "regulation": "gdpr"}
        headers = {"Idempotency-Key": person.object_id}
        address = f"/api/{person.kind}"
        accepted = await self._until(202, lambda: self.app.post(address, json=body, headers=headers))
        while person.status.get("status") not in ENDED:
            await asyncio.sleep(0.5)
            person.status = await self._until(200, lambda: self.app.get(f"{address}/{accepted['id']}"))

    async def _until(self, status: int, call: Callable[[], Awaitable[httpx.Response]]) -> dict[str, object]:
        while True:
            with suppress(httpx.HTTPError):
                response = await call()
                if response.status_code == status:
                    return json_of(response)
            await asyncio.sleep(0.1)

    async def is_right(self, person: Person) -> bool:
        """Whether what was said of the person is so."""
        held = json_of(await self.graph.get(f"/_control/users/{person.tenant}/{person.object_id}"))
        if person.kind is None:
            return held["state"] == "active"
        if person.status.get("status") != "completed":
            return False
        if person.kind == "deletions":
            return held["state"] == "soft_deleted"
        link = json_of(await self.app.post(f"/api/exports/{person.status['id']}/link"))
        archive = (await self.graph.get(str(link["url"]))).raise_for_status().content
        concerning = json_of(await self.graph.get(f"/_control/events/{person.tenant}/{person.object_id}"))
        return held["state"] == "active" and events_in(archive) == concerning["ids"]

    async def duplicate_effects(self) -> int:
        """Accounts that were moved to the recycle bin more than once."""
        calls = (await self.graph.get("/_control/calls")).json()
        done = Counter(call["path"] for call in calls if call["method"] == "DELETE" and call["status"] == 204)
        return sum(count - 1 for count in done.values())


def measure(requests: int = 300) -> dict[str, float | int]:
    """How many `requests` there were and `ended`, were `lost`, came out `wrong`; and how it was for them."""
    os.environ.update(SETTINGS)
    with TemporaryDirectory(prefix="privacy-kill-", ignore_cleanup_errors=True) as folder:
        options = StackOptions(users=2, tenants=2, data_dir=Path(folder), invisibility=5)
        with running_stack(options) as (stack, ready):
            return asyncio.run(_measured(stack, ready, requests))


async def _measured(stack: Stack, ready: Ready, requests: int) -> dict[str, float | int]:
    headers = {"x-functions-key": ready.function_key}
    async with (
        httpx.AsyncClient(base_url=ready.app, headers=headers, timeout=10, trust_env=False) as app,
        httpx.AsyncClient(base_url=ready.graph, timeout=30, trust_env=False) as graph,
    ):
        soak = Soak(stack, ready, app, graph)
        people = await soak.people(requests)
        asked = [person for person in people if person.kind]
        await soak.faults("POST")
        started = time.monotonic()
        killer = asyncio.create_task(soak.kill_for_ever())
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await _all(soak.see_through, asked)
        killer.cancel()
        await asyncio.wait({killer})
        seconds = time.monotonic() - started
        await soak.faults("DELETE")
        ended = [person for person in asked if person.status.get("status") in ENDED]
        right = [await soak.is_right(person) for person in (*ended, *(one for one in people if not one.kind))]
        return {
            "requests": len(asked),
            "ended": len(ended),
            "lost": len(asked) - len(ended),
            "wrong": right.count(False),
            "kills": soak.kills,
            "duplicate_effects": await soak.duplicate_effects(),
            "seconds": seconds,
        }


async def _all(work: Callable[[Person], Awaitable[None]], people: list[Person]) -> None:
    free = asyncio.Semaphore(IN_FLIGHT * 4)

    async def one(person: Person) -> None:
        async with free:
            await work(person)

    await asyncio.gather(*(one(person) for person in people))

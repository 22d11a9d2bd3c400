"""Requests through the real stack, while Graph fails at random and the host is killed and started again.

A request is lost if it was accepted and does not end; wrong if what it says is not so in the directory, if
its archive does not hold just the person's events, or if anybody else was touched.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from benchmarks.crowd import EVENTS, Crowd, Person
from local.stack import Ready, Stack, StackOptions, running_stack

SETTINGS = {"REPLICATION_WINDOW": "PT0.5S", "LOG_LEVEL": "WARNING"}
OFTEN, SELDOM = 0.1, 0.01
Fault = dict[str, object]


def _chance(probability: float, *kinds: str, **more: object) -> tuple[Fault, ...]:
    return tuple({"fault": kind, "probability": probability, **more} for kind in kinds)


FAULTS = (
    *_chance(SELDOM, "429", "500", "502", "503", "504", "cut_before", "cut_after", "truncated"),
    *_chance(SELDOM, "slow", "slow_body", seconds=1),
    *_chance(SELDOM, "429", retry_after=1),
    *_chance(OFTEN, "expired_page"),
    *_chance(OFTEN, "503", "cut_before", "truncated", endpoint="login"),
)
"""The whole catalogue; of what happens seldom, more."""
LAG = 0.3
"""Seconds; less than the replication window."""
MANY_EVENTS, EVERY = 1600, 10
"""Lists of two pages, for each tenth export."""
INVISIBILITY = 5
BETWEEN_KILLS = (2.0, 5.0)
PATIENCE = 1500.0


@dataclass
class Killer:
    """Kills the host at random and starts it again."""

    stack: Stack
    app: httpx.AsyncClient
    most: int
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    kills: int = 0

    async def work(self) -> None:
        """Until it is enough, at most so often; a host is running then."""
        while not await self._enough_within(random.uniform(*BETWEEN_KILLS)):  # noqa: S311 - nothing secret
            if self.kills < self.most:
                await asyncio.to_thread(self._kill_and_start)
                self.kills += 1

    async def _enough_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.enough.wait(), seconds)
        return self.enough.is_set()

    def _kill_and_start(self) -> None:
        self.stack.kill_host()
        self.app.base_url = httpx.URL(self.stack.start_host())


def measure(requests: int = 300, timeout: int = 10, most_kills: int = 1000) -> dict[str, float | int]:
    """How many `requests` there were and `ended`, were `lost`, came out `wrong`; and how it was for them.

    `timeout` is how many seconds the host lets a function run; the lease of a killed run follows from it.
    """
    settings = {**SETTINGS, "AzureFunctionsJobHost__functionTimeout": f"00:00:{timeout:02}"}
    options = StackOptions(users=2, invisibility=INVISIBILITY, settings=settings)
    with running_stack(options) as (stack, ready):
        return asyncio.run(_measured(stack, ready, requests, most_kills))


async def _measured(stack: Stack, ready: Ready, requests: int, most_kills: int) -> dict[str, float | int]:
    headers = {"x-functions-key": ready.function_key}
    async with (
        httpx.AsyncClient(base_url=ready.app, headers=headers, timeout=10, trust_env=False) as app,
        httpx.AsyncClient(base_url=ready.graph, timeout=30, trust_env=False) as graph,
    ):
        crowd, killer = Crowd(app, graph), Killer(stack, app, most_kills)
        asked = await _people(crowd, requests)
        bystanders = await crowd.people([None] * (requests // 4))
        await _trouble(crowd)
        started = time.monotonic()
        await _see_through(crowd, killer, asked)
        seconds = time.monotonic() - started
        struck = await crowd.faults_struck()
        await graph.delete("/_control/faults")
        ended = [person for person in asked if person.ended]
        right = [await crowd.is_right(person) for person in (*ended, *bystanders)]
        return {
            "requests": len(asked),
            "ended": len(ended),
            "lost": len(asked) - len(ended),
            "wrong": right.count(False),
            "kills": killer.kills,
            "faults": sum(struck),
            "kinds_of_faults": sum(count > 0 for count in struck),
            "duplicate_effects": sum([max(await crowd.times_deleted(person) - 1, 0) for person in asked]),
            "seconds": seconds,
        }


async def _people(crowd: Crowd, requests: int) -> list[Person]:
    """As many to export as to delete, in turn."""
    pairs = requests // 2
    events = [MANY_EVENTS if number % EVERY == 0 else EVENTS for number in range(pairs)]
    exports = [person for count in events for person in await crowd.people(["exports"], count)]
    deletions = await crowd.people(["deletions"] * pairs)
    return [person for pair in zip(exports, deletions, strict=True) for person in pair]


async def _trouble(crowd: Crowd) -> None:
    for fault in FAULTS:
        await crowd.control("faults", **fault, times=None)
    await crowd.control("lag", seconds=LAG)


async def _see_through(crowd: Crowd, killer: Killer, people: Sequence[Person]) -> None:
    killing = asyncio.create_task(killer.work())
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await crowd.see_all_through(people)
    killer.enough.set()
    await killing

"""Requests through the real stack, while Graph fails at random and the host is killed and started again.

A request is lost if it was accepted and does not end; wrong if what it says is not so in the directory, if
its archive does not hold just the person's events, or if anybody else was touched.
"""

import asyncio
import os
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import httpx

from benchmarks.crowd import Crowd
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
INVISIBILITY = 5
BETWEEN_KILLS = (2.0, 5.0)
PATIENCE = 1500.0


@dataclass
class Killer:
    """Kills the host at random and starts it again."""

    stack: Stack
    app: httpx.AsyncClient
    kills: int = 0

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(random.uniform(*BETWEEN_KILLS))  # noqa: S311 - nothing secret depends on it
            await asyncio.shield(asyncio.to_thread(self._kill_and_start))
            self.kills += 1

    def _kill_and_start(self) -> None:
        self.stack.kill_host()
        self.app.base_url = httpx.URL(self.stack.start_host())


def measure(requests: int = 300) -> dict[str, float | int]:
    """How many `requests` there were and `ended`, were `lost`, came out `wrong`; and how it was for them."""
    os.environ.update(SETTINGS)
    with running_stack(StackOptions(users=2, invisibility=INVISIBILITY)) as (stack, ready):
        return asyncio.run(_measured(stack, ready, requests))


async def _measured(stack: Stack, ready: Ready, requests: int) -> dict[str, float | int]:
    headers = {"x-functions-key": ready.function_key}
    async with (
        httpx.AsyncClient(base_url=ready.app, headers=headers, timeout=10, trust_env=False) as app,
        httpx.AsyncClient(base_url=ready.graph, timeout=30, trust_env=False) as graph,
    ):
        crowd, killer = Crowd(app, graph), Killer(stack, app)
        asked = await crowd.people(["exports", "deletions"] * (requests // 2))
        bystanders = await crowd.people([None] * (requests // 4))
        for fault in FAULTS:
            await crowd.control("faults", **fault, times=None)
        started = time.monotonic()
        killing = asyncio.create_task(killer.work())
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await crowd.see_all_through(asked)
        seconds = time.monotonic() - started
        killing.cancel()
        await asyncio.wait({killing})
        await graph.delete("/_control/faults")
        ended = [person for person in asked if person.ended]
        right = [await crowd.is_right(person) for person in (*ended, *bystanders)]
        return {
            "requests": len(asked),
            "ended": len(ended),
            "lost": len(asked) - len(ended),
            "wrong": right.count(False),
            "kills": killer.kills,
            "duplicate_effects": await _duplicate_effects(graph),
            "seconds": seconds,
        }


async def _duplicate_effects(graph: httpx.AsyncClient) -> int:
    """Accounts that were moved to the recycle bin more than once."""
    calls = (await graph.get("/_control/calls")).json()
    done = Counter(call["path"] for call in calls if call["method"] == "DELETE" and call["status"] == 204)
    return sum(count - 1 for count in done.values())

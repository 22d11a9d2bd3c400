"""One host, then two on the same storage, with a Graph that takes its time; then two with quotas on."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import httpx

from benchmarks.crowd import Crowd, Person
from local.node import ROOT
from local.stack import Ready, Stack, StackOptions, running_stack
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_store import TableStore, prepare_tables
from shared.domain.journal import Event, What
from shared.domain.turn import Timing
from shared.host_timeout import function_timeout

SETTINGS = {"REPLICATION_WINDOW": "PT0.5S", "LOG_LEVEL": "WARNING"}
SLOW: dict[str, object] = {"fault": "slow", "seconds": 0.25, "probability": 1.0, "times": None}
"""Each call takes a quarter of a second: what limits then is how many runs a host has at once."""
HOSTS = ("host", "second-host")
ENOUGH = 2
"""Exports at once, of four reports each, that go beyond the five that the quota grants in ten seconds."""
PATIENCE = 900.0
"""Seconds; what has not ended then has failed."""


def measure(requests: int = 80) -> dict[str, float | int]:
    """Requests a second of one host and of two; runs that overlapped; requests that quotas made fail."""
    with running_stack(StackOptions(users=2, settings=SETTINGS)) as (stack, ready):
        return asyncio.run(_measured(stack, ready, requests))


async def _measured(stack: Stack, ready: Ready, requests: int) -> dict[str, float | int]:
    headers = {"x-functions-key": ready.function_key}
    async with (
        httpx.AsyncClient(base_url=ready.app, headers=headers, timeout=30, trust_env=False) as app,
        httpx.AsyncClient(base_url=ready.graph, timeout=30, trust_env=False) as graph,
    ):
        crowd = Crowd(app, graph)
        await crowd.control("faults", **SLOW)
        one_host, alone = await _per_second(crowd, requests)
        stack.start_host(HOSTS[1])
        two_hosts, together = await _per_second(crowd, requests)
        await graph.delete("/_control/faults")
        await crowd.control("quotas", on=True)
        _restart_within_quotas(stack, app)
        _, limited = await _per_second(crowd, max(requests // 4, ENOUGH))
        people = (*alone, *together, *limited)
        return {
            "per_second_one_host": one_host,
            "per_second_two_hosts": two_hosts,
            "ratio_two_to_one": two_hosts / one_host,
            "overlapping_runs": await _overlaps(ready.storage_connection_string, people),
            "failed": sum(person.status.get("status") == "failed" for person in people),
            "failed_by_quota": sum(person.status.get("status") != "completed" for person in limited),
            "wrong": [await crowd.is_right(person) for person in people].count(False),
        }


def _restart_within_quotas(stack: Stack, app: httpx.AsyncClient) -> None:
    """Both hosts, told that they share what Graph allows."""
    for name in HOSTS:
        stack.kill_host(name)
    addresses = [stack.start_host(name, GRAPH_RATE="1", MAX_INSTANCES="2") for name in HOSTS]
    app.base_url = httpx.URL(addresses[0])


async def _per_second(crowd: Crowd, requests: int) -> tuple[float, list[Person]]:
    people = await crowd.people(["exports"] * requests)
    started = time.monotonic()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await crowd.see_all_through(people)
    return requests / (time.monotonic() - started), people


async def _overlaps(connection_string: str, people: Sequence[Person]) -> int:
    """Runs that began while the one before had neither ended nor lost its lease, by the journals."""
    lease = Timing(function_timeout(ROOT / "host.json", {})).lease
    async with StorageAccount(connection_string).tables() as service:
        store = TableStore(Lazy(lambda: service, prepare_tables))
        journals = [await store.journal(str(person.status["id"])) for person in people]
    return sum(_overlaps_in(journal, lease) for journal in journals)


def _overlaps_in(journal: Sequence[Event], lease: timedelta) -> int:
    ends = frozenset({What.WAITING, What.AWAITING_APPROVAL, What.COMPLETED, What.REFUSED, What.FAILED})
    overlaps, leased_until = 0, None
    for event in journal:
        if event.what is What.RUN_STARTED:
            overlaps += leased_until is not None and event.at < leased_until
            leased_until = event.at + lease
        elif event.what in ends:
            leased_until = None
    return overlaps

"""An export of very many audit events, with Graph's quotas on and a host that lets no function run long."""

import asyncio
import time
from contextlib import suppress
from itertools import pairwise

import httpx

from benchmarks.crowd import Crowd
from local.stack import Ready, StackOptions, running_stack
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_store import TableStore, prepare_tables
from shared.domain.journal import What

SETTINGS = {
    "REPLICATION_WINDOW": "PT0.5S",
    "AzureFunctionsJobHost__functionTimeout": "00:01:00",
    "LOG_LEVEL": "WARNING",
    "GRAPH_RATE": "1",
}
PAGE = 1000
PATIENCE = 3600.0
"""Seconds; an export that has not ended then never will."""


def measure(events: int = 200_000) -> dict[str, float | int]:
    """Whether the archive holds each event once; runs, slices, and pages read beside those there are."""
    with running_stack(StackOptions(users=2, settings=SETTINGS)) as (_, ready):
        return asyncio.run(_measured(ready, events))


async def _measured(ready: Ready, events: int) -> dict[str, float | int]:
    headers = {"x-functions-key": ready.function_key}
    async with (
        httpx.AsyncClient(base_url=ready.app, headers=headers, timeout=60, trust_env=False) as app,
        httpx.AsyncClient(base_url=ready.graph, timeout=120, trust_env=False) as graph,
    ):
        crowd = Crowd(app, graph)
        (person,) = await crowd.people(["exports"], events)
        await crowd.control("quotas", on=True)
        started = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await crowd.see_all_through([person])
        seconds = time.monotonic() - started
        calls = (await graph.get("/_control/calls")).json()
        pages = [call for call in calls if call["path"].endswith("directoryAudits") and call["status"] == 200]
        runs, slices = await _runs_and_slices(ready.storage_connection_string, str(person.status["id"]))
        return {
            "events": events,
            "each_once": int(await crowd.is_right(person)),
            "runs": runs,
            "slices": slices,
            "pages_there_are": 2 * (-(-events * 2 // 3) // PAGE + 1),
            "pages_read": len(pages),
            "seconds": seconds,
        }


async def _runs_and_slices(connection_string: str, request_id: str) -> tuple[int, int]:
    async with StorageAccount(connection_string).tables() as service:
        journal = await TableStore(Lazy(lambda: service, prepare_tables)).journal(request_id)
    assert all(later.at >= earlier.at for earlier, later in pairwise(journal))
    whats = [event.what for event in journal]
    return whats.count(What.RUN_STARTED), whats.count(What.STEP_ADVANCED) + 1

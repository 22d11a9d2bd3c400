"""Accepting through the embedded host, beside the same storage operations by the SDKs alone."""

import asyncio
import os
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable

import httpx

from benchmarks.bare_accept import BareAccept
from local.stack import Ready, StackOptions, running_stack

ROUNDS = 5
REQUESTS = 200
IN_FLIGHT = 8
WORKER_OFF = {"AzureWebJobs.run_request.Disabled": "true"}
"""The app setting that takes a function out of service: what is accepted is not run meanwhile."""


def submission() -> dict[str, object]:
    """Each about somebody else, so that each is a request of its own."""
    return {"subject": {"userName": uuid.uuid4().hex, "tenant": "contoso"}, "regulation": "gdpr"}


def measure() -> dict[str, float]:
    """Seconds per request, `IN_FLIGHT` at a time (median of `ROUNDS`), and their ratio."""
    os.environ.update(WORKER_OFF)
    with running_stack(StackOptions()) as (_, ready):
        return asyncio.run(_compared(ready))


async def _compared(ready: Ready) -> dict[str, float]:
    headers = {"x-functions-key": ready.function_key}
    limits = httpx.Limits(max_connections=IN_FLIGHT)
    async with (
        httpx.AsyncClient(base_url=ready.app, headers=headers, limits=limits, trust_env=False) as http,
        BareAccept(ready.storage_connection_string) as bare,
    ):

        async def through_the_app() -> None:
            response = await http.post("/api/exports", json=submission(), timeout=30)
            assert response.status_code == 202, response.text

        await _seconds_each(bare), await _seconds_each(through_the_app)  # connections are made
        pairs = [(await _seconds_each(bare), await _seconds_each(through_the_app)) for _ in range(ROUNDS)]
    alone, app = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {"seconds": app, "seconds_bare": alone, "ratio_to_bare": app / alone}


async def _seconds_each(work: Callable[[], Awaitable[None]]) -> float:
    free = asyncio.Semaphore(IN_FLIGHT)

    async def one() -> None:
        async with free:
            await work()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(REQUESTS)))
    return (time.perf_counter() - started) / REQUESTS

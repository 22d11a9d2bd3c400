"""Audit pages as the app reads them, beside the same pages read through the SDK's models.

Both go through the same client and the same transport, which answers from memory.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import httpx

from benchmarks.connection import open_connection
from export_function.readers import Asked, read_audit_events
from shared.adapters.clock import SystemClock
from shared.adapters.graph.client import Connection, LazyConnection
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.principals import serving_both
from shared.domain.account import Account

EVENTS = 1000
PAGES = 2
ROUNDS = 3
OBJECT_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def measure() -> dict[str, float]:
    """CPU seconds for `EVENTS` events (best of `ROUNDS`), and their ratio."""
    asyncio.run(_through_models())  # the first parse imports the models; that is not counted
    sdk = min(_cpu_seconds(_through_models) for _ in range(ROUNDS))
    app = min(_cpu_seconds(_as_the_app) for _ in range(ROUNDS)) / PAGES
    return {
        "events": EVENTS,
        "cpu_seconds_sdk": sdk,
        "cpu_seconds_app": app,
        "cpu_ratio_sdk_to_app": sdk / app,
    }


def _cpu_seconds(work: Callable[[], Awaitable[int]]) -> float:
    async def timed() -> float:
        started = time.process_time()
        assert await work() in (EVENTS, EVENTS * PAGES)
        return time.process_time() - started

    return asyncio.run(timed())


async def _through_models() -> int:
    connection = _connection()
    page = await connection.graph.audit_logs.directory_audits.get()
    await connection.close()
    return len(page.value or []) if page else 0


async def _as_the_app() -> int:
    directory = GraphDirectory(serving_both(LazyConnection(_connection)), Endpoints(), SystemClock())
    account = Account(OBJECT_ID, "", (), None)
    piece = await read_audit_events(Asked(directory, account, (account,), None, lambda: False, lambda: None))
    async for _ in piece.data():
        pass
    await directory.close()
    return piece.count


def _connection() -> Connection:
    answered = iter(range(PAGES))

    def answer(_request: httpx.Request) -> httpx.Response:
        page = next(answered)
        return httpx.Response(200, content=_PAGES[page], headers={"content-type": "application/json"})

    return open_connection(Endpoints().graph, httpx.MockTransport(answer))


def _event(number: int) -> dict[str, object]:
    """Shaped as Microsoft's sample of a B2C sign-in (Azure AD B2C, view audit logs)."""
    details = ("TenantId", "PolicyId", "ApplicationId", "Client", "IdentityProviderName", "ClientIpAddress")
    return {
        "id": f"B2C_BENCH_{number}",
        "category": "Authentication",
        "correlationId": OBJECT_ID,
        "result": "success",
        "resultReason": "N/A",
        "activityDisplayName": "Issue an id_token to the application",
        "activityDateTime": "2026-11-20T09:30:00.1234567Z",
        "loggedByService": "B2C",
        "operationType": "",
        "initiatedBy": {"user": None, "app": {"appId": OBJECT_ID, "servicePrincipalName": OBJECT_ID}},
        "targetResources": [{"id": OBJECT_ID, "type": "User", "modifiedProperties": []}],
        "additionalDetails": [{"key": key, "value": "x" * 24} for key in details],
    }


_PAGES = [
    json.dumps({"value": [_event(page * EVENTS + number) for number in range(EVENTS)]}).encode()
    for page in range(PAGES)
]

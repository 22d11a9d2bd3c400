"""Health: alive, when upkeep last went through, or which settings are at fault."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from http import HTTPStatus

import azure.functions as func

from shared.domain.errors import PrivacyError
from shared.domain.ports import JsonObject
from shared.responses import answer
from shared.setting_forms import UNRESOLVED
from shared.settings import Fault
from shared.views import text

LastSweep = Callable[[], Awaitable[datetime | None]]
PATIENCE = 2.0
"""Seconds: whoever asks whether the app is alive is answered whatever storage does."""


async def no_sweep() -> datetime | None:
    """Where nothing sweeps."""
    return None


def health_blueprint(faults: Sequence[Fault] = (), last_sweep: LastSweep = no_sweep) -> func.Blueprint:
    """`GET /api/health`, anonymous."""
    blueprint = func.Blueprint()

    @blueprint.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the worker wants the binding
        return await report(faults, last_sweep)

    return blueprint


async def report(faults: Sequence[Fault], last_sweep: LastSweep) -> func.HttpResponse:
    """200 when every setting is sound, else 503 naming each setting and what is expected of it.

    `lastSweep` is null where storage does not say in time, or no sweep has gone through yet.
    """
    if not faults:
        return answer(HTTPStatus.OK, {"status": "alive", "lastSweep": text(await _in_time(last_sweep))})
    return answer(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "degraded", "faults": [*map(_shown, faults)]})


def _shown(fault: Fault) -> JsonObject:
    """An unresolved reference is told from a wrong value: it is mended elsewhere."""
    code = "reference_not_resolved" if fault.expected == UNRESOLVED else "not_as_expected"
    return {"setting": fault.setting, "expected": fault.expected, "code": code}


async def _in_time(last_sweep: LastSweep) -> datetime | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await last_sweep()
    except (PrivacyError, TimeoutError):
        return None

"""Health: alive, or which settings are at fault. No calls out."""

from collections.abc import Sequence
from http import HTTPStatus

import azure.functions as func

from shared.responses import answer
from shared.settings import Fault


def health_blueprint(faults: Sequence[Fault] = ()) -> func.Blueprint:
    """`GET /api/health`, anonymous."""
    blueprint = func.Blueprint()

    @blueprint.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the worker wants the binding
        return report(faults)

    return blueprint


def report(faults: Sequence[Fault]) -> func.HttpResponse:
    """200 when every setting is sound, else 503 naming each setting and what is expected of it."""
    if not faults:
        return answer(HTTPStatus.OK, {"status": "alive"})
    listed = [{"setting": fault.setting, "expected": fault.expected} for fault in faults]
    return answer(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "degraded", "faults": listed})

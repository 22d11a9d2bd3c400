"""Import of `function_app`, beside the heavy packages it is made of; and what telemetry adds to it."""

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping

from tests.unit.test_settings import environment

ROUNDS = 7
HEAVY = (
    "azure.functions",
    "azure.identity.aio",
    "azure.storage.blob.aio",
    "azure.storage.queue.aio",
    "azure.data.tables.aio",
    "msgraph",
    "kiota_authentication_azure.azure_identity_authentication_provider",
    "pydantic_settings",
    "structlog",
)

TELEMETRY = {
    "off": {},
    "otlp": {"TELEMETRY": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
    "azure_monitor": {
        "TELEMETRY": "azure_monitor",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=3fa85f64-5717-4562-b3fc-2c963f66afa6;"
        "IngestionEndpoint=http://127.0.0.1:9/",
    },
}
"""Sound settings, and where telemetry goes: nothing listens there."""
LIMITS = {"seconds_more_otlp": "<= 0.5", "seconds_more_azure_monitor": "<= 0.5"}


def measure() -> dict[str, float]:
    """Seconds (median of `ROUNDS` fresh processes, .pyc present) and their ratios."""
    heavy, app = "import " + ", ".join(HEAVY), "import function_app"
    _seconds(heavy), _seconds(app)  # writes the .pyc files
    pairs = [(_seconds(heavy), _seconds(app)) for _ in range(ROUNDS)]
    dependencies, own = (statistics.median(column) for column in zip(*pairs, strict=True))
    each = {f"seconds_{name}": _seconds(f"import {name}") for name in HEAVY}
    return {
        "seconds": own,
        "seconds_dependencies": dependencies,
        "ratio_to_dependencies": own / dependencies,
        **_with_telemetry(app),
        **each,
    }


def _with_telemetry(app: str) -> dict[str, float]:
    """The app with sound settings: without telemetry, and what each kind of it adds."""
    rounds = [[_seconds(app, more) for more in TELEMETRY.values()] for _ in range(ROUNDS + 1)]
    medians = map(statistics.median, zip(*rounds[1:], strict=True))  # the first writes the .pyc files
    off, *on = medians
    more = {f"seconds_more_{name}": one - off for name, one in zip(list(TELEMETRY)[1:], on, strict=True)}
    return {"seconds_telemetry_off": off, **more}


def _seconds(statement: str, settings: Mapping[str, str] | None = None) -> float:
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t, flush=True)"
    if settings is not None:
        code += "; import os; os._exit(0)"  # at its end the process would wait for what listens nowhere
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        env=os.environ | (environment(**settings) if settings is not None else {}),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return float(done.stdout)

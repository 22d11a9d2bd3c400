"""A start: import of `function_app` beside that of the heavy packages of the app, and what telemetry adds.

It leaves Graph's packages and some of ours for later: what all of it takes, with every part made, is a
figure too.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping

from tests.unit.every_part import EVERY_PART
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
LIMITS = {
    "ratio_to_dependencies": "<= 1.3",
    "seconds_more_otlp": "<= 0.5",
    "seconds_more_azure_monitor": "<= 0.5",
}
START, DEPENDENCIES = "import function_app", "import " + ", ".join(HEAVY)


def measure() -> dict[str, float]:
    """Seconds (median of `ROUNDS` fresh processes, .pyc present), ratios, and what telemetry adds."""
    _round()  # writes the .pyc files
    medians = map(statistics.median, zip(*(_round() for _ in range(ROUNDS)), strict=True))
    dependencies, every_part, off, *on = medians
    more = {f"seconds_more_{name}": one - off for name, one in zip(list(TELEMETRY)[1:], on, strict=True)}
    return {
        "seconds": off,
        "seconds_dependencies": dependencies,
        "seconds_with_every_part": every_part,
        "ratio_to_dependencies": off / dependencies,
        "ratio_with_every_part": every_part / dependencies,
        **more,
        **{f"seconds_{name}": _seconds(f"import {name}") for name in HEAVY},
    }


def _round() -> list[float]:
    """The dependencies, all of the app, then its start with each kind of telemetry, off first."""
    starts = (_seconds(START, more) for more in TELEMETRY.values())
    return [_seconds(DEPENDENCIES), _seconds(f"{START}\n{EVERY_PART}", {}), *starts]


def _seconds(statement: str, settings: Mapping[str, str] | None = None) -> float:
    timed = ("import time; t = time.perf_counter()", statement, "print(time.perf_counter() - t, flush=True)")
    code = "\n".join(timed)
    if settings is not None:
        code += "\nimport os; os._exit(0)"  # at its end the process would wait for what listens nowhere
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        env=os.environ | (environment(**settings) if settings is not None else {}),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return float(done.stdout)

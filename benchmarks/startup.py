"""Import of `function_app`, beside the import of the heavy packages it is made of."""

import statistics
import subprocess
import sys

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


def measure() -> dict[str, float]:
    """Seconds (median of `ROUNDS` fresh processes, .pyc present) and their ratio."""
    heavy, app = "import " + ", ".join(HEAVY), "import function_app"
    _seconds(heavy), _seconds(app)  # writes the .pyc files
    pairs = [(_seconds(heavy), _seconds(app)) for _ in range(ROUNDS)]
    dependencies, own = (statistics.median(column) for column in zip(*pairs, strict=True))
    each = {f"seconds_{name}": _seconds(f"import {name}") for name in HEAVY}
    return {
        "seconds": own,
        "seconds_dependencies": dependencies,
        "ratio_to_dependencies": own / dependencies,
        **each,
    }


def _seconds(statement: str) -> float:
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    return float(done.stdout)

"""How long the Functions host lets a function run."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

OVERRIDE = "AzureFunctionsJobHost__functionTimeout"
"""The app setting by which the host overrides host.json."""


def function_timeout(host_json: Path, environ: Mapping[str, str]) -> timedelta:
    """`functionTimeout`, from the app setting that overrides it or from host.json. Raises `ValueError`."""
    text = environ.get(OVERRIDE) or json.loads(host_json.read_text())["functionTimeout"]
    parts = re.fullmatch(r"(\d+):(\d\d):(\d\d)", text)
    if parts is None:
        raise ValueError("functionTimeout must read hh:mm:ss")
    hours, minutes, seconds = map(int, parts.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)

"""host.json, as far as the embedded host honours it; defaults are the real host's."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast


@dataclass(frozen=True)
class HostConfig:
    """Times in seconds."""

    route_prefix: str = "api"
    function_timeout: float = 1800.0
    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: float = 0.0
    max_polling_interval: float = 60.0


def read_host_json(path: Path) -> HostConfig:
    """The configuration in `path`. Raises `ValueError` for what the embedded host cannot honour."""
    content = json.loads(path.read_text())
    extensions = _section(content, "extensions")
    queues, default = _section(extensions, "queues"), HostConfig()
    if queues.get("messageEncoding", "base64") != "base64":
        raise ValueError("host.json: the embedded host knows messageEncoding base64 alone")
    batch_size = int(str(queues.get("batchSize", default.batch_size)))
    return HostConfig(
        route_prefix=str(_section(extensions, "http").get("routePrefix", "api")),
        function_timeout=_seconds(content.get("functionTimeout"), default.function_timeout),
        batch_size=batch_size,
        new_batch_threshold=int(str(queues.get("newBatchThreshold", batch_size // 2))),
        max_dequeue_count=int(str(queues.get("maxDequeueCount", default.max_dequeue_count))),
        visibility_timeout=_seconds(queues.get("visibilityTimeout"), default.visibility_timeout),
        max_polling_interval=_seconds(queues.get("maxPollingInterval"), default.max_polling_interval),
    )


def _section(content: Mapping[str, object], name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", content.get(name, {}))


def _seconds(text: object, default: float) -> float:
    if text is None:
        return default
    parts = re.fullmatch(r"(\d+):(\d\d):(\d\d)", str(text))
    if parts is None:
        raise ValueError("host.json: a time must read hh:mm:ss")
    hours, minutes, seconds = map(int, parts.groups())
    return float(hours * 3600 + minutes * 60 + seconds)

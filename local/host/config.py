"""host.json, as far as the embedded host honours it; defaults are the real host's on one processor."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_OVERRIDES = "azurefunctionsjobhost"
_TIME = re.compile(r"(?:(\d+)\.)?([01]\d|2[0-3]):([0-5]\d):([0-5]\d(?:\.\d{1,7})?)")


@dataclass(frozen=True)
class HostConfig:
    """Times in seconds; a `function_timeout` of None is none."""

    route_prefix: str = "api"
    function_timeout: float | None = 1800.0
    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: float = 0.0
    max_polling_interval: float = 60.0


def read_host_json(path: Path, environ: Mapping[str, str]) -> HostConfig:
    """The configuration in `path`, as app settings override it.

    Raises `ValueError` for what the embedded host cannot honour.
    """
    whole = _Section(_overridden(_content(path), environ), "")
    extensions = whole.section("extensions")
    queues, default = extensions.section("queues"), HostConfig()
    if queues.text("messageEncoding", "base64").lower() != "base64":
        raise ValueError("host.json: the embedded host knows messageEncoding base64 alone")
    unlimited = whole.text("functionTimeout", "") == "-1"
    batch_size = queues.number("batchSize", default.batch_size, 1, 32)
    return HostConfig(
        route_prefix=extensions.section("http").text("routePrefix", default.route_prefix),
        function_timeout=None if unlimited else whole.seconds("functionTimeout", 1800.0),
        batch_size=batch_size,
        new_batch_threshold=queues.number("newBatchThreshold", batch_size // 2, 0, 1000),
        max_dequeue_count=queues.number("maxDequeueCount", default.max_dequeue_count, 1, 1000),
        visibility_timeout=queues.seconds("visibilityTimeout", default.visibility_timeout),
        max_polling_interval=max(
            0.1, queues.seconds("maxPollingInterval", default.max_polling_interval)
        ),  # the real host's least
    )


def _content(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"host.json is not JSON: {error}") from error


def _overridden(content: object, environ: Mapping[str, str]) -> object:
    """`AzureFunctionsJobHost__a__b` stands for `a.b` of host.json."""
    if not isinstance(content, Mapping):
        return content
    for name, value in environ.items():
        prefix, *path = name.split("__")
        if prefix.lower() == _OVERRIDES and path:
            content = _with(content, path, value)
    return content


def _with(content: Mapping[str, object], path: Sequence[str], value: str) -> Mapping[str, object]:
    first, *rest = path
    key = next((held for held in content if held.lower() == first.lower()), first)
    inner = content.get(key)
    below = _with(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value
    return {**content, key: below}


class _Section:
    """An object of host.json; as in the real host, case does not matter in names."""

    def __init__(self, content: object, name: str) -> None:
        if not isinstance(content, Mapping):
            raise ValueError(f"host.json: {name or 'the whole'} must be an object")  # noqa: TRY004 - told as all faults are
        self._name = name
        self._values = {str(key).lower(): value for key, value in content.items()}

    def section(self, name: str) -> "_Section":
        return _Section(self._values.get(name.lower(), {}), self._path(name))

    def text(self, name: str, default: str) -> str:
        return str(self._values.get(name.lower(), default))

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"host.json: {self._path(name)} must be a number from {least} to {most}")
        return int(text)

    def seconds(self, name: str, default: float) -> float:
        if name.lower() not in self._values:
            return default
        parts = _TIME.fullmatch(self.text(name, ""))
        if parts is None:
            raise ValueError(f"host.json: {self._path(name)}: a time must read hh:mm:ss")
        days, hours, minutes, seconds = (float(part or 0) for part in parts.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds

    def _path(self, name: str) -> str:
        return f"{self._name}.{name}" if self._name else name

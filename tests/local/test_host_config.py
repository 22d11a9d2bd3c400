"""host.json as the embedded host reads it, and the options and settings it refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.host.config import HostConfig, read_host_json
from tests.local.host_apps import write_app
from tests.paths import ROOT

OPEN = """
    @app.route("open")
    async def opened(req: func.HttpRequest) -> str:
        return "open"
"""


def read(folder: Path, text: str) -> HostConfig:
    (folder / "host.json").write_text(text)
    return read_host_json(folder / "host.json", {})


def test_what_is_not_said_is_as_in_the_functions_host(tmp_path: Path) -> None:
    assert read(tmp_path, '{"version": "2.0"}') == HostConfig(
        route_prefix="api",
        function_timeout=1800.0,
        batch_size=16,
        new_batch_threshold=8,
        max_dequeue_count=5,
        visibility_timeout=0.0,
        max_polling_interval=60.0,
    )


def test_the_app_s_own_host_json_is_read() -> None:
    found, written = read_host_json(ROOT / "host.json", {}), json.loads((ROOT / "host.json").read_text())
    queues = written["extensions"]["queues"]
    assert (found.batch_size, found.new_batch_threshold) == (queues["batchSize"], queues["newBatchThreshold"])
    assert (found.visibility_timeout, found.function_timeout) == (30.0, 600.0)


def test_the_app_takes_messages_in_before_a_whole_batch_is_done() -> None:
    """Else the slowest request of each batch keeps all others waiting."""
    found = read_host_json(ROOT / "host.json", {})
    assert (found.batch_size, found.new_batch_threshold) == (8, 8)


def test_names_are_read_whatever_their_case_and_times_with_days_and_fractions(tmp_path: Path) -> None:
    queues = {"BATCHSIZE": 4, "visibilitytimeout": "1.00:00:30", "maxPollingInterval": "00:00:00.5000000"}
    found = read(tmp_path, json.dumps({"functionTimeout": "-1", "Extensions": {"queues": queues}}))
    assert (found.batch_size, found.new_batch_threshold, found.function_timeout) == (4, 2, None)
    assert (found.visibility_timeout, found.max_polling_interval) == (86430.0, 0.5)


@pytest.mark.parametrize(
    ("queues", "told"),
    [
        ({"batchSize": 33}, "extensions.queues.batchSize must be a number from 1 to 32"),
        ({"batchSize": "many"}, "extensions.queues.batchSize must be a number"),
        ({"newBatchThreshold": -1}, "extensions.queues.newBatchThreshold must be a number from 0"),
        ({"maxDequeueCount": 0}, "extensions.queues.maxDequeueCount must be a number from 1"),
        ({"visibilityTimeout": 30}, "extensions.queues.visibilityTimeout: a time must read hh:mm:ss"),
        ({"visibilityTimeout": "24:00:00"}, "a time must read hh:mm:ss"),
        ({"messageEncoding": "none"}, "messageEncoding base64 alone"),
        ([], "extensions.queues must be an object"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(tmp_path: Path, queues: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(tmp_path, json.dumps({"extensions": {"queues": queues}}))


def test_what_is_not_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"host\.json is not JSON"):
        read(tmp_path, "{")


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        (("--invisibility", "0.5"), {}, "whole seconds, 1 or more"),
        (("--function-key", ""), {}, "an empty key would let everybody in"),
        ((), {"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "64k"}, "must be a number of bytes"),
    ],
)
def test_an_option_or_setting_that_cannot_be_is_refused(
    tmp_path: Path, options: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    command = [sys.executable, "-m", "local.host", "--app", str(write_app(tmp_path, OPEN)), *options]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode != 0
    assert told in done.stderr


def test_an_app_setting_overrides_host_json(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text(json.dumps({"functionTimeout": "00:10:00", "extensions": {}}))
    environ = {
        "AzureFunctionsJobHost__functionTimeout": "00:01:00",
        "AzureFunctionsJobHost__extensions__queues__batchSize": "3",
    }
    config = read_host_json(tmp_path / "host.json", environ)
    assert (config.function_timeout, config.batch_size) == (60.0, 3)

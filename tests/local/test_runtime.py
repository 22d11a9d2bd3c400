"""The real app under Microsoft's own Python runtime: indexed whole, and invoked."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import cast

import pytest

from tests.contract_of_api import OPENAPI
from tests.paths import ROOT
from tests.unit.test_settings import environment

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 13), reason="the runtime is made for Python 3.13 and later"
)

JSON = {"content-type": "application/json", "x-functions-key": "key"}
BAD_SUBMISSION = {
    "function": "submit_export",
    "method": "POST",
    "url": "http://localhost/api/exports",
    "headers": JSON,
    "body": '{"regulation": "gdpr"}',
}
HEALTH = {"function": "health", "method": "GET", "url": "http://localhost/api/health"}
HTTP = {
    str(operation["operationId"]): ["httpTrigger", "http"]
    for methods in OPENAPI["paths"].values()
    for operation in cast("Mapping[str, Mapping[str, object]]", methods).values()
}


def under_the_runtime(settings: Mapping[str, str], *invocations: Mapping[str, object]) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.local.runtime", str(ROOT)],
        input=json.dumps(invocations),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
    )
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def answers(found: Mapping[str, object]) -> list[dict[str, object]]:
    given = found["answers"]
    assert isinstance(given, list)
    return given


def test_every_function_is_indexed_with_its_bindings() -> None:
    functions = under_the_runtime(environment())["functions"]
    assert functions == {
        **HTTP,
        "run_request": ["queueTrigger"],
        "take_back_poison": ["queueTrigger"],
        "run_batch": ["queueTrigger"],
        "drop_batch_poison": ["queueTrigger"],
        "sweep": ["timerTrigger"],
    }


def test_http_functions_answer() -> None:
    alive, refused = answers(under_the_runtime(environment(), HEALTH, BAD_SUBMISSION))
    assert (alive["ok"], alive["status"]) == (True, 200)
    assert json.loads(str(alive["body"])) == {"status": "alive", "lastSweep": None}
    assert (refused["ok"], refused["status"]) == (True, 400)
    assert json.loads(str(refused["body"]))["errors"] == [{"field": "/subject", "rule": "is required"}]


def test_the_queue_function_takes_what_is_no_message_of_ours_and_ends_without_a_value() -> None:
    (answer,) = answers(under_the_runtime(environment(), {"function": "run_request", "message": "nonsense"}))
    assert answer == {"ok": True, "error": None}


def test_with_settings_at_fault_every_route_answers_503_and_no_queue_is_read() -> None:
    found = under_the_runtime(environment(HASH_KEY="short"), HEALTH, BAD_SUBMISSION)
    assert found["functions"] == HTTP
    assert [answer["status"] for answer in answers(found)] == [503, 503]
    assert "HASH_KEY" in str(answers(found)[0]["body"])

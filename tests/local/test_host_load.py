"""What the real worker would refuse, the embedded host refuses, and says which function is at fault."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.host_apps import write_app

REFUSED = {
    "a parameter that is not the binding": (
        """
        @app.route("a")
        async def shown(request: func.HttpRequest) -> func.HttpResponse: ...
        """,
        "shown: parameters ['request'] do not fit the binding 'req'",
    ),
    "an annotation that does not fit": (
        """
        @app.queue_trigger("message", queue_name="work", connection="STATE")
        async def handled(message: dict) -> None: ...
        """,
        "handled: message must be annotated QueueMessage",
    ),
    "a name given twice": (
        """
        blueprint = func.Blueprint()
        @app.route("a")
        async def twin(req: func.HttpRequest) -> func.HttpResponse: ...
        @blueprint.route("b")
        @blueprint.function_name("twin")
        async def other(req: func.HttpRequest) -> func.HttpResponse: ...
        app.register_functions(blueprint)
        """,
        "twin",
    ),
    "two apps": ("second = func.FunctionApp()", "must have one FunctionApp, it has 2"),
    "an import that fails": ("import no_such_module_anywhere", "ModuleNotFoundError"),
    "no functions": ("", "No job functions found"),
    "a schedule that is none": (
        """
        @app.timer_trigger("timer", schedule="every day")
        async def woken(timer: func.TimerRequest) -> None: ...
        """,
        "woken: its schedule is not NCRONTAB",
    ),
    "a trigger that is not simulated": (
        """
        @app.blob_trigger("blob", path="x", connection="STATE")
        async def woken(blob: func.InputStream) -> None: ...
        """,
        "woken: the embedded host has no blobTrigger",
    ),
    "two functions for one call": (
        """
        @app.route("same", methods=["GET", "POST"])
        async def first(req: func.HttpRequest) -> func.HttpResponse: ...
        @app.route("Same", methods=["POST"])
        async def second(req: func.HttpRequest) -> func.HttpResponse: ...
        """,
        "second: POST Same is taken by first",
    ),
    "a route it cannot read": (
        """
        @app.route("a/{id:int}")
        async def strict(req: func.HttpRequest) -> func.HttpResponse: ...
        """,
        "strict: the embedded host reads {name} alone in a route",
    ),
}


def refusal(folder: Path) -> str:
    command = [sys.executable, "-m", "local.host", "--app", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("fault", REFUSED)
def test_an_app_that_the_worker_would_lose_is_refused(fault: str, tmp_path: Path) -> None:
    source, told = REFUSED[fault]
    assert told in refusal(write_app(tmp_path, source))


@pytest.mark.parametrize(
    ("queues", "told"),
    [
        ({"messageEncoding": "none"}, "messageEncoding base64 alone"),
        ({"visibilityTimeout": "30 s"}, "a time must read hh:mm:ss"),
    ],
)
def test_a_host_json_that_it_cannot_honour_is_refused(
    queues: dict[str, object], told: str, tmp_path: Path
) -> None:
    source = """
        @app.route("a")
        async def shown(req: func.HttpRequest) -> func.HttpResponse: ...
        """
    assert told in refusal(write_app(tmp_path, source, **queues))


def test_a_connection_without_its_setting_is_refused_by_name(tmp_path: Path) -> None:
    source = """
        @app.queue_trigger("message", queue_name="work", connection="NOWHERE")
        async def handled(message: func.QueueMessage) -> None: ...
        """
    assert "NOWHERE__connectionString is not set" in refusal(write_app(tmp_path, source))

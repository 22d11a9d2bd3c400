"""Apps that Azure's worker loses whole: the embedded host refuses each, and so does Microsoft's runtime."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.host_apps import write_app
from tests.local.test_host_load import REFUSED, refusal

LOST = {
    "an answer of a kind it cannot send": (
        """
        @app.route("a")
        async def answered(req: func.HttpRequest) -> dict: ...
        """,
        "answered: what it returns must be annotated HttpResponse or str",
    ),
    "an answer of two kinds": (
        """
        @app.route("a")
        async def answered(req: func.HttpRequest) -> func.HttpResponse | str: ...
        """,
        "answered: what it returns must be annotated HttpResponse or str",
    ),
    "an annotation that names nothing": (
        """
        @app.route("a")
        async def lost(req: "Nothing") -> func.HttpResponse: ...
        """,
        "lost: its annotations cannot be read",
    ),
    "a function without a trigger": (
        """
        @app.function_name("idle")
        async def idle() -> None: ...
        """,
        "idle does not have a trigger",
    ),
}
KNOWN = (
    "a parameter that is not the binding",
    "an annotation that does not fit",
    "a name given twice",
    "two apps",
    "an import that fails",
)
"""Faults whose refusal by the embedded host test_host_load.py shows."""
RUNTIME_S = r"FunctionLoadError|ValueError: (Function|More than one)|ModuleNotFoundError|NameError"
OURS = {
    "a context": (
        """
        @app.route("a")
        async def shown(req: func.HttpRequest, context: func.Context) -> func.HttpResponse: ...
        """,
        "shown: the embedded host hands over no context",
    ),
    "another binding": (
        """
        @app.route("a")
        @app.queue_output("out", queue_name="work", connection="STATE")
        async def sent(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse: ...
        """,
        "sent: the embedded host has no queue binding",
    ),
    "a route of the host's own": (
        """
        @app.route("admin/things")
        async def shown(req: func.HttpRequest) -> func.HttpResponse: ...
        """,
        "shown: routes that begin with admin or runtime are the host's own",
    ),
    "a parameter twice in a route": (
        """
        @app.route("things/{id}/{ID}")
        async def shown(req: func.HttpRequest) -> func.HttpResponse: ...
        """,
        "shown: the route things/{id}/{ID} names a parameter twice",
    ),
    "an optional parameter": (
        """
        @app.route("things/{id?}")
        async def shown(req: func.HttpRequest) -> func.HttpResponse: ...
        """,
        "shown: the embedded host reads {name} alone in a route",
    ),
    "a parameter for all that follows": (
        """
        @app.route("things/{*rest}")
        async def shown(req: func.HttpRequest) -> func.HttpResponse: ...
        """,
        "shown: the embedded host reads {name} alone in a route",
    ),
    "every method taken twice": (
        """
        @app.route("same")
        async def first(req: func.HttpRequest) -> func.HttpResponse: ...
        @app.route("/same/", methods=["PUT"])
        async def second(req: func.HttpRequest) -> func.HttpResponse: ...
        """,
        "second: PUT /same/ is taken by first",
    ),
}


@pytest.mark.parametrize("fault", sorted(LOST | OURS))
def test_it_is_refused_and_the_function_is_named(fault: str, tmp_path: Path) -> None:
    source, told = (LOST | OURS)[fault]
    assert told in refusal(write_app(tmp_path, source))


@pytest.mark.skipif(sys.version_info < (3, 13), reason="the runtime is made for Python 3.13 and later")
@pytest.mark.parametrize("fault", sorted({*LOST, *KNOWN}))
def test_microsoft_s_runtime_refuses_it_too(fault: str, tmp_path: Path) -> None:
    app = write_app(tmp_path, (REFUSED | LOST)[fault][0])
    command = [sys.executable, "-m", "tests.local.runtime", str(app)]
    done = subprocess.run(command, input="[]", capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(RUNTIME_S, done.stderr)


def test_a_folder_without_an_app_is_refused_and_no_other_app_is_served(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{}")
    assert f"there is no function_app.py in {tmp_path}" in refusal(tmp_path)

"""Small function apps for the embedded host, and a process that serves them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import httpx

from local.child import Child, Command, python

KEY = "-key-"
PATIENCE = 30.0


def write_app(folder: Path, source: str, **queues: object) -> Path:
    """An app in `folder`; `queues` go to host.json's extensions.queues."""
    content = {"version": "2.0", "functionTimeout": "00:00:10", "extensions": {"queues": queues}}
    (folder / "host.json").write_text(json.dumps(content))
    head = "import asyncio, os, pathlib, time\nimport azure.functions as func\napp = func.FunctionApp()\n"
    (folder / "function_app.py").write_text(head + dedent(source))
    return folder


@dataclass(frozen=True)
class Served:
    """A running host and a client of it that has the key."""

    child: Child
    http: httpx.Client


@contextmanager
def served(folder: Path, environment: Mapping[str, str] | None = None, *options: str) -> Iterator[Served]:
    """The app in `folder` in a host of its own."""
    arguments = python(
        "local.host", "--app", str(folder), f"--function-key={KEY}", "--follow-parent", *options
    )
    with Child(Command("host", arguments, folder / "host.log", environment or {})) as child:
        url = str(child.ready(PATIENCE)["url"])
        with httpx.Client(base_url=url, headers={"x-functions-key": KEY}, trust_env=False) as http:
            yield Served(child, http)

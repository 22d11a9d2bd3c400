"""`python -m local.host --app DIR`: serve a function app on this machine."""

import argparse
import asyncio
import json
import logging
import os
import sys
from pathlib import Path

import uvicorn

from local.host.config import HostConfig, read_host_json
from local.host.http import HttpDispatch
from local.host.load import AppRefused, Function, HttpFunction, QueueFunction, load
from local.host.queues import INVISIBILITY, QueueListener
from local.lifeline import follow_parent
from local.listen import listening


def main() -> int:
    """Serve until SIGTERM or SIGINT; 1 if the worker would refuse the app."""
    options = _options()
    if options.follow_parent:
        follow_parent()
    # As Azure's worker does, hand on whatever the app lets through; LOG_LEVEL is the app's own setting.
    logging.basicConfig(stream=sys.stderr, level=os.environ.get("LOG_LEVEL", "INFO"), format="%(message)s")
    logging.getLogger("azure").setLevel(logging.WARNING)
    try:
        functions = load(options.app.resolve())
        config = read_host_json(options.app / "host.json")
        asyncio.run(_serve(functions, config, options))
    except (AppRefused, OSError, ValueError) as refusal:
        print(f"The app cannot be served: {refusal}", file=sys.stderr)
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host")
    parser.add_argument("--app", type=Path, required=True, help="folder with function_app.py and host.json")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--function-key", default="local")
    parser.add_argument("--invisibility", type=float, default=INVISIBILITY, help="seconds; see docs/local.md")
    parser.add_argument("--follow-parent", action="store_true", help="end when standard input closes")
    return parser.parse_args()


async def _serve(functions: tuple[Function, ...], config: HostConfig, options: argparse.Namespace) -> None:
    https = tuple(one for one in functions if isinstance(one, HttpFunction))
    listeners = [
        QueueListener(one, connection_string(one.connection), config, options.invisibility)
        for one in functions
        if isinstance(one, QueueFunction)
    ]
    asgi = HttpDispatch(https, config.route_prefix, options.function_key, config.function_timeout).asgi()
    server = uvicorn.Server(
        uvicorn.Config(asgi, log_level="warning", lifespan="off", timeout_graceful_shutdown=3)
    )
    with listening(options.port) as server_socket:
        tasks = [asyncio.create_task(listener.listen()) for listener in listeners]
        url = f"http://127.0.0.1:{server_socket.getsockname()[1]}"
        names = sorted(one.name for one in functions)
        ready = {"event": "ready", "url": url, "pid": os.getpid(), "functions": names}
        announcing = asyncio.create_task(_announce(server, ready))
        await server.serve(sockets=[server_socket])
        for task in (announcing, *tasks):
            task.cancel()
        await asyncio.gather(announcing, *tasks, return_exceptions=True)


async def _announce(server: uvicorn.Server, ready: dict[str, object]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by a flag
        await asyncio.sleep(0.01)
    print(json.dumps(ready), flush=True)


def connection_string(name: str) -> str:
    """The connection's setting, as the real host finds it. Raises `ValueError`."""
    settings = {key.lower(): value for key, value in os.environ.items()}
    found = settings.get(name.lower()) or settings.get(f"{name}__connectionString".lower())
    if not found:
        raise ValueError(f"{name}__connectionString is not set; the embedded host has no identity to use")
    return found


sys.exit(main())

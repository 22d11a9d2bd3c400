"""`python -m local.host --app DIR`: serve a function app on this machine."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path

import uvicorn

from local.host.admin import Admin
from local.host.config import HostConfig, read_host_json
from local.host.http import HttpDispatch
from local.host.invoke import Invoker
from local.host.load import AppRefused, Function, HttpFunction, QueueFunction, TimerFunction, load
from local.host.queues import INVISIBILITY, HowToListen, QueueListener
from local.host.timers import Timer
from local.lifeline import follow_parent
from local.listen import listening

log = logging.getLogger("host")


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
        config = read_host_json(options.app / "host.json", os.environ)
        return asyncio.run(_serve(functions, config, options))
    except (AppRefused, OSError, ValueError) as refusal:
        print(f"The app cannot be served: {refusal}", file=sys.stderr)
        return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host")
    parser.add_argument("--app", type=Path, required=True, help="folder with function_app.py and host.json")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--function-key", default="local", type=_key)
    parser.add_argument(
        "--invisibility", type=_seconds, default=INVISIBILITY, help="seconds; see docs/local.md"
    )
    parser.add_argument("--follow-parent", action="store_true", help="end when standard input closes")
    return parser.parse_args()


def _key(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("an empty key would let everybody in")
    return text


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("whole seconds, 1 or more")
    return int(text)


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would end the process by them before the queues are left."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(functions: tuple[Function, ...], config: HostConfig, options: argparse.Namespace) -> int:
    invoker = Invoker(config.function_timeout)
    how = HowToListen(config, invoker, options.invisibility)
    https = tuple(one for one in functions if isinstance(one, HttpFunction))
    timers = {one.name: Timer(one, invoker) for one in functions if isinstance(one, TimerFunction)}
    admin = Admin({name: timer.call for name, timer in timers.items()})
    asgi = HttpDispatch(https, config, options.function_key, invoker, admin)
    listeners = [
        QueueListener(one, connection_string(one.connection), how)
        for one in functions
        if isinstance(one, QueueFunction)
    ]
    server = _Server(
        uvicorn.Config(asgi, log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=3)
    )
    with listening(options.port) as server_socket:
        url = f"http://127.0.0.1:{server_socket.getsockname()[1]}"
        names = sorted(one.name for one in functions)
        ready = {"event": "ready", "url": url, "pid": os.getpid(), "functions": names}
        announcing = asyncio.create_task(_announce(server, ready))
        try:
            working = [*(one.listen() for one in listeners), *(timer.run() for timer in timers.values())]
            return await _until_asked_to_end(server, server_socket, working)
        finally:
            announcing.cancel()


async def _until_asked_to_end(
    server: uvicorn.Server, server_socket: socket.socket, working: Sequence[Coroutine[None, None, None]]
) -> int:
    """0 once a signal has come; 1 if something ended that should not have."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked.set))
    waiting = asyncio.create_task(asked.wait())
    serving = asyncio.create_task(server.serve(sockets=[server_socket]))
    taking = [asyncio.create_task(one) for one in working]
    await asyncio.wait([waiting, serving, *taking], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    for task in (waiting, *taking):  # queues and calls are left at the same time, each within seconds
        task.cancel()
    ended = await asyncio.gather(serving, *taking, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception):
            log.error("the host ends", exc_info=fault)
    return 0 if asked.is_set() else 1


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


def _end(code: int) -> None:
    """End at once: a function in a thread that does not come back must not hold the process."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


_end(main())

"""Serve applications of the local stack until one of them ends."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import uvicorn
from starlette.applications import Starlette


@dataclass(frozen=True)
class Side:
    """An application on a listening socket; over TLS where there is a certificate with its key (PEM).

    `tells_time` is whether answers get the header Date here; without, the application sets it.
    """

    asgi: Starlette
    socket: socket
    certificate: Path | None = None
    key: Path | None = None
    tells_time: bool = True


async def serve(sides: Sequence[Side], ready: Mapping[str, object]) -> None:
    """Serve, and print `ready` as a line of JSON once all answer. SIGTERM and SIGINT end it."""
    servers = [_server(side) for side in sides]
    announcing = asyncio.create_task(_announce(servers, ready))
    serving = [
        asyncio.create_task(server.serve(sockets=[side.socket]))
        for server, side in zip(servers, sides, strict=True)
    ]
    await asyncio.wait(serving, return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.should_exit = True
    announcing.cancel()


def _server(side: Side) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            side.asgi,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ssl_certfile=side.certificate,
            ssl_keyfile=side.key,
            date_header=side.tells_time,
            timeout_graceful_shutdown=1,
        )
    )


async def _announce(servers: Sequence[uvicorn.Server], ready: Mapping[str, object]) -> None:
    while not all(server.started for server in servers):  # noqa: ASYNC110 - uvicorn tells by a flag
        await asyncio.sleep(0.01)
    print(json.dumps(ready), flush=True)

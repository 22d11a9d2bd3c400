"""What a command works with, put together from the command line and the environment."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import typer

from operate.address import address_of
from operate.client import TIMEOUT, Client
from operate.retrying import Retrying
from operate.screen import Screen, screen
from operate.signing_in import Way, token_source


@dataclass(frozen=True)
class Surroundings:
    """What is outside of the program; without a transport, the network."""

    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True)
class Session:
    """One command's."""

    client: Client
    screen: Screen
    around: Surroundings


@contextmanager
def session(url: str | None, way: Way, around: Surroundings, *, as_json: bool) -> Iterator[Session]:
    """Nobody needs an address or a sign-in before the first call."""
    shown = screen(as_json=as_json)
    token = token_source(way, os.environ, record(), shown.tell)
    with httpx.Client(timeout=TIMEOUT, transport=around.transport) as http:
        client = Client(http, lambda: address_of(url), token, Retrying(around.sleep))
        yield Session(client, shown, around)


def record() -> Path:
    """Where it says whose tokens the system's key store holds."""
    return Path(typer.get_app_dir("operate")) / "signed-in.json"

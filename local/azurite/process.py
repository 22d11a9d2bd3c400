"""Azurite as a process of the local stack, on free ports of the loopback interface."""

import socket
import time
from pathlib import Path
from types import TracebackType

from local.child import Child, Command, NotReady
from local.node import AZURITE_HOME, find_node

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's well-known account and key: the same for everybody, no secret."""
PATIENCE = 30.0
SERVICES = ("blob", "queue", "table")


IN_MEMORY = "--inMemoryPersistence"
"""Of Azurite: nothing is kept. On disk it writes all that it has anew every few seconds."""


class Azurite:
    """Running Azurite with its data under `folder`, unless `IN_MEMORY` is among `more`, its own options."""

    def __init__(self, folder: Path, *more: str) -> None:
        node = find_node()
        if node is None:
            raise NotReady("there is no Node.js for Azurite; run: make setup")
        self._ports = dict(zip(SERVICES, _free_ports(len(SERVICES)), strict=True))
        script = AZURITE_HOME / "node_modules/azurite/dist/src/azurite.js"
        before = (Path(__file__).with_name(name) for name in ("lifeline.js", "partitions.js"))
        options = [f"--{name}Port={port}" for name, port in self._ports.items()]
        arguments = [
            node.node,
            *(word for path in before for word in ("-r", str(path))),
            str(script),
            "--silent",
            "--disableTelemetry",
            *options,
            *more,
        ]
        location = () if IN_MEMORY in more else ("--location", str(folder / "azurite"))
        self._command = Command("Azurite", [*arguments, *location], folder / "azurite.log", {})
        self._child = Child(self._command)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def connection_string(self) -> str:
        """For the storage SDKs and the app's settings."""
        endpoints = (f"{name.capitalize()}Endpoint={self.address(name)}" for name in SERVICES)
        account = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY}"
        return ";".join((account, *endpoints))

    def address(self, service: str, scheme: str = "http") -> str:
        """The address of `blob`, `queue` or `table`."""
        return f"{scheme}://127.0.0.1:{self._ports[service]}/{ACCOUNT}"

    def ended(self) -> int | None:
        """The exit code; None while it runs."""
        return self._child.ended()

    def stop(self) -> None:
        """End it."""
        self._child.stop()

    def start_again(self) -> None:
        """Start it after `stop`, with the same addresses and data. Raises `NotReady`."""
        self._child = Child(self._command)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not all(_answers(port) for port in self._ports.values()):
            if time.monotonic() > deadline or self._child.ended() is not None:
                self.stop()
                raise NotReady("Azurite did not get ready")
            time.sleep(0.05)

    def __enter__(self) -> "Azurite":
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(held.getsockname()[1]) for held in sockets]
    for held in sockets:
        held.close()
    return ports


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True

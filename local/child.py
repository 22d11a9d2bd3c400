"""A process of the local stack: started on a lifeline, ready when it says so, ended within bounds."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

PATIENCE = 8.0
"""Seconds: a second signal too soon would end Azurite in the middle of writing its data."""


class NotReady(Exception):
    """A process did not get ready; the message says where its log is."""


@dataclass(frozen=True)
class Command:
    """What to start: arguments, what to add to the environment, where its standard error goes."""

    name: str
    arguments: Sequence[str]
    log: Path
    environment: Mapping[str, str]


class Child:
    """A running process. It ends when we close its standard input, or when we are gone."""

    def __init__(self, command: Command) -> None:
        command.log.parent.mkdir(parents=True, exist_ok=True)
        self._command = command
        with command.log.open("ab") as log:
            self._process = subprocess.Popen(
                command.arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **command.environment},
                start_new_session=True,  # a ctrl-C in the terminal is for the parent, which ends its children
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ended(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def ready(self, patience: float) -> Mapping[str, object]:
        """The JSON line it prints when it is ready. Raises `NotReady` after `patience` seconds."""
        lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_drain, args=(self._process.stdout, lines), daemon=True).start()
        try:
            line = lines.get(timeout=patience)
            ready: Mapping[str, object] = json.loads(line)
        except (queue.Empty, ValueError):
            self.stop()
            raise NotReady(f"{self._command.name} did not get ready; see {self._command.log}") from None
        return ready

    def stop(self) -> None:
        """End it: by closing its input, then by SIGTERM, at last by SIGKILL."""
        if self._process.stdin:
            self._process.stdin.close()
        for harder in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(PATIENCE)
                break
            except subprocess.TimeoutExpired:
                harder()
        self._process.wait(PATIENCE)
        if self._process.stdout:
            self._process.stdout.close()

    def kill(self) -> None:
        """End it at once, as a machine that fails would."""
        self._process.kill()
        self.stop()

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def python(module: str, *arguments: str) -> list[str]:
    """The arguments to run a module with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def _drain(stdout: IO[bytes] | None, lines: "queue.Queue[bytes]") -> None:
    """Pass on the first line and throw away the rest, so that the process never blocks on writing."""
    if stdout is None:
        return
    try:
        lines.put(stdout.readline())
        while stdout.read(65536):
            pass
    except ValueError:
        return  # closed while reading: the process is being ended

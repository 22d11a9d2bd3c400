"""A list of deletions through the real command line and the real stack: interrupted, killed, and run again.

The command gets a ctrl-C when a part of the lines has been accepted, and the app's host is killed then; both
are started again. Afterwards the simulator tells who was deleted, and how often. A short list goes first, on
a stack of its own, so that memory can be compared.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from local.azurite.process import IN_MEMORY, Azurite
from local.child import python
from local.node import ROOT
from local.stack import Ready, Stack, StackOptions, running_stack

SETTINGS = {
    "REPLICATION_WINDOW": "PT0.5S",
    "LOG_LEVEL": "WARNING",
    "GRAPH_RATE": "1000",
    "AzureFunctionsJobHost__functionTimeout": "00:01:00",
}
"""The lease of a run that was killed follows from the timeout."""
SHORT = 1000
"""Lines of the list that memory is compared with."""
BYSTANDERS = 50
TENANT = "contoso"
INTERRUPTED = 130
PATIENCE = 4 * 3600.0
"""Seconds for all of it."""
Json = Mapping[str, object]


@dataclass
class Peaks:
    """The most memory that processes ever had, in bytes, by what they are."""

    seen: dict[str, int] = field(default_factory=dict)

    def look(self, name: str, pid: int) -> None:
        """VmHWM of proc(5), which outlives no process: to be looked at while it runs."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        if found := re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE):
            self.seen[name] = max(self.seen.get(name, 0), int(found[1]) * 1024)


@dataclass(frozen=True)
class Outcome:
    """One list: `exits` are the codes of the command, `deleted` how often each person was."""

    lines: int
    seconds: float
    exits: tuple[int, ...]
    batch: Json
    deleted: Counter[str]
    people: frozenset[str]
    peaks: Mapping[str, int]

    @property
    def once(self) -> int:
        """People of the list who were moved to the recycle bin once, and purged once."""
        return sum(self.deleted[one] == 1 for one in self.people)

    @property
    def others(self) -> int:
        """Deletions of anybody else, or of somebody a second time."""
        return self.deleted.total() - self.once


def measure(lines: int = 10_000) -> dict[str, float | int]:
    """Deletions a second, deletions done once, and memory beside that of a short list."""
    # Of a shell that started this in the background it is ignored, and so it would be by the command.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    short, long = _one_list(min(SHORT, lines)), _one_list(lines)
    figures = {f"{name}_memory_ratio": long.peaks[name] / short.peaks[name] for name in sorted(long.peaks)}
    memory = {f"{name}_peak_bytes": size for name, size in sorted(long.peaks.items())}
    return {
        "lines": lines,
        "seconds": long.seconds,
        "deletions_per_second": lines / long.seconds,
        "deleted_once": long.once,
        "deleted_otherwise": long.others + short.others,
        "interrupted": sum(code == INTERRUPTED for code in long.exits),
        "last_exit": long.exits[-1],
        **memory,
        **figures,
    }


def _one_list(lines: int) -> Outcome:
    with (
        tempfile.TemporaryDirectory() as folder,
        Azurite(Path(folder), IN_MEMORY) as storage,
        running_stack(_options(storage)) as (stack, ready),
        httpx.Client(base_url=ready.graph, timeout=60, trust_env=False) as graph,
    ):
        people = _people(graph, lines)
        for _ in range(BYSTANDERS):
            _person(graph)
        path = Path(folder) / "list.csv"
        path.write_text("".join(f"{row}\n" for row in ("email", *people.values())))
        return _handed_in(stack, ready, graph, path, people)


def _options(storage: Azurite) -> StackOptions:
    """Storage is what lasts while hosts are killed; on its disk it would take longer with each request."""
    connection = storage.connection_string
    return StackOptions(users=2, invisibility=5, settings=SETTINGS, storage_connection_string=connection)


def _people(graph: httpx.Client, count: int) -> dict[str, str]:
    """Addresses by object id."""
    return dict(_person(graph) for _ in range(count))


def _person(graph: httpx.Client) -> tuple[str, str]:
    address = f"{uuid4().hex}@example.com"
    issuer = f"{TENANT}.onmicrosoft.com"
    identity = {"signInType": "emailAddress", "issuer": issuer, "issuerAssignedId": address}
    made = graph.post("/_control/users", json={"tenant": TENANT, "identities": [identity]})
    return str(made.raise_for_status().json()["object_id"]), address


def _handed_in(
    stack: Stack, ready: Ready, graph: httpx.Client, path: Path, people: Mapping[str, str]
) -> Outcome:
    graph.delete("/_control/writes").raise_for_status()
    command, peaks, started = _Command(ready, graph, path), Peaks(), time.monotonic()
    first = command.run(peaks, ready.pids["host"], until=len(people) // 3)
    stack.kill_host()
    stack.start_host(port=urlsplit(ready.app).port or 0)
    second = command.run(peaks, ready.pids["host"], until=None)
    return Outcome(
        lines=len(people),
        seconds=time.monotonic() - started,
        exits=(first[0], second[0]),
        batch=second[1],
        deleted=_deleted(graph),
        people=frozenset(people),
        peaks=peaks.seen,
    )


def _deleted(graph: httpx.Client) -> Counter[str]:
    """How often each account was moved to the recycle bin, as the simulator has it."""
    writes: Sequence[Json] = graph.get("/_control/writes").raise_for_status().json()
    deletions = (one for one in writes if one["method"] == "DELETE")
    return Counter(str(one["object_id"]) for one in deletions if "deletedItems" not in str(one["path"]))


@dataclass(frozen=True)
class _Command:
    """`operate bulk` about a list, in a process of its own."""

    ready: Ready
    graph: httpx.Client
    path: Path

    def run(self, peaks: Peaks, host: int, until: int | None) -> tuple[int, Json]:
        """Its exit code and what it said, interrupted once so many lines are accepted."""
        words = ("bulk", str(self.path), "--kind", "deletion", "--regulation", "gdpr", "--yes", "--json")
        more = {"OPERATE_URL": self.ready.app, "OPERATE_TOKEN": self._token(), "NO_PROXY": "127.0.0.1"}
        with subprocess.Popen(  # noqa: S603 - our own program
            python("operate", *words),
            cwd=ROOT,
            env={**os.environ, **more},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            self._watch(process, peaks, host, until)
            out, _ = process.communicate()
        return process.returncode, json.loads(out) if out else {}

    def _watch(self, process: "subprocess.Popen[str]", peaks: Peaks, host: int, until: int | None) -> None:
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            peaks.look("command", process.pid)
            peaks.look("host", host)
            if until is not None and self._accepted() >= until:
                process.send_signal(signal.SIGINT)
                return
            time.sleep(0.5)

    def _accepted(self) -> int:
        headers = {"authorization": f"Bearer {self._token()}"}
        url = f"{self.ready.app}/api/operations/batches"
        answer = httpx.get(url, headers=headers, timeout=60, trust_env=False)
        return sum(int(one["lines"]["accepted"]) for one in answer.raise_for_status().json()["batches"])

    def _token(self) -> str:
        asked = {"kind": "operator", "operator": "olga"}
        return str(self.graph.post("/_control/tokens", json=asked).raise_for_status().json()["token"])

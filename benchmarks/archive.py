"""Exports of one person with ever more audit events, and of many people at once: what a worker needs.

Each is a fresh process (`benchmarks.archive_app`) that reads pages from another over HTTP through the real
Graph adapter, stages them in Azurite and makes the archive from there. Beside it `benchmarks.archive_bare`
reads the same pages by the bare minimum (httpx, json, zlib), and through the SDK's models.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.took import Took
from local.azurite.process import Azurite
from local.child import Child, Command, python
from local.node import ROOT

PATIENCE = 30.0
FEW, SOME, MANY = 1_000, 10_000, 200_000
AT_ONCE = 16
SDK_EVENTS = 1_500
"""A page of each list: the models take seconds for each."""
MIB = 1 << 20
LIMITS: Mapping[str, str] = {
    "memory_ratio_200k_1k": "<= 1.15",
    "cpu_ratio_sdk_to_app": ">= 20",
    "cpu_ratio_to_bare": "<= 2",
    "mib_per_export_of_16": "<= 10",
}
"""What the figures are to be; shown beside them."""


@dataclass(frozen=True)
class _Bench:
    """Where the pages are, and where staging and archives go."""

    graph: str
    storage: str

    def app(self, events: int, exports: int = 1) -> Took:
        """So many exports at once, each of so many events."""
        return _taken("archive_app", self.graph, self.storage, events, exports)

    def other(self, way: str, events: int) -> Took:
        """The same pages by `way`."""
        return _taken("archive_bare", way, self.graph, events)


def measure(events: int = MANY) -> dict[str, float]:
    """CPU and wall seconds per 1,000 events, peak memory, and the ratios that `LIMITS` bounds.

    `events` is how many the largest export has; the ratios of CPU are of that size.
    """
    with TemporaryDirectory(prefix="privacy-benchmark-") as name:
        folder = Path(name)
        pages = Command("pages", python("benchmarks.page_server"), folder / "pages.log", {})
        with Azurite(folder) as azurite, Child(pages) as server:
            return _figures(_Bench(str(server.ready(PATIENCE)["url"]), azurite.connection_string), events)


def _figures(bench: _Bench, most: int) -> dict[str, float]:
    sizes = {"1k": FEW, "10k": SOME, "200k": most}
    took = {name: bench.app(events) for name, events in sizes.items()}
    together = bench.app(SOME, AT_ONCE)
    bare = bench.other("bare", most).cpu / most * 1000
    sdk = bench.other("sdk", SDK_EVENTS).cpu / SDK_EVENTS * 1000
    app = took["200k"].cpu / most * 1000
    return {
        **{name: value for size, one in took.items() for name, value in _row(size, sizes[size], one).items()},
        "cpu_seconds_per_1000_bare": bare,
        "cpu_seconds_per_1000_sdk": sdk,
        "seconds_16_at_once": together.seconds,
        "peak_mib_16_at_once": together.memory_peak / MIB,
        "memory_ratio_200k_1k": took["200k"].memory_peak / took["1k"].memory_peak,
        "cpu_ratio_sdk_to_app": sdk / app,
        "cpu_ratio_to_bare": app / bare,
        "mib_per_export_of_16": (together.memory_peak - together.memory_before) / MIB / AT_ONCE,
    }


def _row(size: str, events: int, took: Took) -> dict[str, float]:
    return {
        f"cpu_seconds_per_1000_{size}": took.cpu / events * 1000,
        f"seconds_{size}": took.seconds,
        f"peak_mib_{size}": took.memory_peak / MIB,
    }


def _taken(module: str, *arguments: object) -> Took:
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        python(f"benchmarks.{module}", *map(str, arguments)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        timeout=3600,
    )
    return Took(**json.loads(done.stdout.splitlines()[-1]))

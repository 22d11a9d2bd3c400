"""`python -m benchmarks NAME [--json]`: speed beside the bare minimum of the same work, and endurance."""

import argparse
import importlib
import json
from collections.abc import Mapping
from typing import Protocol

NAMES = ("startup", "parse", "accept", "report")
LONG = ("archive", "bulk", "kill", "hosts", "long_export", "quota")
"""Not among `all`: they take minutes."""
Figures = Mapping[str, float | int | str]


class Benchmark(Protocol):
    """A module with one measurement; `LIMITS`, where it has them, are what its figures are to be."""

    def measure(self, **sizes: int) -> Figures:
        """The figures, by name with their unit."""


def main() -> None:
    """Run one benchmark, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", choices=(*NAMES, *LONG, "all"))
    parser.add_argument("--requests", type=int, help="how many, for kill and hosts")
    parser.add_argument("--events", type=int, help="how many, for long_export and archive")
    parser.add_argument("--lines", type=int, help="how many, for bulk")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    chosen = NAMES if options.name == "all" else (options.name,)
    asked = {"requests": options.requests, "events": options.events, "lines": options.lines}
    sizes = {name: size for name, size in asked.items() if size}
    figures = {name: _benchmark(name).measure(**sizes) for name in chosen}
    if options.json:
        print(json.dumps(figures if options.name == "all" else figures[options.name]))
    else:
        _print(figures)


def _benchmark(name: str) -> Benchmark:
    module: Benchmark = importlib.import_module(f"benchmarks.{name}")
    return module


def _print(figures: Mapping[str, Figures]) -> None:
    for name, values in figures.items():
        limits: Mapping[str, str] = getattr(_benchmark(name), "LIMITS", {})
        for key, value in values.items():
            shown = f"{value:>12.4g}" if isinstance(value, float) else f"{value:>12}"
            print(f"{name:8} {key:32} {shown} {limits.get(key, '')}".rstrip())


main()

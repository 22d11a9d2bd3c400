"""Faults on demand: those that were asked for, and the one that a call gets."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from local.graph.asked import fault_asked_for
from local.graph.directory import Json
from local.graph.fault import Fault, Incoming


@dataclass
class Pending:
    """`met` counts the calls that the fault fits, `struck` those of them that failed."""

    fault: Fault
    dice: random.Random
    met: int = 0
    struck: int = 0

    def strikes(self, call: Incoming) -> bool:
        """Whether this call fails; counts it."""
        fault = self.fault
        if self.struck == fault.times or not fault.fits(call):
            return False
        self.met += 1
        if self.met <= fault.after or self.dice.random() >= fault.probability:
            return False
        self.struck += 1
        return True


@dataclass
class Faults:
    """Those asked for, oldest first. Each has dice of its own, so that no other fault changes its luck."""

    seed: int = 1
    pending: list[Pending] = field(default_factory=list)

    def add(self, asked: Json, tenants: Iterable[str]) -> None:
        """One more. Raises `Refused`."""
        fault = fault_asked_for(asked, sorted(tenants))
        dice = random.Random(f"{self.seed} {len(self.pending)}")  # noqa: S311 - the same faults for the same seed
        self.pending.append(Pending(fault, dice))

    def clear(self) -> None:
        """None any more."""
        self.pending.clear()

    def shown(self) -> list[Json]:
        """What became of each."""
        return [
            {"fault": one.fault.kind, "path": one.fault.path, "met": one.met, "struck": one.struck}
            for one in self.pending
        ]

    def next_for(self, call: Incoming) -> Fault | None:
        """The fault that this call gets."""
        return next((one.fault for one in self.pending if one.strikes(call)), None)

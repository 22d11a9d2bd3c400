"""What tests can switch about signing in, and what was asked of the login endpoint."""

from collections import Counter
from dataclasses import dataclass, field

from local.graph.directory import Json


@dataclass
class Switches:
    """`down`: metadata and keys are 503, with `cut` their answers break off.

    `second_factor`: it is always asked for, outside B2C.
    """

    down: bool = False
    cut: bool = False
    second_factor: bool = False
    metadata: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)

    def clear(self) -> None:
        """As at the start, nothing counted."""
        self.down = self.cut = self.second_factor = False
        self.metadata.clear()
        self.keys.clear()

    def shown(self) -> Json:
        """How everything stands; calls by the path that was asked for, refused ones included."""
        return {
            "down": self.down,
            "cut": self.cut,
            "second_factor": self.second_factor,
            "metadata": self.metadata.total(),
            "keys": self.keys.total(),
            "paths": {**self.metadata, **self.keys},
        }

"""Look at something again and again until it goes no further by itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from operate.answers import Json, View
from operate.exits import Exit, Failed
from operate.words import ENDED, NEEDS_OPERATOR

FIRST, LONGEST, FACTOR = 0.5, 60.0, 1.5
"""Seconds between two looks: grows while nothing changes, begins anew when something does."""
MOST_MISSED = 5
"""Looks in a row that may go wrong: a network that comes and goes is no reason to stop."""
PASSING = frozenset({Exit.UNREACHABLE, Exit.BUSY})


@dataclass(frozen=True)
class Following:
    """`look` raises `Failed`; `patience` is in seconds of waiting; `at_rest`: whether nothing more comes."""

    look: Callable[[], Json]
    sleep: Callable[[float], None]
    patience: float
    at_rest: Callable[[Json], bool]

    def __call__(self) -> Iterator[Json]:
        """What is seen whenever it differs, the last of it last. Raises `Failed`."""
        seen, waited, pause = self.look(), 0.0, FIRST
        yield seen
        while not self.at_rest(seen) and waited < self.patience:
            self.sleep(pause)
            waited += pause
            before, seen = seen, self._next_look(pause)
            pause = FIRST if seen != before else min(pause * FACTOR, LONGEST)
            if seen != before:
                yield seen

    def _next_look(self, pause: float) -> Json:
        for _ in range(MOST_MISSED - 1):
            try:
                return self.look()
            except Failed as failed:
                if failed.code not in PASSING:
                    raise
                self.sleep(pause)
        return self.look()


def is_at_rest(seen: Json) -> bool:
    """Whether nothing more comes by itself."""
    return View.read(seen).status in ENDED | NEEDS_OPERATOR


def came_to(view: View) -> Exit:
    """The exit code for where it stands."""
    if view.status in ENDED:
        return Exit.DONE
    return Exit.NEEDS_OPERATOR if view.status in NEEDS_OPERATOR else Exit.NOT_ENDED

"""Replication lag: for a while after a write, reads still see the directory as it was before."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

Held = dict[str, object]


@dataclass(frozen=True)
class Seen:
    """Users and recycle bin of one moment, by object id."""

    users: Mapping[str, Held]
    bin: Mapping[str, Held]


@dataclass(frozen=True)
class Change:
    """What was held on a user until the write `at`, among the users and in the bin."""

    at: float
    object_id: str
    user: Held | None
    recycled: Held | None


@dataclass
class Lag:
    """How far reads are behind, and the changes that they do not see yet, oldest first."""

    seconds: float = 0.0
    changes: deque[Change] = field(default_factory=deque)

    def change(self, seconds: float) -> None:
        """Another lag from now on; what is older than that stays seen, whatever comes later."""
        self.seconds = seconds
        self._forget_old()

    def note(self, object_id: str, now: Seen) -> None:
        """Remember what is about to be changed."""
        if self.seconds > 0:
            before = now.users.get(object_id), now.bin.get(object_id)
            self.changes.append(Change(time.monotonic(), object_id, *before))

    def seen(self, now: Seen) -> Seen:
        """What reads see: `now`, with the changes that are too young undone, the youngest first."""
        self._forget_old()
        if not self.changes:
            return now
        users, recycled = dict(now.users), dict(now.bin)
        for change in reversed(self.changes):
            _put(users, change.object_id, change.user)
            _put(recycled, change.object_id, change.recycled)
        return Seen(users, recycled)

    def _forget_old(self) -> None:
        oldest = time.monotonic() - self.seconds
        while self.changes and self.changes[0].at <= oldest:
            self.changes.popleft()


def _put(place: dict[str, Held], object_id: str, held: Held | None) -> None:
    place.pop(object_id, None)
    if held is not None:
        place[object_id] = held

"""What is handed out under names that nobody can guess: codes, sessions, refresh tokens."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from local.graph.sign_in.grant import Grant, SignedIn

T = TypeVar("T")
CODE_LIFE, SESSION_LIFE, REFRESH_LIFE = 600, 24 * 3600, 14 * 24 * 3600


class Held(Generic[T]):
    """Each is good for `life` seconds."""

    def __init__(self, life: float) -> None:
        self._life = life
        self._things: dict[str, tuple[float, T]] = {}

    def put(self, thing: T) -> str:
        """Keep it; its new name."""
        now = time.monotonic()
        self._things = {name: kept for name, kept in self._things.items() if kept[0] > now}
        name = secrets.token_urlsafe(32)
        self._things[name] = now + self._life, thing
        return name

    def get(self, name: str) -> T | None:
        """What has that name."""
        until, thing = self._things.get(name, (0.0, None))
        return thing if until > time.monotonic() else None

    def take(self, name: str) -> T | None:
        """What has that name, for the last time."""
        thing = self.get(name)
        self._things.pop(name, None)
        return thing


@dataclass(frozen=True)
class Code:
    """An authorization code: the grant, and what its redemption is held to."""

    grant: Grant
    redirect_uri: str
    challenge: str | None


@dataclass(frozen=True)
class Attempt:
    """A sign-in that waits for its second factor; `asked` is the address that it began at."""

    asked: str
    person: SignedIn


@dataclass
class Kept:
    """Everything that outlives a call."""

    codes: Held[Code] = field(default_factory=lambda: Held(CODE_LIFE))
    attempts: Held[Attempt] = field(default_factory=lambda: Held(CODE_LIFE))
    sessions: Held[SignedIn] = field(default_factory=lambda: Held(SESSION_LIFE))
    refresh: Held[Grant] = field(default_factory=lambda: Held(REFRESH_LIFE))

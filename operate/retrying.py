"""When a call is made again: 429 and 503 alone, which the contract says may be repeated."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
PAUSES = (1.0, 2.0, 4.0)
"""Seconds before each further try, where the app does not say."""
LONGEST = 30.0
"""Whoever sits before the terminal does not wait longer for one try."""


@dataclass(frozen=True)
class Retrying:
    """A call, up to as many times more as there are pauses."""

    sleep: Callable[[float], None]
    dice: random.Random = field(default_factory=random.SystemRandom)

    def __call__(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """The first answer that is not to be repeated, or the last."""
        response = send()
        for pause in self._pauses():
            if response.status_code not in AGAIN:
                break
            asked = retry_after(response.headers.get("retry-after"))
            if asked is not None and asked > LONGEST:
                break
            self.sleep(pause if asked is None else asked)
            response = send()
        return response

    def _pauses(self) -> Iterator[float]:
        """With jitter, so that terminals turned away together do not come back together."""
        return (pause * self.dice.uniform(0.5, 1) for pause in PAUSES)


def retry_after(value: str | None) -> float | None:
    """Seconds that the header asks to wait; None for no header or another form. Source: RFC 9110, 10.2.3."""
    if value is None:
        return None
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())

"""Humans with their accounts, and how what Hypothesis draws is dealt out to them.

Each human has a tag that is in every text of theirs and nowhere else: where it is found, data of theirs is.
No checksum or id can hold one, being hexadecimal.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.unit.test_hostile_values import NASTY

Json = dict[str, object]
TEXT = st.text(max_size=20)
EXTRA = st.dictionaries(
    st.sampled_from(NASTY) | TEXT,
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    max_size=3,
)
_numbers = itertools.count(1)


def next_number() -> int:
    """Never the same: everybody whom the simulator was ever given stays there."""
    return next(_numbers)


@dataclass(frozen=True)
class Account:
    """One account: `body` is all that the simulator is given of it."""

    tenant: str
    object_id: str
    name: str
    body: Json

    @property
    def domain(self) -> str:
        return f"{self.tenant}.onmicrosoft.com"


@dataclass(frozen=True)
class Human:
    """Somebody with an account in one tenant or several; `by` says how an export names them."""

    tag: str
    shown_as: str
    accounts: tuple[Account, ...]
    by: str

    @property
    def address(self) -> str:
        return f"per.son+{self.tag}@example.com"

    @property
    def traces(self) -> tuple[str, ...]:
        """What is nowhere but in data of theirs: the tag, and each object id, with hyphens and without."""
        ids = [one.object_id for one in self.accounts]
        return (self.tag, *ids, *(one.replace("-", "") for one in ids))

    @property
    def ip(self) -> str:
        return f"2001:db8::{self.tag}"


@dataclass
class Dealer:
    """Deals what Hypothesis has drawn: `texts` and `extras` by dice, so that few draws make many people."""

    seed: int
    texts: Sequence[str]
    extras: Sequence[Json]

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - made-up people, the same for the same seed

    def text(self) -> str:
        return self.dice.choice((*NASTY, *self.texts))

    def extra(self) -> Json:
        return self.dice.choice(self.extras)

    def texts_of(self, tag: str) -> list[str]:
        return [f"{self.text()}{tag}" for _ in range(self.dice.randint(0, 2))]

    def some(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if self.dice.random() < 0.3]


DEALERS = st.builds(
    Dealer,
    st.integers(0, 1 << 64),
    st.lists(TEXT, max_size=20),
    st.lists(EXTRA, min_size=1, max_size=5),
)

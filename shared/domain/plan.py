"""A plan is data: steps by name, each with the names of those it builds on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from shared.domain.request import PrivacyRequest
from shared.domain.turn import Turn


@dataclass(frozen=True)
class Unfinished:
    """A part of a long step is done: save it, and call the step again."""

    request: PrivacyRequest


StepResult = PrivacyRequest | Unfinished
StepWork = Callable[[PrivacyRequest, Turn], Awaitable[StepResult]]


@dataclass(frozen=True)
class Step:
    """One idempotent piece of work: takes the request, returns it with what was found.

    A step that cannot finish raises a `Signal`; any other error counts against the retry budget.
    Steps whose `needs` are done do not wait for each other: a tenant that cannot be reached holds
    up no other.
    """

    name: str
    run: StepWork
    needs: frozenset[str] = frozenset()


class Plan(Protocol):
    """Makes the steps of a request; the same request has the same steps each time."""

    def __call__(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """The steps in the order in which they are tried."""


def names(steps: tuple[Step, ...]) -> frozenset[str]:
    """The names of these steps, as the `needs` of another."""
    return frozenset(step.name for step in steps)

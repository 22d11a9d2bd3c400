"""What an operator can do about a request, by the name that the address has."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from shared.domain.callers import Operator
from shared.domain.decisions import Decisions
from shared.domain.request import PrivacyRequest
from shared.letters import EXTENSION_REASONS, REFUSAL_REASONS

Do = Callable[[Decisions, str, Operator, str, str | None], Awaitable[PrivacyRequest]]
"""Decisions, request id, operator, reason, note."""


@dataclass(frozen=True)
class Act:
    """`reasons` are those of which one must be given."""

    do: Do
    reasons: frozenset[str] = frozenset()


ACTS: Mapping[str, Act] = {
    "approve": Act(lambda desk, one, who, _reason, note: desk.approve(one, who, note)),
    "refuse": Act(
        lambda desk, one, who, reason, note: desk.refuse(one, who.name, reason, note),
        frozenset(REFUSAL_REASONS),
    ),
    "cancel": Act(lambda desk, one, who, _reason, note: desk.cancel(one, who.name, note)),
    "retry": Act(lambda desk, one, who, _reason, note: desk.retry(one, who.name, note)),
    "close": Act(lambda desk, one, who, _reason, note: desk.close(one, who.name, note)),
    "extend": Act(
        lambda desk, one, who, reason, note: desk.extend(one, who.name, reason, note),
        frozenset(EXTENSION_REASONS),
    ),
    "pause": Act(
        lambda desk, one, who, reason, note: desk.pause(one, who.name, reason, note),
        frozenset({"identity_in_doubt"}),
    ),
    "end-archive": Act(lambda desk, one, who, _reason, note: desk.end_archive(one, who.name, note)),
    "notify": Act(lambda desk, one, who, _reason, note: desk.notify(one, who.name, note)),
    "resume": Act(lambda desk, one, who, _reason, note: desk.resume(one, who.name, note)),
}

"""Who calls, once they are known."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class App:
    """An app that posts requests; `name` is what its requests are recorded under."""

    name: str


@dataclass(frozen=True)
class Person:
    """Somebody with a token of their own; `name` is a keyed hash of the account, nothing personal."""

    tenant: str
    object_id: str = field(repr=False)
    name: str


@dataclass(frozen=True)
class TicketHolder:
    """Whoever holds the ticket of a request; `digest` is what is stored of it."""

    digest: str = field(repr=False)

    @property
    def name(self) -> str:
        """How the journal names them."""
        return "ticket"


@dataclass(frozen=True)
class Operator:
    """Somebody at the company who works on requests.

    `also` are the names under which the same person may have submitted a request.
    """

    object_id: str = field(repr=False)
    may_act: bool
    also: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """How the journal names them."""
        return f"operator {self.object_id}"

    @property
    def names(self) -> frozenset[str]:
        """Every name under which a request may be theirs."""
        return self.also | {self.name}

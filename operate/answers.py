"""What the app answers, as far as a person is shown it; what is unknown is left aside.

Words are plain texts here, so that a newer app's are shown as well.
"""

from collections.abc import Mapping
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from operate.exits import Exit, Failed

Json = Mapping[str, object]
ANOTHER_APP = "What answers there is not this app, or not its version."


class Answer(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, hide_input_in_errors=True)

    @classmethod
    def read(cls, body: Json) -> Self:
        """Raises `Failed` for what this app would not answer."""
        try:
            return cls.model_validate(body)
        except ValidationError:
            raise Failed(Exit.WRONG_ADDRESS, ANOTHER_APP) from None


class Summary(Answer):
    """A line of a list."""

    id: str
    kind: str
    status: str
    reason: str | None
    regulation: str
    proof: str
    received_at: AwareDatetime
    due_at: AwareDatetime
    updated_at: AwareDatetime
    paused_at: AwareDatetime | None


class Page(Answer):
    """Some of a list, and the place where it goes on."""

    requests: tuple[Summary, ...]
    next: str | None


class Step(Answer):
    """One of a plan."""

    name: str
    done: bool


class TenantOutcome(Answer):
    """What became of it in a tenant."""

    tenant: str
    outcome: str | None
    reason: str | None
    restorable_until: AwareDatetime | None


class Event(Answer):
    """One of the journal."""

    number: int
    at: AwareDatetime
    what: str
    detail: str | None
    by: str


class Notice(Answer):
    """Whether somebody was told."""

    channel: str
    state: str
    tries: int


class Note(Answer):
    """An operator's words beside an event."""

    event: int
    text: str


class View(Summary):
    """One request."""

    until: AwareDatetime | None
    extended_for: str | None
    irreversible_at: AwareDatetime | None
    tries: int
    steps: tuple[Step, ...]
    tenants: tuple[TenantOutcome, ...]
    journal: tuple[Event, ...]
    notices: tuple[Notice, ...]
    notes: tuple[Note, ...]


class Hold(Answer):
    """Why an account is kept."""

    basis: str
    article: str
    review_at: AwareDatetime


class Person(Answer):
    """An account, names masked."""

    tenant: str
    object_id: str
    sign_in_names: tuple[str, ...]
    created_at: AwareDatetime | None
    export_id: str | None
    deletion_id: str | None
    hold: Hold | None


class Found(Answer):
    """Who was found, and the tenants that did not answer."""

    people: tuple[Person, ...]
    unreachable: tuple[str, ...]


class Lines(Answer):
    """How many lines of a list came to what."""

    total: int | None
    done: int = Field(alias="read")
    accepted: int
    known: int
    duplicate: int
    fits: int
    bad: int

    @property
    def asked(self) -> int:
        """Lines that have a request of their own."""
        return self.accepted + self.known


class Requests(Answer):
    """Where the requests of a list stand."""

    under_way: int
    completed: int
    refused: int
    cancelled: int
    failed: int
    awaiting_approval: int

    @property
    def ended(self) -> int:
        """Nothing comes after where these stand."""
        return self.completed + self.refused + self.cancelled


class BlobLink(Answer):
    """Where a list is written, or a result read; whoever has it can."""

    url: str = Field(repr=False)


class Batch(Answer):
    """A list that was handed in."""

    id: str
    kind: str
    dry_run: bool
    status: str
    reason: str | None
    made_at: AwareDatetime
    lines: Lines
    requests: Requests
    upload: BlobLink | None = None


class Batches(Answer):
    """All that are kept."""

    batches: tuple[Batch, ...]


class HoldAnswer(Answer):
    """Whether a hold came in time."""

    answer: str

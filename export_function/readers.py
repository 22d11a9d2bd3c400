"""Read a section of an account, piece by piece, as bytes for staging."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from export_function.json_text import line, pretty
from export_function.others import masking_others
from export_function.slices import AUDIT_LISTS, SIGN_IN_LISTS, Lists, Slice
from shared.domain.account import Account
from shared.domain.errors import NotYetSo
from shared.domain.ports import Directory, JsonObject
from shared.domain.sources import Source

TOGETHER = 64
"""Lines that are passed on as one."""


@dataclass(frozen=True)
class Asked:
    """What is to be read: of which account, from when on, and until when there is time.

    `person` are the accounts of the same person, whose data is not masked; `claims` opens those of the ID
    token that came with the request, None once they are in an archive or forgotten.
    """

    directory: Directory
    account: Account
    person: tuple[Account, ...]
    reached: str | None
    stop: Callable[[], bool]
    claims: Callable[[], JsonObject | None]


class Piece(Protocol):
    """Some of a section, made while it is read; `count` and `reached` hold once all of it was."""

    @property
    def count(self) -> int:
        """How many records."""

    @property
    def reached(self) -> str | None:
        """Where the next piece begins, None after the last."""

    def data(self) -> AsyncGenerator[bytes, None]:
        """Its bytes. Raises a `DirectoryFault`."""


@dataclass(frozen=True)
class Whole:
    """A section that is read at once."""

    content: bytes
    count: int
    reached: None = None

    async def data(self) -> AsyncGenerator[bytes, None]:
        """See `Piece.data`."""
        yield self.content


@dataclass(frozen=True)
class Events:
    """A slice of events, a JSON object a line."""

    asked: Asked
    slice: Slice

    @property
    def count(self) -> int:
        """See `Piece.count`."""
        return self.slice.count

    @property
    def reached(self) -> str | None:
        """See `Piece.reached`."""
        return self.slice.reached

    async def data(self) -> AsyncGenerator[bytes, None]:
        """See `Piece.data`."""
        lines = self.slice.lines(self.asked.directory, self.asked.account.object_id)
        async with aclosing(lines) as some:
            async for whole in some:
                for start in range(0, len(whole), TOGETHER):
                    yield b"".join(whole[start : start + TOGETHER])


async def read_profile(asked: Asked) -> Piece:
    """The user's properties as one JSON object. Raises `NotYetSo` if the user is not there."""
    profile = await asked.directory.profile(asked.account.object_id)
    if profile is None:
        raise NotYetSo
    return Whole(pretty(profile, in_order=True), 1)


def read_records(source: Source) -> Callable[[Asked], Awaitable[Piece]]:
    """A reader of everything that `source` has, as one JSON array."""

    async def read(asked: Asked) -> Piece:
        records = await asked.directory.records(asked.account.object_id, source)
        return Whole(pretty(records, in_order=True), len(records)) if records else Whole(b"", 0)

    return read


async def read_photo(asked: Asked) -> Piece:
    """The photo as it is."""
    photo = await asked.directory.photo(asked.account.object_id)
    return Whole(photo, 1) if photo else Whole(b"", 0)


async def read_claims(asked: Asked) -> Piece:
    """The claims of the ID token that came with the request, as one JSON object."""
    claims = asked.claims()
    return Whole(pretty(claims, in_order=True), 1) if claims else Whole(b"", 0)


async def read_audit_events(asked: Asked) -> Piece:
    """Directory audit events of a span of time, others' data masked."""
    return _events(asked, AUDIT_LISTS, masking_others(asked.person))


async def read_sign_ins(asked: Asked) -> Piece:
    """Sign-ins of a span of time; all of them are the person's own."""
    return _events(asked, SIGN_IN_LISTS, lambda event: event)


def _events(asked: Asked, lists: Lists, shown: Callable[[JsonObject], JsonObject]) -> Piece:
    return Events(asked, Slice(lists, asked.reached, lambda event: line(shown(event)), asked.stop))

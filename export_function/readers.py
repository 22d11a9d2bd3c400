"""Read a section of an account, piece by piece, as bytes for staging."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from export_function.json_text import line, pretty
from export_function.others import masking_others
from export_function.slices import AUDIT_LISTS, SIGN_IN_LISTS, Lists, read_slice
from shared.domain.account import Account
from shared.domain.errors import NotYetSo
from shared.domain.ports import Directory, JsonObject
from shared.domain.sources import Source


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


@dataclass(frozen=True)
class Piece:
    """Some of a section: `count` records; `reached` is where the next piece begins, None after the last."""

    data: bytes
    count: int
    reached: str | None = None


async def read_profile(asked: Asked) -> Piece:
    """The user's properties as one JSON object. Raises `NotYetSo` if the user is not there."""
    profile = await asked.directory.profile(asked.account.object_id)
    if profile is None:
        raise NotYetSo
    return Piece(pretty(profile, in_order=True), 1)


def read_records(source: Source) -> Callable[[Asked], Awaitable[Piece]]:
    """A reader of everything that `source` has, as one JSON array."""

    async def read(asked: Asked) -> Piece:
        records = await asked.directory.records(asked.account.object_id, source)
        return Piece(pretty(records, in_order=True), len(records)) if records else Piece(b"", 0)

    return read


async def read_photo(asked: Asked) -> Piece:
    """The photo as it is."""
    photo = await asked.directory.photo(asked.account.object_id)
    return Piece(photo, 1) if photo else Piece(b"", 0)


async def read_claims(asked: Asked) -> Piece:
    """The claims of the ID token that came with the request, as one JSON object."""
    claims = asked.claims()
    return Piece(pretty(claims, in_order=True), 1) if claims else Piece(b"", 0)


async def read_audit_events(asked: Asked) -> Piece:
    """Directory audit events of a span of time, a JSON object a line, others' data masked."""
    return await _events(asked, AUDIT_LISTS, masking_others(asked.person))


async def read_sign_ins(asked: Asked) -> Piece:
    """Sign-ins of a span of time, a JSON object a line; all of them are the person's own."""
    return await _events(asked, SIGN_IN_LISTS, lambda event: event)


async def _events(asked: Asked, lists: Lists, shown: Callable[[JsonObject], JsonObject]) -> Piece:
    read = await read_slice(asked.directory, asked.account.object_id, lists, asked.reached, asked.stop)
    return Piece(_lines(map(shown, read.events)), len(read.events), read.reached)


def _lines(events: Iterable[JsonObject]) -> bytes:
    return b"".join(map(line, events))

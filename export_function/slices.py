"""Read events slice of time by slice of time, so that a stop loses one slice at most.

Graph gives events newest first, audit events in two lists (as target, as initiator) that share some. A slice
is a span of time of which every list was read whole: what is in several has the same time, hence lies in the
same slice, where it is counted once. No page token is kept: the next slice starts at the time that the last
one reached.

      newest ─────────────────────────────> oldest
      as target      ####·####·####|            ten pages, or until it is time to stop
      as initiator   ##·####·######|##          until as far back; what is beyond is dropped and read again
                     |<── slice ──>| reached
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from shared.domain.ports import AuditRole, Directory, JsonObject

PAGES = 10
"""Pages of one list in a slice: about 10,000 events are in memory."""

Pages = AsyncGenerator[Sequence[JsonObject], None]
Stop = Callable[[Sequence[JsonObject], int], bool]
"""Whether to read no further, given the last page and how many were read."""


@dataclass(frozen=True)
class Lists:
    """The lists that together hold the events about a user, and the property with an event's time."""

    time: str
    open: tuple[Callable[[Directory, str, str | None], Pages], ...]

    def time_of(self, event: JsonObject) -> str:
        """When it happened, as Graph wrote it."""
        return str(event[self.time])


AUDIT_LISTS = Lists(
    "activityDateTime",
    (
        lambda directory, user, until: directory.audit_events(user, AuditRole.TARGET, until),
        lambda directory, user, until: directory.audit_events(user, AuditRole.INITIATOR, until),
    ),
)
SIGN_IN_LISTS = Lists("createdDateTime", (lambda directory, user, until: directory.sign_ins(user, until),))


@dataclass(frozen=True)
class Slice:
    """Events newer than `reached`, each once; `reached` is None when every list has come to its end."""

    events: tuple[JsonObject, ...]
    reached: str | None


@dataclass(frozen=True)
class _Read:
    """What was read of one list, and the time of its last event unless it has come to its end."""

    events: tuple[JsonObject, ...]
    reached: str | None


async def read_slice(
    directory: Directory, object_id: str, lists: Lists, until: str | None, stop: Callable[[], bool]
) -> Slice:
    """The events of `until` and before, as far as `PAGES` pages go or until `stop` says so."""
    read: list[_Read] = []
    for open_list in lists.open:
        enough = _far_enough(lists, _latest(read), stop)
        read.append(await _read(lists, open_list(directory, object_id, until), until, enough))
    reached = _latest(read)
    events = {str(event["id"]): event for one in read for event in one.events}
    return Slice(tuple(_newer(lists, events.values(), reached)), reached)


def _latest(read: Iterable[_Read]) -> str | None:
    """How far back all have come that have not come to their end."""
    return max((one.reached for one in read if one.reached), key=_order, default=None)


def _far_enough(lists: Lists, floor: str | None, stop: Callable[[], bool]) -> Stop:
    if floor is None:
        return lambda _, pages: pages >= PAGES or stop()
    return lambda page, _: _order(lists.time_of(page[-1])) < _order(floor)


async def _read(lists: Lists, pages: Pages, until: str | None, enough: Stop) -> _Read:
    events: list[JsonObject] = []
    count = 0
    async with aclosing(pages) as listed:
        async for page in listed:
            count += 1
            events += (one for one in page if until is None or _order(lists.time_of(one)) <= _order(until))
            if page and enough(page, count) and any(_newer(lists, events, lists.time_of(page[-1]))):
                return _Read(tuple(events), lists.time_of(page[-1]))
    return _Read(tuple(events), None)


def _newer(lists: Lists, events: Iterable[JsonObject], moment: str | None) -> Iterator[JsonObject]:
    return (one for one in events if moment is None or _order(lists.time_of(one)) > _order(moment))


def _order(moment: str) -> str:
    """Sorts as the times do: Graph writes fractions of a second with up to seven digits, or none."""
    seconds, _, fraction = moment.rstrip("Z").partition(".")
    return f"{seconds}.{fraction:0<7}"

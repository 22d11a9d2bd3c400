"""Read events slice of time by slice of time, so that a stop loses one slice at most.

Graph gives events newest first, audit events in two lists (as target, as initiator) that share some. A slice
is a span of time of which every list was read whole: what is in several has the same time, hence lies in the
same slice, where it is counted once. No page token is kept: the next slice starts at the time that the last
one reached.

      newest ─────────────────────────────> oldest
      as target      ####·####·####|            ten pages, or until it is time to stop
      as initiator   ##·####·######|##          what is beyond is dropped and read again
                     |<── slice ──>| reached

The lists are read side by side, and events are given as soon as every list has come as far back: what waits
is a page of each, as the lines that it becomes, however long the slice is.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

from shared.domain.ports import AuditRole, Directory, JsonObject

PAGES = 10
"""Pages of one list in a slice."""

Pages = AsyncGenerator[Sequence[JsonObject], None]
Write = Callable[[JsonObject], bytes]
"""Makes a line of an event."""


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


@dataclass
class _List:
    """One list as far as it was read; `rows` wait for the others, each with the order of its time.

    `reached` is the time of its last event so far, None before the first and after the end.
    """

    pages: Pages
    rows: list[tuple[str, bytes]] = field(default_factory=list)
    reached: str | None = None
    pages_read: int = 0

    def newer(self, floor: str | None) -> Iterator[tuple[str, bytes]]:
        """Give away what is newer, keep the rest."""
        held, self.rows = self.rows, []
        for row in held:
            if floor is None or row[0] > floor:
                yield row
            else:
                self.rows.append(row)


@dataclass
class Slice:
    """The events of `until` and before, as far as `PAGES` pages go or until `stop` says so.

    Once `lines` has come to its end, `count` is how many there were, and `reached` the time that all of them
    are newer than: None when every list has come to its end.
    """

    lists: Lists
    until: str | None
    write: Write
    stop: Callable[[], bool]
    count: int = 0
    reached: str | None = None
    _seen: dict[str, str] = field(default_factory=dict)
    """The order of time of each event, by its id, that another list may yet give."""

    async def lines(self, directory: Directory, object_id: str) -> AsyncGenerator[list[bytes], None]:
        """The lines of the slice's events, newest first, some at a time. Raises a `DirectoryFault`."""
        async with AsyncExitStack() as exits:
            opened = [open_list(directory, object_id, self.until) for open_list in self.lists.open]
            lists = [_List(await exits.enter_async_context(aclosing(pages))) for pages in opened]
            behind = lists
            while behind and not self._is_enough(lists):
                for one in behind:
                    await self._read_page(one)
                self.reached = max((one.reached for one in lists if one.reached), key=_order, default=None)
                behind = [one for one in lists if one.reached and _order(one.reached) == self._floor]
                yield self._whole(lists)

    def _is_enough(self, lists: Sequence[_List]) -> bool:
        """Not before the first event: a slice without any would lead nowhere."""
        return self.count > 0 and (self.stop() or any(one.pages_read >= PAGES for one in lists))

    async def _read_page(self, one: _List) -> None:
        """The next page that is not empty. No page is kept: the lines are all that stays of it."""
        one.reached = None
        while one.reached is None and (page := await anext(one.pages, None)) is not None:
            one.pages_read += 1
            if page:
                one.reached = self.lists.time_of(page[-1])
                one.rows += self._rows(page)

    def _rows(self, page: Sequence[JsonObject]) -> Iterator[tuple[str, bytes]]:
        latest = _order(self.until) if self.until else None
        for event in page:
            order, name = _order(self.lists.time_of(event)), str(event["id"])
            if name not in self._seen and (latest is None or order <= latest):
                self._seen[name] = order
                yield order, self.write(event)

    def _whole(self, lists: Sequence[_List]) -> list[bytes]:
        """What lies in the part of time of which every list was read."""
        rows = [row for one in lists for row in one.newer(self._floor)]
        rows.sort(key=_order_of, reverse=True)
        self.count += len(rows)
        floor = self._floor  # every list was read down to there: what is newer comes no more
        self._seen = {name: order for name, order in self._seen.items() if floor and order <= floor}
        return [line for _, line in rows]

    @property
    def _floor(self) -> str | None:
        return _order(self.reached) if self.reached else None


def _order_of(row: tuple[str, bytes]) -> str:
    return row[0]


def _order(moment: str) -> str:
    """Sorts as the times do: Graph writes fractions of a second with up to seven digits, or none."""
    seconds, _, fraction = moment.rstrip("Z").partition(".")
    return f"{seconds}.{fraction:0<7}"

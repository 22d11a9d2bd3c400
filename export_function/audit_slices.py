"""Read audit events slice of time by slice of time, so that a stop loses one slice at most.

Graph gives events newest first, in two lists (as target, as initiator) that share some. A slice is a span
of time of which both lists were read whole: what is in both has the same time, hence lies in the same
slice, where it is counted once. No page token is kept: the next slice starts at the time that the last
one reached.

      newest ─────────────────────────────> oldest
      as target      ####·####·####|            ten pages, or until it is time to stop
      as initiator   ##·####·######|##          until as far back; what is beyond is dropped and read again
                     |<── slice ──>| reached
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from shared.domain.ports import AuditRole, Directory, JsonObject

PAGES = 10
"""Pages of one list in a slice: about 10,000 events are in memory."""

Stop = Callable[[Sequence[JsonObject], int], bool]
"""Whether to read no further, given the last page and how many were read."""


@dataclass(frozen=True)
class Slice:
    """Events newer than `reached`, each once; `reached` is None when both lists have come to their end."""

    events: tuple[JsonObject, ...]
    reached: str | None


@dataclass(frozen=True)
class _Read:
    """What was read of one list, and the time of its last event unless it has come to its end."""

    events: tuple[JsonObject, ...]
    reached: str | None


async def read_slice(
    directory: Directory, object_id: str, until: str | None, stop: Callable[[], bool]
) -> Slice:
    """The events of `until` and before, as far as `PAGES` pages go or until `stop` says so."""
    target = await _read(
        directory, object_id, AuditRole.TARGET, until, lambda _, pages: pages >= PAGES or stop()
    )
    floor = target.reached
    initiator = await _read(
        directory,
        object_id,
        AuditRole.INITIATOR,
        until,
        lambda page, pages: _order(_time(page[-1])) < _order(floor) if floor else pages >= PAGES or stop(),
    )
    reached = max((one for one in (target.reached, initiator.reached) if one), key=_order, default=None)
    events = {str(event["id"]): event for event in (*target.events, *initiator.events)}
    return Slice(tuple(_newer(events.values(), reached)), reached)


async def _read(
    directory: Directory, object_id: str, role: AuditRole, until: str | None, stop: Stop
) -> _Read:
    events: list[JsonObject] = []
    pages = 0
    async with aclosing(directory.audit_events(object_id, role, until)) as listed:
        async for page in listed:
            pages += 1
            events += (event for event in page if until is None or _order(_time(event)) <= _order(until))
            if page and stop(page, pages) and any(_newer(events, _time(page[-1]))):
                return _Read(tuple(events), _time(page[-1]))
    return _Read(tuple(events), None)


def _newer(events: Iterable[JsonObject], moment: str | None) -> Iterator[JsonObject]:
    return (event for event in events if moment is None or _order(_time(event)) > _order(moment))


def _time(event: JsonObject) -> str:
    return str(event["activityDateTime"])


def _order(moment: str) -> str:
    """Sorts as the times do: Graph writes fractions of a second with up to seven digits, or none."""
    seconds, _, fraction = moment.rstrip("Z").partition(".")
    return f"{seconds}.{fraction:0<7}"

"""A worker may die, lose an answer, or meet another at any call: each line comes to exactly one request."""

from datetime import timedelta

import pytest

from shared.domain.bulk.batch import BatchStatus
from shared.domain.errors import PrivacyError, StorageUnavailable
from shared.domain.states import Status
from tests.unit.bulk import Bulk, address, csv_of
from tests.unit.points import Happen, Killed, Points, nothing
from tests.unit.test_batch_runner import populated
from tests.unit.world import World

PEOPLE = 6
LINES = [*(address(number) for number in range(PEOPLE)), address(2), "nobody"]


class Shaken:
    """A list of which one worker goes through `points`; the others, on the same stores, do not."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.sound = populated(PEOPLE + 1)
        world = World(clock=self.sound.world.clock)
        for name in ("store", "register", "due", "queue"):
            setattr(world, name, points.wrapped(getattr(self.sound.world, name), name))
        world.wire()
        self.bulk = Bulk(world)
        self.bulk.register = points.wrapped(self.sound.register, "register of batches")
        self.bulk.blobs = points.wrapped(self.sound.blobs, "blobs")
        self.bulk.nudges = points.wrapped(self.sound.nudges, "nudges")
        self.bulk.wire()

    async def run(self) -> tuple[object, ...]:
        """The shaken worker has every message until it is done or dies; others finish. What is so then."""
        batch = await self.sound.started(csv_of(LINES))
        for _ in range(40):
            for batch_id in self.sound.nudges.due():
                try:
                    await self.bulk.runner.run(batch_id)
                except PrivacyError:
                    await self.sound.nudges.send(batch_id, timedelta(seconds=30))
                except Killed:
                    return await self._finished(batch.id)
            await self.sound.world.run_what_is_due()
            await self.sound.world.clock.sleep(timedelta(minutes=1))
        return await self._finished(batch.id)

    async def _finished(self, batch_id: str) -> tuple[object, ...]:
        ended = await self.sound.settle(batch_id)
        records = [one.request for one in self.sound.world.store.records.values()]
        rows = self.sound.rows(ended)
        answers = sorted((row["line"], row["answer"], row["status"]) for row in rows if row["line"] != "4")
        lines = sorted(one.origin.line for one in records if one.origin)
        users = sorted(self.sound.world.tenants["contoso"].users)
        return ended.status, ended.tally.counts, ended.requests, len(records), len(lines), answers[:3], users


async def undisturbed() -> tuple[tuple[object, ...], int]:
    shaken = Shaken(Points())
    return await shaken.run(), len(shaken.points.names)


def dying() -> Happen:
    async def happen() -> None:
        raise Killed

    return happen


def failing() -> Happen:
    async def happen() -> None:
        raise StorageUnavailable

    return happen


SHAKES = {
    "killed before": (dying, None),
    "killed after": (None, dying),
    "call failed": (failing, None),
    "answer lost": (None, failing),
}


@pytest.mark.parametrize("shake", SHAKES)
async def test_whatever_happens_at_any_call_each_person_is_asked_about_once(shake: str) -> None:
    expected, points = await undisturbed()
    assert expected[:2] == (BatchStatus.COMPLETED, {"accepted": PEOPLE, "bad": 1, "duplicate": 1})
    assert expected[2] == {Status.COMPLETED: PEOPLE}
    before, after = (make() if make else nothing for make in SHAKES[shake])
    assert points > 40
    for point in range(points):
        shaken = Shaken(Points(point, before, after))
        assert await shaken.run() == expected, (shake, point)


async def test_a_second_worker_with_the_same_message_at_any_call_makes_no_difference() -> None:
    expected, points = await undisturbed()
    for point in range(points):
        shaken = Shaken(Points(point))

        async def meddle(shaken: Shaken = shaken) -> None:
            for stored in await shaken.sound.shelf.every():
                await shaken.sound.runner.run(stored.batch.id)

        shaken.points.before = meddle
        assert await shaken.run() == expected, point

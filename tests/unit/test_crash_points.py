"""A worker may die, freeze, or lose an answer at any call: what comes of the request is the same.

Every call to an adapter in both plans, and every write of accept, is a point. At each one a worker is killed
before the call, killed after it, finds the call failed, loses the answer, is frozen until another worker has
finished, or meets a second worker with the same message. Then time passes, messages are redelivered and
upkeep does its work.
"""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from shared.domain.errors import DirectoryUnavailable, InvalidTransition, PrivacyError, StorageUnavailable
from shared.domain.journal import check
from shared.domain.ports import AuditRole
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from tests.conftest import TOLD
from tests.unit.points import Happen, Killed, Points, nothing
from tests.unit.world import ADA, World

TWIN = "bbbbbbbb-0000-4000-8000-000000000002"
BOB = "cccccccc-0000-4000-8000-000000000003"
EMAIL = EmailSubject("ada@example.com")
REDELIVERED_AFTER = timedelta(minutes=10)
LONG_AFTER = timedelta(hours=3)


@dataclass
class Crash:
    """A world of which one worker goes through `points`; the others do not."""

    kind: Kind
    points: Points

    def __post_init__(self) -> None:
        self.world = World()
        self.world.person("contoso")
        self.world.person("fabrikam", TWIN)
        self.world.person("contoso", BOB, email="bob@example.com")
        directory = self.world.tenants["contoso"]
        directory.page_size = 2
        directory.events = [
            (ADA, role, {"id": f"e{number}", "activityDateTime": f"2026-11-2{number}T00:00:00Z"})
            for role in AuditRole
            for number in range(4)
        ]
        self.shaken = World(clock=self.world.clock)
        for name in ("store", "register", "due", "blobs", "queue"):
            setattr(self.shaken, name, self.points.wrapped(getattr(self.world, name), name))
        self.shaken.tenants = {
            name: self.points.wrapped(directory, f"graph {name}")
            for name, directory in self.world.tenants.items()
        }
        self.shaken.wire()

    async def accepted(self) -> str:
        self.points.armed = False
        accepted = await self.world.accept(self.kind, EMAIL, key="k")
        self.points.armed = True
        return accepted.request.id

    async def shaken_runs(self, request_id: str) -> None:
        """The worker that goes through the points takes every message, until it is done or dies of one."""
        for _ in range(50):
            due = self.world.queue.due()
            for taken in due:
                try:
                    await self.shaken.work(taken)
                except PrivacyError:
                    await self.world.queue.send(taken, timedelta(seconds=30))
                except Killed:
                    await self.world.queue.send(taken, REDELIVERED_AFTER)
                    return
            pause = self.world.queue.until_next()
            if (await self.world.request(request_id)).ended_at or pause is None:
                return
            await self.world.clock.sleep(pause)

    async def others_finish(self, request_id: str) -> PrivacyRequest:
        """Undisturbed workers and upkeep, until everything is done and upkeep has tidied."""
        request = await self.world.settle(request_id)
        for _ in range(3):
            await self.world.clock.sleep(LONG_AFTER)
            await self.world.upkeep.sweep()
        return await self.world.request(request.id)

    async def picture(self, request_id: str) -> dict[str, object]:
        """What must be the same whatever happened: outcome, directories, blobs."""
        request = await self.world.request(request_id)
        check(request_id, await self.world.store.journal(request_id), request.last)
        return {
            "status": request.status,
            "reason": request.reason,
            "done": request.done,
            "outcomes": {name: request.outcome(name) for name in request.tenants},
            "users": {name: sorted(one.users) for name, one in self.world.tenants.items()},
            "recycled": {name: sorted(one.recycle_bin) for name, one in self.world.tenants.items()},
            "blobs": self._blobs(request),
        }

    def _blobs(self, request: PrivacyRequest) -> object:
        kept = [name for name in self.world.blobs.committed if name.startswith(request.id)]
        if request.archive is None:
            return kept
        assert kept == [request.archive.blob]
        archive = zipfile.ZipFile(io.BytesIO(self.world.blobs.committed[request.archive.blob]))
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("data/")}


async def undisturbed(kind: Kind) -> tuple[dict[str, object], list[str]]:
    crash = Crash(kind, Points())
    request_id = await crash.accepted()
    await crash.shaken_runs(request_id)
    names = list(crash.points.names)
    await crash.others_finish(request_id)
    return await crash.picture(request_id), names


def dying() -> Happen:
    async def die() -> None:
        raise Killed

    return die


def losing(name: str) -> Happen:
    async def lose() -> None:
        raise DirectoryUnavailable("lost") if name.startswith("graph") else StorageUnavailable

    return lose


Tell = Callable[[str], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Says something at the end of the run: how many points there are is part of what is shown."""
    return lambda text: record_property(TOLD, text)


Shake = Callable[[Kind, int, str], Awaitable[tuple[Crash, str]]]


async def killed_before(kind: Kind, point: int, _name: str) -> tuple[Crash, str]:
    crash = Crash(kind, Points(point, before=dying()))
    request_id = await crash.accepted()
    await crash.shaken_runs(request_id)
    return crash, request_id


async def killed_after(kind: Kind, point: int, _name: str) -> tuple[Crash, str]:
    crash = Crash(kind, Points(point, after=dying()))
    request_id = await crash.accepted()
    await crash.shaken_runs(request_id)
    return crash, request_id


async def answer_lost(kind: Kind, point: int, name: str) -> tuple[Crash, str]:
    crash = Crash(kind, Points(point, after=losing(name)))
    request_id = await crash.accepted()
    await crash.shaken_runs(request_id)
    return crash, request_id


async def call_failed(kind: Kind, point: int, name: str) -> tuple[Crash, str]:
    crash = Crash(kind, Points(point, before=losing(name)))
    request_id = await crash.accepted()
    await crash.shaken_runs(request_id)
    return crash, request_id


async def met_by_a_second_worker(kind: Kind, point: int, _name: str) -> tuple[Crash, str]:
    crash = Crash(kind, Points(point))
    request_id = await crash.accepted()

    async def second() -> None:
        await crash.world.work(request_id)

    crash.points.before = second
    await crash.shaken_runs(request_id)
    return crash, request_id


async def frozen(kind: Kind, point: int, _name: str) -> tuple[Crash, str]:
    reached, thawed = asyncio.Event(), asyncio.Event()

    async def freeze() -> None:
        reached.set()
        await thawed.wait()

    crash = Crash(kind, Points(point, before=freeze))
    request_id = await crash.accepted()
    worker = asyncio.create_task(crash.shaken_runs(request_id))
    await reached.wait()
    await crash.world.queue.send(request_id, REDELIVERED_AFTER)
    await crash.others_finish(request_id)
    thawed.set()
    await worker
    return crash, request_id


SHAKES: dict[str, Shake] = {
    "killed before": killed_before,
    "killed after": killed_after,
    "call failed": call_failed,
    "answer lost": answer_lost,
    "second worker": met_by_a_second_worker,
    "frozen": frozen,
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("shake", SHAKES)
async def test_whatever_happens_at_any_call_the_end_is_the_same(kind: Kind, shake: str, tell: Tell) -> None:
    expected, names = await undisturbed(kind)
    assert expected["status"] is Status.COMPLETED
    for point, name in enumerate(names):
        crash, request_id = await SHAKES[shake](kind, point, name)
        await crash.others_finish(request_id)
        assert await crash.picture(request_id) == expected, f"{shake} at {point}: {name}"
    tell(f"{kind}, {shake}: {len(names)} points")


@pytest.mark.parametrize("kind", Kind)
async def test_after_a_granted_cancel_nothing_irreversible_happens_and_nothing_comes_back(
    kind: Kind, tell: Tell
) -> None:
    _, names = await undisturbed(kind)
    granted = 0
    for point, name in enumerate(names):
        reached, thawed = asyncio.Event(), asyncio.Event()

        async def freeze(reached: asyncio.Event = reached, thawed: asyncio.Event = thawed) -> None:
            reached.set()
            await thawed.wait()

        crash = Crash(kind, Points(point, before=freeze))
        request_id = await crash.accepted()
        worker = asyncio.create_task(crash.shaken_runs(request_id))
        await reached.wait()
        try:
            await crash.world.decisions.cancel(request_id, "submitter")
        except InvalidTransition:
            thawed.set()
            await worker
            continue
        granted += 1
        for after in (timedelta(), LONG_AFTER):
            await crash.world.clock.sleep(after)
            await crash.world.upkeep.sweep()
        thawed.set()
        await worker
        await crash.others_finish(request_id)
        picture = await crash.picture(request_id)
        assert picture["status"] is Status.CANCELLED, name
        assert picture["blobs"] == [], name
        assert picture["recycled"] == {"contoso": [], "fabrikam": []}, name
    tell(f"{kind}: a cancel was granted at {granted} of {len(names)} points")
    assert 0 < granted < len(names)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("key", ["k", None])
@pytest.mark.parametrize("shake", ["killed before", "killed after", "answer lost"])
async def test_between_any_two_writes_of_accept_a_repeat_heals(
    kind: Kind, key: str | None, shake: str, tell: Tell
) -> None:
    expected, _ = await undisturbed(kind)
    counting = Crash(kind, Points())
    await counting.shaken.accept(kind, EMAIL, key)
    names = counting.points.names
    for point, name in enumerate(names):
        happen = losing(name) if shake == "answer lost" else dying()
        before, after = (happen, nothing) if shake == "killed before" else (nothing, happen)
        crash = Crash(kind, Points(point, before, after))
        with pytest.raises((Killed, StorageUnavailable)):
            await crash.shaken.accept(kind, EMAIL, key)
        accepted = await crash.world.accept(kind, EMAIL, key)
        await crash.others_finish(accepted.request.id)
        assert await crash.picture(accepted.request.id) == expected, name
        assert set(crash.world.store.records) == {accepted.request.id}
    tell(f"accept, {shake}: {len(names)} points")
    assert len(names) == 4


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("shake", ["before", "after"])
async def test_a_crashed_accept_that_nobody_repeats_runs_whole_or_not_at_all(kind: Kind, shake: str) -> None:
    expected, _ = await undisturbed(kind)
    for point in range(4):
        before, after = (dying(), nothing) if shake == "before" else (nothing, dying())
        crash = Crash(kind, Points(point, before, after))
        with pytest.raises(Killed):
            await crash.shaken.accept(kind, EMAIL, "k")
        for request_id in list(crash.world.store.records):
            await crash.others_finish(request_id)
            assert await crash.picture(request_id) == expected
        for _ in range(30):
            await crash.world.clock.sleep(timedelta(hours=1))
            await crash.world.upkeep.sweep()
        assert set(crash.world.due.promises) == set(crash.world.store.records)

"""A 429 stops all calls of its kind; readers sit out what is short."""

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.graph.calls import READ_USER, Quota
from shared.adapters.graph.pace import RATES, Pace, Rate
from shared.adapters.graph.throttle import LONGEST_BACK_OFF, MOST_WAITS, Gate, back_off
from shared.domain.errors import DirectoryUnavailable, Throttled
from shared.domain.ports import AuditRole
from tests.fakes import FakeClock
from tests.unit.graph_answers import OBJECT_ID, SDK_WARNS, Paper, failing, ok, page, user
from tests.unit.samples import NOW

pytestmark = SDK_WARNS


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


async def test_a_reader_sits_out_a_short_throttle() -> None:
    paper = Paper([failing(429, Retry_After="10"), user()])
    account = await paper.directory().account(OBJECT_ID)
    assert account is not None
    assert paper.clock.slept == [seconds(10)]


async def test_a_reader_sits_out_a_passing_fault() -> None:
    paper = Paper([failing(503), failing(502), user()])
    assert await paper.directory().account(OBJECT_ID) is not None
    assert len(paper.asked) == 3


async def test_a_long_throttle_is_told_at_once() -> None:
    paper = Paper([failing(429, Retry_After="16")])
    with pytest.raises(Throttled) as caught:
        await paper.directory().account(OBJECT_ID)
    assert (caught.value.call, caught.value.retry_after) == (READ_USER.name, seconds(16))
    assert paper.clock.slept == []


async def test_after_a_throttle_no_call_of_its_kind_is_sent_before_its_time() -> None:
    paper = Paper([failing(429, Retry_After="100"), user()])
    directory = paper.directory()
    for _ in range(2):
        with pytest.raises(Throttled):
            await directory.account(OBJECT_ID)
    assert len(paper.asked) == 1
    await paper.clock.sleep(seconds(100))
    assert await directory.account(OBJECT_ID) is not None


async def test_calls_of_another_kind_go_on() -> None:
    paper = Paper([failing(429, Retry_After="100"), user()])
    directory = paper.directory()
    with pytest.raises(Throttled):
        await anext(directory.audit_events(OBJECT_ID, AuditRole.TARGET, None))
    assert await directory.account(OBJECT_ID) is not None


@pytest.mark.parametrize("status", [429, 503])
async def test_a_delete_is_sent_once(status: int) -> None:
    paper = Paper([failing(status, Retry_After="1")])
    with pytest.raises((Throttled, DirectoryUnavailable)):
        await paper.directory().soft_delete(OBJECT_ID)
    assert (len(paper.asked), paper.clock.slept) == (1, [])


async def test_patience_ends() -> None:
    paper = Paper([failing(503)])
    with pytest.raises(DirectoryUnavailable):
        await paper.directory().account(OBJECT_ID)
    assert len(paper.asked) == MOST_WAITS + 1


async def test_one_throttle_amid_many_pages_loses_none() -> None:
    link = "https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$skiptoken=a_1"
    answers = [page({"id": "1"}, link=link), failing(429, Retry_After="5"), page({"id": "2"})]
    paper = Paper(answers)
    listed = paper.directory().audit_events(OBJECT_ID, AuditRole.TARGET, None)
    events = [event async for found in listed for event in found]
    assert [event["id"] for event in events] == ["1", "2"]
    assert len(paper.asked) == 3


async def test_reports_are_read_at_the_pace_that_graph_allows() -> None:
    """Five in ten seconds: a sixth that is refused would count as well."""
    links = [
        f"https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$skiptoken=a_{n}" for n in range(11)
    ]
    paper = Paper([*(page({"id": link}, link=link) for link in links), page()])
    _ = [found async for found in paper.directory().audit_events(OBJECT_ID, AuditRole.TARGET, None)]
    assert len(paper.asked) == 12
    assert paper.clock.now() - NOW == seconds(20)


async def test_writes_keep_to_the_pace_that_graph_allows() -> None:
    """20 a second over any longer time: none is refused, and none of those allowed is left."""
    paper = Paper([ok(value=True)])
    directory = paper.directory()
    writes = [directory.soft_delete, directory.disable, directory.revoke_sessions, directory.purge]
    for number in range(601):
        await writes[number % 4](OBJECT_ID)
    assert len(paper.asked) == 601
    assert paper.clock.now() - NOW == seconds(30)


async def test_writes_and_reads_do_not_wait_for_each_other() -> None:
    paper = Paper([user(value=True)])
    directory = paper.directory()
    for _ in range(200):
        await directory.disable(OBJECT_ID)
    await directory.account(OBJECT_ID)
    assert paper.clock.slept == []
    await directory.enable(OBJECT_ID)
    assert paper.clock.slept == [seconds(10)]


async def test_a_throttled_write_stops_writes_of_every_kind_and_no_reads() -> None:
    paper = Paper([failing(429, Retry_After="100"), user()])
    directory = paper.directory()
    for write in (directory.purge, directory.soft_delete, directory.disable, directory.revoke_sessions):
        with pytest.raises(Throttled):
            await write(OBJECT_ID)
    assert len(paper.asked) == 1
    assert await directory.account(OBJECT_ID) is not None


async def test_a_process_takes_its_share_of_the_writes() -> None:
    paper = Paper([ok()])
    directory = paper.directory(share=0.1)
    for _ in range(60):
        await directory.purge(OBJECT_ID)
    assert paper.clock.now() - NOW == seconds(20)


def test_the_pace_leaves_room_for_reads_and_writes_together() -> None:
    """3,500 resource units in 10 s, 3,000 writes in 150 s: those of the smallest tenants."""
    reads, writes = RATES[Quota.DIRECTORY], RATES[Quota.WRITES]
    assert reads.span == writes.span == seconds(10)
    assert reads.calls * 2 + writes.calls <= 3500
    assert writes.calls / writes.span.total_seconds() == 3000 / 150


class StandingClock(FakeClock):
    """Time does not pass: whoever sleeps, sleeps for good."""

    async def sleep(self, duration: timedelta) -> None:
        self.slept.append(duration)
        await asyncio.Event().wait()


async def test_a_turn_that_is_far_away_is_told_instead_of_waited_for() -> None:
    paper = Paper([page()], clock=StandingClock(NOW))
    directory = paper.directory()
    readers = [directory.audit_events(OBJECT_ID, AuditRole.TARGET, None) for _ in range(16)]
    tasks = [asyncio.ensure_future(anext(reader)) for reader in readers]
    done, sleeping = await asyncio.wait(tasks, timeout=1)
    faults = [task.exception() for task in done]
    told = [fault.retry_after for fault in faults if isinstance(fault, Throttled)]
    assert (len(paper.asked), len(sleeping), told) == (5, 5, [seconds(20)] * 6)
    for task in sleeping:
        task.cancel()
    await asyncio.wait(sleeping)


async def test_a_delete_waits_for_a_near_turn_and_is_told_of_a_far_one() -> None:
    paper = Paper([httpx.Response(204)], clock=StandingClock(NOW))
    directory = paper.directory(share=0.01)  # two in ten seconds
    tasks = [asyncio.ensure_future(directory.soft_delete(OBJECT_ID)) for _ in range(7)]
    done, sleeping = await asyncio.wait(tasks, timeout=1)
    told = [str(task.exception()) for task in done if task.exception()]
    assert (len(paper.asked), len(sleeping), len(told)) == (2, 2, 3)
    for task in sleeping:
        task.cancel()
    await asyncio.wait(sleeping)


@given(calls=st.integers(1, 40), share=st.floats(0.001, 50), waits=st.lists(st.floats(0, 30), max_size=60))
def test_no_span_ever_has_more_calls_than_its_rate(calls: int, share: float, waits: list[float]) -> None:
    clock = FakeClock(NOW)
    rate = Rate(calls, seconds(10)).part(share)
    pace, starts = Pace(clock, rate), list[datetime]()
    for wait in waits:
        starts.append(clock.now() + pace.book())
        asyncio.run(clock.sleep(seconds(wait)))
    for earlier, later in zip(starts, starts[rate.calls :], strict=False):
        assert later - earlier >= rate.span - timedelta(milliseconds=1)
    assert rate.calls / rate.span.total_seconds() <= calls / 10 * share * (1 + 1e-6)


def test_a_gate_that_is_named_no_time_backs_off_longer_each_time() -> None:
    gate = Gate(FakeClock(NOW), jitter=lambda: 1.0)
    waits = []
    for _ in range(3):
        gate.shut(None)
        waits.append(gate.wait())
    assert waits == [seconds(2), seconds(4), seconds(8)]
    gate.passed()
    gate.shut(None)
    assert gate.wait() == seconds(8)  # never opened earlier than promised before


def test_back_off_is_bounded_and_spread() -> None:
    assert back_off(10**6, lambda: 1.0) == LONGEST_BACK_OFF
    assert back_off(3, lambda: 0.0) == timedelta()

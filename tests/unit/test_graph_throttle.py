"""A 429 stops all calls of its kind; readers sit out what is short."""

from datetime import timedelta

import pytest

from shared.adapters.graph.calls import READ_USER
from shared.adapters.graph.throttle import LONGEST_BACK_OFF, MOST_WAITS, Gate, back_off
from shared.domain.errors import DirectoryUnavailable, Throttled
from shared.domain.ports import AuditRole
from tests.fakes import FakeClock
from tests.unit.graph_answers import OBJECT_ID, SDK_WARNS, Paper, failing, page, user
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

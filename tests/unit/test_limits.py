"""Buckets: how many calls get through, whoever asks, from wherever, and after whatever restart."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Overtaken, StorageUnavailable, TooManyRequests
from shared.domain.limits import MOST_CALLERS, TRIES, Allowance, Buckets, SharedAllowance
from shared.domain.ports import Entry
from tests.fakes import FakeClock, MemoryRegister
from tests.unit.samples import NOW

EVERY = timedelta(seconds=10)
THREE = Allowance("calls", 3, EVERY)


class SlowRegister(MemoryRegister):
    """Lets others run between a read and the write that follows it."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    async def read(self, owner: str, name: str) -> Entry | None:
        entry = await super().read(owner, name)
        await asyncio.sleep(0)
        return entry

    async def insert(self, owner: str, name: str, value: Mapping[str, str]) -> Entry:
        self.writes += 1
        return await super().insert(owner, name, value)

    async def replace(self, entry: Entry) -> Entry:
        self.writes += 1
        return await super().replace(entry)


def buckets(clock: FakeClock | None = None, register: MemoryRegister | None = None) -> Buckets:
    return Buckets(register or MemoryRegister(), clock or FakeClock(NOW))


async def refused(bucket: Buckets, count: int = 1) -> timedelta:
    """How long a refused draw is told to wait."""
    with pytest.raises(TooManyRequests) as spent:
        await bucket.draw("ada", THREE, count)
    return spent.value.retry_after


async def through(bucket: Buckets, tries: int) -> int:
    """How many of so many draws get through."""
    results = await asyncio.gather(*(bucket.draw("ada", THREE) for _ in range(tries)), return_exceptions=True)
    return sum(result is None for result in results)


async def test_a_full_bucket_lets_a_burst_through_and_no_more() -> None:
    bucket = buckets()
    for _ in range(3):
        await bucket.draw("ada", THREE)
    assert await refused(bucket) == EVERY


async def test_a_spent_token_comes_back_after_its_time() -> None:
    clock = FakeClock(NOW)
    bucket = buckets(clock)
    await bucket.draw("ada", THREE, 3)
    await clock.sleep(EVERY - timedelta(milliseconds=1))
    assert await refused(bucket) == timedelta(milliseconds=1)
    await clock.sleep(timedelta(milliseconds=1))
    await bucket.draw("ada", THREE)
    assert await refused(bucket) == EVERY


async def test_the_wait_that_is_told_is_exactly_enough() -> None:
    clock = FakeClock(NOW)
    bucket = buckets(clock)
    await bucket.draw("ada", THREE, 2)
    await clock.sleep(timedelta(seconds=3))
    wait = await refused(bucket, 2)
    assert wait == EVERY - timedelta(seconds=3)
    await clock.sleep(wait)
    await bucket.draw("ada", THREE, 2)


async def test_a_refused_draw_costs_nothing() -> None:
    clock = FakeClock(NOW)
    bucket = buckets(clock)
    await bucket.draw("ada", THREE, 3)
    assert [await refused(bucket) for _ in range(3)] == [EVERY] * 3
    await clock.sleep(EVERY)
    await bucket.draw("ada", THREE)


async def test_a_bucket_left_alone_fills_up_and_never_runs_over() -> None:
    clock = FakeClock(NOW)
    bucket = buckets(clock)
    await bucket.draw("ada", THREE, 3)
    await clock.sleep(timedelta(days=30))
    await bucket.draw("ada", THREE, 3)
    assert await refused(bucket) == EVERY


async def test_everybody_has_a_bucket_of_their_own() -> None:
    bucket = buckets()
    await bucket.draw("ada", THREE, 3)
    await bucket.draw("bob", THREE, 3)
    await bucket.draw("ada", Allowance("searches", 1, EVERY))


async def test_two_processes_share_one_bucket_and_a_restart_gives_nothing_back() -> None:
    register, clock = MemoryRegister(), FakeClock(NOW)
    await buckets(clock, register).draw("ada", THREE, 2)
    await buckets(clock, register).draw("ada", THREE)
    assert await refused(buckets(clock, register)) == EVERY


async def test_an_entry_serves_until_its_bucket_is_full_again() -> None:
    register = MemoryRegister()
    await buckets(register=register).draw("ada", THREE, 2)
    assert await register.passed(NOW + 2 * EVERY, 9) == ()
    (entry,) = await register.passed(NOW + 2 * EVERY + timedelta(microseconds=1), 9)
    await register.remove(entry)
    await buckets(register=register).draw("ada", THREE, 3)


async def test_draws_at_the_same_time_are_counted_one_by_one() -> None:
    assert await through(buckets(register=SlowRegister()), 4) == 3


async def test_a_bucket_that_others_always_reach_first_is_unavailable_and_not_drawn_from() -> None:
    class Contended(MemoryRegister):
        tries = 0

        async def replace(self, entry: Entry) -> Entry:  # noqa: ARG002 - the port names it
            self.tries += 1
            raise Overtaken

    register = Contended()
    await buckets(register=register).draw("ada", THREE)
    with pytest.raises(StorageUnavailable):
        await buckets(register=register).draw("ada", THREE)
    assert register.tries == TRIES


async def test_a_process_draws_a_share_at_a_time() -> None:
    register = SlowRegister()
    calls = SharedAllowance(buckets(register=register), Allowance("calls", 20, EVERY), 5)
    for _ in range(10):
        await calls.draw("ada")
    assert register.writes == 2


async def test_calls_at_the_same_time_draw_one_share() -> None:
    register = SlowRegister()
    calls = SharedAllowance(buckets(register=register), Allowance("calls", 20, EVERY), 5)
    await asyncio.gather(*(calls.draw("ada") for _ in range(20)))
    assert register.writes == 4
    with pytest.raises(TooManyRequests):
        await calls.draw("ada")


async def test_what_is_left_of_a_share_is_lost_with_its_process() -> None:
    shared, twenty = buckets(), Allowance("calls", 20, EVERY)
    for _ in range(4):
        await SharedAllowance(shared, twenty, 5).draw("ada")
    with pytest.raises(TooManyRequests):
        await SharedAllowance(shared, twenty, 5).draw("ada")


async def test_a_process_remembers_so_many_callers_and_no_more() -> None:
    calls = SharedAllowance(buckets(), Allowance("calls", 4, EVERY), 2)
    for number in range(MOST_CALLERS + 500):
        await calls.draw(f"caller {number}")
    assert len(calls._left) == MOST_CALLERS
    assert len(calls._turns) == 0


@given(
    most=st.integers(1, 5),
    every=st.integers(1, 7),
    draws=st.lists(st.tuples(st.integers(0, 12), st.integers(1, 3)), min_size=1, max_size=40),
)
def test_no_window_lets_more_through_than_a_burst_and_what_came_back(
    most: int, every: int, draws: list[tuple[int, int]]
) -> None:
    granted = asyncio.run(granted_of(Allowance("calls", most, timedelta(seconds=every)), draws))
    sums = [0, *accumulate(count for _, count in granted)]
    for first, (begins, _) in enumerate(granted):
        for last, (ends, _) in enumerate(granted[first:], first):
            assert sums[last + 1] - sums[first] <= most + (ends - begins) / timedelta(seconds=every)


async def granted_of(allowance: Allowance, draws: list[tuple[int, int]]) -> list[tuple[datetime, int]]:
    """What gets through of draws of so many after so many seconds, each by a new process."""
    register, clock, granted = MemoryRegister(), FakeClock(NOW), []
    for pause, count in draws:
        await clock.sleep(timedelta(seconds=pause))
        with suppress(TooManyRequests):
            await Buckets(register, clock).draw("ada", allowance, count)
            granted.append((clock.now(), count))
    return granted

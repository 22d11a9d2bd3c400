import gc
import tracemalloc

from tests.unit.endless import archived, request_with

MIB = 1 << 20


async def peak(events: int) -> int:
    request = request_with(events)
    gc.collect()
    tracemalloc.start()
    try:
        await archived(request)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_ten_times_the_events_take_no_more_memory() -> None:
    """9 MiB more lie in staging, and are read twice; 200,000 events are benchmarked by hand."""
    await archived(request_with(10))  # loads what is loaded once
    few, many = await peak(1_000), await peak(10_000)
    assert many - few < 2 * MIB

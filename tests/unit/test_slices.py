import gc
import weakref
from collections.abc import AsyncGenerator, Callable, Sequence

from export_function.json_text import line, read
from export_function.slices import Lists, Pages, Slice
from shared.domain.ports import Directory, JsonObject
from tests.fake_directory import FakeDirectory


class Page(list[JsonObject]):
    """A list that can be watched."""


def event(second: int, name: str = "") -> JsonObject:
    return {"id": f"{second}{name}", "at": f"2026-11-20T00:00:{second:02}Z"}


def opening(listed: Sequence[Sequence[JsonObject]]) -> Callable[[Directory, str, str | None], Pages]:
    async def pages(_directory: Directory, _user: str, _until: str | None) -> Pages:
        for page in listed:
            yield page

    return pages


def lists(*of_pages: Sequence[Sequence[JsonObject]]) -> Lists:
    return Lists("at", tuple(opening(one) for one in of_pages))


def a_slice(from_lists: Lists, *, until: str | None = None, enough: bool = False) -> Slice:
    return Slice(from_lists, until, line, lambda: enough)


async def names(one: Slice) -> list[list[str]]:
    rounds = [lines async for lines in one.lines(FakeDirectory(), "ada")]
    return [[str(read(each)["id"]) for each in lines] for lines in rounds]  # type: ignore[index, call-overload] # ours


async def test_events_of_several_lists_come_newest_first_and_once() -> None:
    first = [[event(9), event(7), event(5)], [event(3)]]
    second = [[event(8), event(7), event(6)], [event(4), event(3)]]
    found = await names(a_slice(lists(first, second)))
    assert [name for some in found for name in some] == ["9", "8", "7", "6", "5", "4", "3"]


async def test_what_is_beyond_the_slowest_list_waits() -> None:
    first, second = [[event(9), event(8)], [event(7)]], [[event(6), event(5)]]
    one = a_slice(lists(first, second), enough=True)
    assert await names(one) == [["9"]]
    assert (one.count, one.reached) == (1, "2026-11-20T00:00:08Z")


async def test_a_slice_has_an_event_however_many_share_a_time() -> None:
    same = [[event(9, "a"), event(9, "b")], [], [event(9, "c"), event(8)]]
    one = a_slice(lists(same), enough=True)
    assert [name for some in await names(one) for name in some] == ["9a", "9b", "9c"]
    rest = a_slice(lists([[event(9, "c"), event(8)]]), until=one.reached)
    assert [name for some in await names(rest) for name in some] == ["8"]
    assert rest.reached is None


async def test_no_page_waits_while_the_next_one_is_read() -> None:
    alive: list[int] = []
    watched: list[weakref.ref[Page]] = []

    async def pages() -> AsyncGenerator[Sequence[JsonObject], None]:
        for second in range(9, 5, -1):
            alive.append(sum(page() is not None for page in watched))
            yield watch(Page([event(second)]))

    def watch(page: Page) -> Page:
        watched.append(weakref.ref(page))
        return page

    gc.disable()
    try:
        await names(a_slice(Lists("at", (lambda _directory, _user, _until: pages(),))))
    finally:
        gc.enable()
    assert alive == [0, 0, 0, 0]

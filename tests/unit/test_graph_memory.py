"""What was read is not kept: an answer may hold megabytes."""

import gc
import json
import weakref
from collections.abc import Callable, Iterator

import httpx
import pytest

from shared.adapters.graph.client import LazyConnection, connect
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.principals import serving_both
from shared.domain.ports import AuditRole
from tests.fakes import FakeClock
from tests.unit.graph_answers import BASE, OBJECT_ID, SDK_WARNS, FixedToken
from tests.unit.samples import NOW

pytestmark = SDK_WARNS
NEXT = f"{BASE}/auditLogs/directoryAudits?$skiptoken=1"
MARK = "watched"
CONTENT = json.dumps({"value": [{"id": MARK, "list": [[]]}], "@odata.nextLink": NEXT}).encode()


def directory_of(answer: Callable[[httpx.Request], httpx.Response]) -> GraphDirectory:
    transport = httpx.MockTransport(answer)
    return GraphDirectory(
        serving_both(LazyConnection(lambda: connect(Endpoints(), FixedToken(), transport))),
        Endpoints(),
        FakeClock(NOW),
    )


@pytest.fixture(autouse=True)
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def test_an_answer_goes_once_it_was_read() -> None:
    answers: list[weakref.ref[httpx.Response]] = []

    def answer(_: httpx.Request) -> httpx.Response:
        made = httpx.Response(200, content=CONTENT)
        answers.append(weakref.ref(made))
        return made

    pages = directory_of(answer).audit_events(OBJECT_ID, AuditRole.TARGET, None)
    _ = [await anext(pages) for _ in range(3)]
    assert [one() for one in answers] == [None, None, None]
    await pages.aclose()


async def test_a_page_is_the_readers_alone() -> None:
    alive: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        alive.append(sum(isinstance(one, dict) and one.get("id") == MARK for one in gc.get_objects()))
        return httpx.Response(200, content=CONTENT)

    pages = directory_of(answer).audit_events(OBJECT_ID, AuditRole.TARGET, None)
    for _ in range(3):
        assert (await anext(pages))[0]["id"] == MARK
    assert alive == [0, 0, 0]
    await pages.aclose()

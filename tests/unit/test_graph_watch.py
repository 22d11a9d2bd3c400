"""What is measured of calls to Graph: each call, how it was answered, how far a quota is used."""

import asyncio
import contextlib
from datetime import timedelta

import httpx
import pytest

from shared.adapters.graph.calls import LISTS, Quota
from shared.adapters.graph.watch import Watch
from shared.domain.errors import DirectoryFault
from shared.domain.ports import Attribute
from shared.domain.telemetry import GRAPH_CALLS, GRAPH_QUOTA_USED, Instrument, SpanName
from tests.fakes import FakeTelemetry
from tests.telemetry import in_memory
from tests.unit.graph_answers import OBJECT_ID, SDK_WARNS, Answer, Paper, failing, ok, user

pytestmark = SDK_WARNS
REPORTS = frozenset(source for source, call in LISTS.items() if call.quota is Quota.REPORTS)
TEN_SECONDS = timedelta(seconds=10)


def recorded(telemetry: FakeTelemetry, instrument: Instrument) -> list[tuple[float, dict[str, Attribute]]]:
    return [(value, dict(of)) for one, value, of in telemetry.recorded if one is instrument]


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (user(), "200", None),
        (failing(404), "404", None),
        (failing(403), "403", None),
        (failing(429, Retry_After="3600"), "429", None),
        (httpx.ConnectError("no way"), "none", "DirectoryUnavailable"),
    ],
    ids=["answered", "absent", "refused", "throttled", "no answer"],
)
async def test_a_call_is_a_span_with_the_status_of_its_answer(
    answer: Answer, status: str, error: str | None
) -> None:
    telemetry = FakeTelemetry()
    directory = Paper([answer]).directory(watch=Watch("contoso", telemetry))
    with contextlib.suppress(DirectoryFault):
        await directory.soft_delete(OBJECT_ID)  # sent once, whatever becomes of it
    (span,) = telemetry.spans
    assert (span.name, span.error) == (SpanName.GRAPH_CALL, error)
    of_span = {"call": "delete_user", "method": "DELETE", "tenant": "contoso", "status_code": status}
    assert span.attributes == of_span
    of_call = {"call": "delete_user", "tenant": "contoso", "status_code": status}
    assert recorded(telemetry, GRAPH_CALLS) == [(1, of_call)]


async def test_each_try_is_a_call() -> None:
    telemetry = FakeTelemetry()
    await (
        Paper([failing(503), failing(502), user()])
        .directory(watch=Watch("contoso", telemetry))
        .account(OBJECT_ID)
    )
    assert [of["status_code"] for _, of in recorded(telemetry, GRAPH_CALLS)] == ["503", "502", "200"]


async def test_how_far_a_quota_is_used_grows_with_each_call_and_falls_with_time() -> None:
    telemetry, paper = FakeTelemetry(), Paper([ok(value=[])])
    directory = paper.directory(0.4, watch=Watch("contoso", telemetry))  # 2 of 5 reports in 10 s
    for _ in range(2):
        await directory.records(OBJECT_ID, next(iter(REPORTS)))
    await paper.clock.sleep(TEN_SECONDS)
    await directory.records(OBJECT_ID, next(iter(REPORTS)))
    of = {"tenant": "contoso", "quota": "reports"}
    assert recorded(telemetry, GRAPH_QUOTA_USED) == [(0.5, of), (1.0, of), (0.5, of)]


async def test_no_span_of_a_call_tells_whom_it_is_about() -> None:
    kept = in_memory()
    directory = Paper([user()]).directory(watch=Watch("contoso", kept.telemetry))
    with kept.telemetry.span(SpanName.RUN):
        await asyncio.gather(*(directory.account(OBJECT_ID) for _ in range(3)))
    assert [span.name for span in kept.spans] == ["graph", "graph", "graph", "run"]
    assert OBJECT_ID not in "".join(span.to_json() for span in kept.spans)
    assert OBJECT_ID not in str(kept.metrics())

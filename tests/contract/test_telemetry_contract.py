"""What `ports.Telemetry` promises, kept by the fake and by OpenTelemetry; by silence, so far as it can."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from opentelemetry.sdk.trace import ReadableSpan

from shared.domain.no_telemetry import NoTelemetry
from shared.domain.ports import Telemetry
from shared.domain.telemetry import PROMISES_LAG, REQUESTS_ACCEPTED, SpanName
from tests.fakes import FakeTelemetry
from tests.telemetry import in_memory

ELSEWHERE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class Seen:
    """A span that has ended."""

    name: str
    trace: str
    number: str
    parent: str | None
    attributes: dict[str, object]


@dataclass(frozen=True)
class Measured:
    """A way to measure, and what was measured."""

    telemetry: Telemetry
    spans: Callable[[], dict[str, Seen]]


@pytest.fixture(params=["fake", "opentelemetry"])
def measured(request: pytest.FixtureRequest) -> Iterator[Measured]:
    if request.param == "fake":
        fake = FakeTelemetry()
        yield Measured(fake, lambda: _of_the_fake(fake))
        return
    real = in_memory()
    yield Measured(real.telemetry, lambda: {span.name: _of_the_sdk(span) for span in real.spans})
    real.telemetry.close()


def _of_the_fake(fake: FakeTelemetry) -> dict[str, Seen]:
    ended = [span for span in fake.spans if span.ended]
    return {
        one.name.value: Seen(
            one.name.value,
            one.trace,
            f"{one.number:016x}",
            one.parent,
            {
                **{name: value for name, value in one.attributes.items() if value is not None},
                **({"error.type": one.error} if one.error else {}),
            },
        )
        for one in ended
    }


def _of_the_sdk(span: ReadableSpan) -> Seen:
    assert span.context is not None
    parent = f"{span.parent.span_id:016x}" if span.parent else None
    trace, number = f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"
    return Seen(span.name, trace, number, parent, dict(span.attributes or {}))


def test_a_span_belongs_to_the_one_around_it(measured: Measured) -> None:
    with measured.telemetry.span(SpanName.RUN), measured.telemetry.span(SpanName.STEP):
        pass
    seen = measured.spans()
    assert seen["step"].parent == seen["run"].number
    assert seen["step"].trace == seen["run"].trace
    assert seen["run"].parent is None


def test_work_elsewhere_goes_on_in_the_same_trace(measured: Measured) -> None:
    with measured.telemetry.span(SpanName.ACCEPT) as accepted:
        kept = accepted.traceparent
    with measured.telemetry.span(SpanName.RUN, kept):
        pass
    seen = measured.spans()
    assert seen["run"].trace == seen["accept"].trace
    assert seen["run"].parent == seen["accept"].number


def test_a_given_parent_counts_for_more_than_the_span_around(measured: Measured) -> None:
    with measured.telemetry.span(SpanName.RUN), measured.telemetry.span(SpanName.STEP, ELSEWHERE):
        pass
    assert measured.spans()["step"].trace == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("parent", ["", "none", "00-0-0-01", f"{ELSEWHERE}x", "person@example.com"])
def test_a_parent_that_is_none_begins_a_trace(measured: Measured, parent: str) -> None:
    with measured.telemetry.span(SpanName.RUN, parent):
        pass
    run = measured.spans()["run"]
    assert run.parent is None
    assert run.trace not in {"0" * 32, "0af7651916cd43dd8448eb211c80319c"}


def test_each_trace_has_an_id_of_its_own(measured: Measured) -> None:
    with measured.telemetry.span(SpanName.ACCEPT):
        pass
    with measured.telemetry.span(SpanName.RUN):
        pass
    seen = measured.spans()
    assert seen["accept"].trace != seen["run"].trace


def test_a_context_is_as_w3c_has_it(measured: Measured) -> None:
    with measured.telemetry.span(SpanName.ACCEPT) as span:
        context = str(span.traceparent)
    seen = measured.spans()["accept"]
    version, trace, number, flags = context.split("-")
    assert (version, trace, number) == ("00", seen.trace, seen.number)
    assert int(flags, 16) & 1  # sampled


def test_what_is_noted_is_seen_and_none_is_nothing(measured: Measured) -> None:
    with measured.telemetry.span(SpanName.STEP, step="archive", tenant=None) as span:
        span.note(code="storage_unavailable", run=2, status=None)
    assert measured.spans()["step"].attributes == {
        "step": "archive",
        "code": "storage_unavailable",
        "run": 2,
    }


def test_an_exception_goes_on_and_its_type_is_noted(measured: Measured) -> None:
    with pytest.raises(KeyError, match="zoe"), measured.telemetry.span(SpanName.STEP):
        raise KeyError("zoe")
    assert measured.spans()["step"].attributes == {"error.type": "KeyError"}


def test_measurements_are_taken(measured: Measured) -> None:
    measured.telemetry.record(REQUESTS_ACCEPTED, 1, kind="export")
    measured.telemetry.record(PROMISES_LAG, 0.5)


def test_silence_has_no_context_and_lets_exceptions_go_on() -> None:
    silence: Telemetry = NoTelemetry()
    with silence.span(SpanName.RUN, ELSEWHERE, run=1) as span:
        span.note(code="x")
        assert span.traceparent is None
    with pytest.raises(KeyError), silence.span(SpanName.RUN):
        raise KeyError
    silence.record(REQUESTS_ACCEPTED, 1, kind="export")

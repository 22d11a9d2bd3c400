"""What telemetry lets out, and what it measures of a request's way."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from opentelemetry import trace
from opentelemetry.trace import Link, SpanContext, Status, StatusCode

from export_function.blueprint import export_blueprint
from shared.domain.errors import DirectoryUnavailable
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.domain.states import Status as Stands
from shared.domain.subject import EmailSubject
from shared.domain.telemetry import (
    ATTRIBUTES,
    DUE_DATE_SLACK,
    GRAPH_CALLS,
    INSTRUMENTS,
    PROMISES_LAG,
    QUEUE_AGE,
    REQUEST_DURATION,
    REQUESTS_ACCEPTED,
    REQUESTS_ENDED,
    TENANTS_ENDED,
    SpanName,
)
from shared.log import shown
from tests.paths import ROOT
from tests.telemetry import in_memory
from tests.unit.http import SUBMISSION, Functions, desk_of, json_of
from tests.unit.test_settings import environment
from tests.unit.world import World

CALLERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CANARY = "zoe.canary@example.com"
OBJECT_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
ADA = EmailSubject("ada@example.com")
INSIGHTS = f"InstrumentationKey={OBJECT_ID};IngestionEndpoint=http://127.0.0.1:9/"


def test_whatever_a_span_was_given_only_what_is_known_gets_out() -> None:
    kept = in_memory()
    tracer = kept.telemetry._traces.get_tracer("somebody")
    elsewhere = SpanContext(1, 2, is_remote=True)
    with tracer.start_as_current_span(
        f"GET /users/{OBJECT_ID}", links=[Link(elsewhere, {"a": CANARY})]
    ) as span:
        span.set_attribute("url.full", f"https://graph.microsoft.com/v1.0/users/{OBJECT_ID}")
        span.set_attribute("step", f"a step of {CANARY}")
        span.add_event("said", {"text": CANARY})
        span.record_exception(ValueError(CANARY))
        span.set_status(Status(StatusCode.ERROR, CANARY))
    (out,) = kept.spans
    assert out.name == "unknown"
    assert dict(out.attributes or {}) == {"step": "a step of [masked]"}
    assert (out.events, out.links, out.status.description) == ((), (), None)
    assert CANARY not in out.to_json()
    assert OBJECT_ID not in out.to_json()


def test_a_measurement_has_the_attributes_of_its_instrument_and_no_other() -> None:
    kept = in_memory()
    kept.telemetry.record(REQUESTS_ACCEPTED, 1, kind="export", request_id=OBJECT_ID, tenant=CANARY)
    kept.telemetry.record(REQUESTS_ACCEPTED, 1, kind="export", reason=CANARY)
    (point,) = kept.metrics()["privacy.requests.accepted"]["data"]["data_points"]
    assert (point["value"], point["attributes"]) == (2, {"kind": "export"})
    assert CANARY not in str(kept.metrics())
    assert OBJECT_ID not in str(kept.metrics())


def test_what_is_not_in_the_table_is_not_measured() -> None:
    kept = in_memory()
    kept.telemetry._measurements.provider.get_meter("somebody").create_counter(CANARY.partition("@")[0]).add(
        1
    )
    kept.telemetry.record(PROMISES_LAG, 3)
    assert set(kept.metrics()) == {"privacy.promises.lag"}


def test_every_instrument_is_exported_by_its_name_and_unit() -> None:
    kept = in_memory()
    for instrument in INSTRUMENTS:
        kept.telemetry.record(instrument, 1, **dict.fromkeys(instrument.attributes, "x"))
    told = {name: metric["unit"] for name, metric in kept.metrics().items()}
    assert told == {instrument.name: instrument.unit for instrument in INSTRUMENTS}


def test_the_table_is_sound() -> None:
    assert len({one.name for one in INSTRUMENTS}) == len(INSTRUMENTS)
    for one in INSTRUMENTS:
        assert re.fullmatch(r"privacy(\.[a-z_]+){2}", one.name)
        assert one.attributes <= ATTRIBUTES - {"request_id"}  # a series for each request would never end
        assert (one.kind == "histogram") == bool(one.bounds)
        assert list(one.bounds) == sorted(set(one.bounds))


def test_a_share_of_traces_is_kept_and_the_rest_costs_no_trace_context() -> None:
    kept = in_memory(sampling=0.0)
    with kept.telemetry.span(SpanName.ACCEPT) as span:
        context = str(span.traceparent)
    with kept.telemetry.span(SpanName.RUN, context):  # goes by what was decided at accept
        pass
    assert not int(context.rpartition("-")[2], 16) & 1  # not sampled
    assert kept.spans == ()


def test_a_trace_that_is_kept_is_kept_whole() -> None:
    whole, none = in_memory(sampling=1.0), in_memory(sampling=0.0)
    with whole.telemetry.span(SpanName.ACCEPT) as span:
        context = str(span.traceparent)
    with none.telemetry.span(SpanName.RUN, context):
        pass
    assert [one.name for one in none.spans] == ["run"]


def test_no_other_package_is_given_our_tracer() -> None:
    in_memory()
    with trace.get_tracer("kiota").start_as_current_span("GET") as span:
        assert not span.is_recording()


def test_values_are_masked_as_in_a_log_but_for_a_request_s_id() -> None:
    assert shown("code", CANARY) == "[masked]"
    assert shown("request_id", OBJECT_ID) == OBJECT_ID


LOADED = """
import sys, function_app
mine = ("shared.adapters.telemetry", "opentelemetry.sdk", "opentelemetry.exporter", "azure.monitor")
print(*sorted({name for name in mine for loaded in sys.modules if loaded.startswith(name)}))
"""


def loaded_by(**settings: str) -> set[str]:
    """Which of the packages that telemetry needs a fresh process has once the app is built."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env=os.environ | environment(**settings),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_telemetry_that_is_off_loads_nothing() -> None:
    assert loaded_by() == set()


def test_each_way_loads_its_own_exporter_alone() -> None:
    ours = {"shared.adapters.telemetry", "opentelemetry.sdk"}
    collector = loaded_by(TELEMETRY="otlp", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    insights = loaded_by(TELEMETRY="azure_monitor", APPLICATIONINSIGHTS_CONNECTION_STRING=INSIGHTS)
    assert (collector, insights) == (ours | {"opentelemetry.exporter"}, ours | {"azure.monitor"})


async def an_export(world: World) -> PrivacyRequest:
    world.person("contoso")
    with world.telemetry.span(SpanName.ACCEPT) as span:
        accepted = await world.accept(Kind.EXPORT, ADA, traceparent=span.traceparent)
    return await world.settle(accepted.request.id)


def measured(world: World, instrument: object) -> list[tuple[float, dict[str, object]]]:
    return [(value, dict(of)) for one, value, of in world.telemetry.recorded if one is instrument]


async def test_every_run_and_step_is_in_the_trace_of_the_accept() -> None:
    world = World()
    request = await an_export(world)
    spans = world.telemetry.spans
    assert {span.trace for span in spans} == {spans[0].trace}
    runs = [span for span in spans if span.name is SpanName.RUN]
    assert {run.parent for run in runs} == {f"{spans[0].number:016x}"}
    steps = [span for span in spans if span.name is SpanName.STEP]
    assert {step.parent for step in steps} <= {f"{run.number:016x}" for run in runs}
    assert {str(step.attributes["step"]) for step in steps} >= set(request.done)


async def test_a_submission_is_measured_once_and_a_repeat_goes_on_in_the_first_trace() -> None:
    world = World()
    functions = Functions(export_blueprint(desk_of(world), world.links))
    for _ in range(2):
        response = await functions.call("submit_export", SUBMISSION, {"traceparent": CALLERS})
    request = await world.request(str(json_of(response)["id"]))
    assert measured(world, REQUESTS_ACCEPTED) == [(1, {"kind": "export"})]
    first, second = world.telemetry.spans
    assert request.traceparent == first.traceparent
    assert second.attributes["request_id"] == first.attributes["request_id"] == request.id
    assert CALLERS.split("-")[1] not in {first.trace, second.trace}


async def test_a_step_says_its_tenant_and_why_it_paused() -> None:
    world = World()
    world.person("contoso")
    world.tenants["contoso"].faults.append(DirectoryUnavailable("read_user"))
    accepted = await world.accept(Kind.EXPORT, ADA)
    await world.settle(accepted.request.id)
    paused = [
        span for span in world.telemetry.spans if span.attributes.get("code") == "directory_unavailable"
    ]
    assert [(span.attributes["tenant"], span.error) for span in paused] == [("contoso", None)]


async def test_an_end_is_measured_once_with_what_is_true_of_each_tenant() -> None:
    world = World()
    await an_export(world)
    assert measured(world, REQUESTS_ENDED) == [(1, {"kind": "export", "status": "completed", "reason": None})]
    outcomes = {(of["tenant"], of["outcome"]) for _, of in measured(world, TENANTS_ENDED)}
    assert outcomes == {("contoso", "collected"), ("fabrikam", "not_found")}
    ((seconds, _),) = measured(world, REQUEST_DURATION)
    assert 0 < seconds < 3600


async def test_the_end_is_a_line_of_the_log_with_the_slack_in_seconds() -> None:
    world = World()
    request = await an_export(world)
    assert request.ended_at
    (line,) = [fields for event, fields in world.log.lines if event == "request_ended"]
    assert (line["request_id"], line["status"]) == (request.id, "completed")
    assert line["seconds"] == round((request.ended_at - request.received_at).total_seconds())
    assert line["slack"] == round((request.due_at - request.ended_at).total_seconds())


async def test_who_ends_late_is_measured_as_late() -> None:
    world = World()
    accepted = await world.accept(Kind.EXPORT, ADA)
    await world.clock.sleep(timedelta(days=45))
    await world.decisions.cancel(accepted.request.id, "key:0")
    ((slack, of),) = measured(world, DUE_DATE_SLACK)
    assert of == {"kind": "export", "status": "cancelled", "term": "late"}
    assert (
        slack
        == (timedelta(days=45) - (accepted.request.due_at - accepted.request.accepted_at)).total_seconds()
    )


async def test_an_act_on_what_has_ended_is_no_second_end() -> None:
    world = World()
    request = await an_export(world)
    await world.decisions.end_archive(request.id, "operator x")
    assert len(measured(world, REQUESTS_ENDED)) == 1


async def test_a_failed_request_that_is_tried_again_ends_anew() -> None:
    world = World()
    world.person("contoso")
    world.tenants["contoso"].faults += [DirectoryUnavailable("read_user")] * 10_000
    accepted = await world.accept(Kind.EXPORT, ADA)
    assert (await world.settle(accepted.request.id)).status is Stands.FAILED
    await world.decisions.cancel(accepted.request.id, "key:0")
    ended = [of["status"] for _, of in measured(world, REQUESTS_ENDED)]
    assert ended == ["failed", "cancelled"]


async def test_how_long_work_waited_for_a_worker_is_measured() -> None:
    world = World()
    world.person("contoso")
    accepted = await world.accept(Kind.EXPORT, ADA)
    await world.clock.sleep(timedelta(seconds=42))
    await world.run_what_is_due()
    assert measured(world, QUEUE_AGE) == [(42.0, {"kind": "export"})]
    assert accepted.request.kind is Kind.EXPORT


async def test_a_sweep_says_how_late_it_came_for_the_oldest_promise() -> None:
    world = World()
    await world.upkeep.sweep()
    await world.accept(Kind.EXPORT, ADA)
    await world.clock.sleep(timedelta(minutes=7))
    await world.upkeep.sweep()
    assert [value for value, _ in measured(world, PROMISES_LAG)] == [0.0, 120.0]


async def test_what_is_recorded_has_the_attributes_that_the_table_gives_it() -> None:
    world = World()
    await an_export(world)
    assert world.telemetry.recorded
    for instrument, _, attributes in world.telemetry.recorded:
        assert set(attributes) == instrument.attributes, instrument.name
    used = {one for span in world.telemetry.spans for one in span.attributes}
    assert used <= ATTRIBUTES


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda one: one.name)
def test_every_instrument_is_measured_with_somewhere(instrument: object) -> None:
    import shared.domain.telemetry as table

    (name,) = [name for name, one in vars(table).items() if one is instrument]
    code = [path for path in (ROOT / "shared").rglob("*.py") if path.name != "telemetry.py"]
    assert any(re.search(rf"record\(\s*{name}\b", path.read_text()) for path in code)
    assert GRAPH_CALLS in INSTRUMENTS

"""Traces and metrics of the running stack, as a collector gets them: a trace a request, nothing personal."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local.client import Json
from local.stack import StackOptions
from shared.adapters.telemetry.sending import METRICS_EVERY_MS
from shared.domain.telemetry import ATTRIBUTES, INSTRUMENTS, SpanName
from tests.end_to_end.test_log_canaries import every_caller, every_path, secrets_of_process
from tests.end_to_end.test_notices import until
from tests.running import RunningStack, started_stack
from tests.telemetry import CameSpan, Collector, started_collector


@dataclass(frozen=True)
class Observed:
    """What came once the stack has ended, the two requests, and what must not be in it."""

    collector: Collector
    export: str
    deletion: str
    callers_trace: str
    canaries: dict[str, str]

    def of(self, request_id: str) -> list[CameSpan]:
        """Every span of the traces in which the request is named."""
        spans = self.collector.spans()
        traces = {span.trace for span in spans if span.attributes.get("request_id") == request_id}
        return [span for span in spans if span.trace in traces]


def submitted(stack: RunningStack, collection: str, object_id: str, traceparent: str) -> Json:
    body = {"subject": {"objectId": object_id, "tenant": "contoso"}, "regulation": "gdpr"}
    answer = stack.app.http.post(f"/api/{collection}", json=body, headers={"traceparent": traceparent})
    accepted: Json = answer.raise_for_status().json()
    return stack.app.ended(accepted)


def all_sent(collector: Collector) -> None:
    """Wait until metrics have come twice more: spans go out more often."""

    def rounds() -> int:
        return sum(path == "/v1/metrics" for path, _ in collector.posted)

    wanted = rounds() + 2
    until(lambda: rounds() >= wanted or None, patience=3 * METRICS_EVERY_MS / 1000)


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    options = StackOptions(tenants=3, users=24, data_dir=tmp_path_factory.mktemp("observed"))
    with started_collector() as collector:
        where = {"TELEMETRY": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with started_stack(options, REPLICATION_WINDOW="PT0.5S", **where) as stack:
            object_id, _ = stack.graph.add_person("contoso", audit_events=3)
            trace = object_id.replace("-", "")  # a caller may make its trace ids of whatever it likes
            parent = f"00-{trace}-00f067aa0ba902b7-01"
            export = submitted(stack, "exports", object_id, parent)
            deletion = submitted(stack, "deletions", object_id, parent)
            canaries = every_path(stack) | every_caller(stack)
            canaries |= secrets_of_process(stack.ready.pids["host"])
            canaries |= {"object id": object_id, "the caller's trace": trace}
            all_sent(collector)
        yield Observed(collector, str(export["id"]), str(deletion["id"]), trace, canaries)


def test_an_export_is_one_trace_from_accept_to_publish(observed: Observed) -> None:
    spans = observed.of(observed.export)
    assert len({span.trace for span in spans}) == 1
    (accept,) = [span for span in spans if span.name == "accept"]
    runs = [span for span in spans if span.name == "run"]
    assert runs
    assert {run.parent for run in runs} == {accept.number}
    steps = {span.attributes["step"] for span in spans if span.name == "step"}
    assert {"identify:contoso", "claim", "collect:contoso:profile", "archive", "clear-staging"} <= steps
    assert {span.attributes["call"] for span in spans if span.name == "graph"} >= {
        "read_user",
        "read_profile",
    }


def test_a_deletion_is_one_trace_from_accept_to_the_purge_seen_twice(observed: Observed) -> None:
    spans = observed.of(observed.deletion)
    assert len({span.trace for span in spans}) == 1
    steps = {span.attributes["step"] for span in spans if span.name == "step"}
    assert {"mark", "soft-delete:contoso", "purge:contoso", "verify-purge-again:contoso"} <= steps
    assert {span.attributes["call"] for span in spans if span.name == "graph"} >= {
        "delete_user",
        "purge_user",
    }


def test_a_trace_is_never_one_that_the_caller_chose(observed: Observed) -> None:
    assert observed.callers_trace not in {span.trace for span in observed.collector.spans()}


def test_every_span_but_an_accept_has_its_parent_in_the_same_trace(observed: Observed) -> None:
    by_number = {span.number: span for span in observed.of(observed.export)}
    for span in by_number.values():
        assert span.name == "accept" or by_number[span.parent].trace == span.trace


def test_nothing_personal_and_no_secret_came_on_any_path(observed: Observed) -> None:
    text = observed.collector.text().lower()
    assert "HASH_KEY" in observed.canaries
    assert [name for name, canary in observed.canaries.items() if canary.lower() in text] == []


def test_spans_and_attributes_are_those_of_the_tables(observed: Observed) -> None:
    spans = observed.collector.spans()
    conventional = {"http.request.method", "http.response.status_code", "error.type"}
    assert {span.name for span in spans} == {name.value for name in SpanName}
    assert {name for span in spans for name in span.attributes} <= ATTRIBUTES | conventional


def test_what_is_measured_comes_too(observed: Observed) -> None:
    came = observed.collector.metrics()
    assert came <= {instrument.name for instrument in INSTRUMENTS}
    assert {"privacy.requests.accepted", "privacy.requests.ended", "privacy.graph.calls"} <= came
    assert {"privacy.tenants.ended", "privacy.queue.age", "privacy.graph.quota_used"} <= came

"""What goes over the wire, to a collector and to Application Insights."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from shared.adapters.telemetry.azure_monitor import OFF, managed_identity, to_azure_monitor
from shared.adapters.telemetry.ending import AT_EXIT
from shared.adapters.telemetry.otlp import to_collector
from shared.domain.telemetry import REQUESTS_ACCEPTED, SpanName
from tests.paths import ROOT
from tests.telemetry import Collector, started_bad_collector, started_collector

MEASURES = """
import sys
from shared.adapters.telemetry.otlp import to_collector
from shared.domain.telemetry import REQUESTS_ACCEPTED, SpanName
telemetry = to_collector(sys.argv[1], {}, 1.0)
for _ in range(600):
    with telemetry.span(SpanName.ACCEPT, kind="export"):
        telemetry.record(REQUESTS_ACCEPTED, 1, kind="export")
"""
KEY = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with started_collector() as running:
        yield running


@pytest.fixture
def switches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set to be put back afterwards: the adapter changes them for the whole process."""
    for name in OFF:
        monkeypatch.setenv(name, "false")


def test_a_collector_gets_spans_and_metrics_with_our_headers(collector: Collector) -> None:
    telemetry = to_collector(collector.url, {"x-key": "collector's"}, 1.0)
    with telemetry.span(SpanName.ACCEPT, kind="export"):
        telemetry.record(REQUESTS_ACCEPTED, 1, kind="export")
    telemetry.close()
    assert [(span.name, dict(span.attributes)) for span in collector.spans()] == [
        ("accept", {"kind": "export"})
    ]
    assert collector.metrics() == {"privacy.requests.accepted"}
    assert {headers["x-key"] for headers in collector.headers} == {"collector's"}


@pytest.mark.usefixtures("switches")
def test_application_insights_gets_them_and_nothing_else_is_told(collector: Collector) -> None:
    telemetry = to_azure_monitor(f"InstrumentationKey={KEY};IngestionEndpoint={collector.url}/", None, 1.0)
    with telemetry.span(SpanName.RUN), telemetry.span(SpanName.GRAPH_CALL, method="GET", status_code="503"):
        telemetry.record(REQUESTS_ACCEPTED, 1, kind="export")
    telemetry.close()
    came = [item for _, body in collector.posted for item in json.loads(body)]
    kinds = {str(item["data"]["baseType"]) for item in came}
    assert kinds == {"RemoteDependencyData", "MetricData"}  # none is a request: those are the host's
    (metric,) = [item["data"]["baseData"] for item in came if item["data"]["baseType"] == "MetricData"]
    assert metric["metrics"][0]["name"] == "privacy.requests.accepted"
    assert metric["properties"] == {"kind": "export"}
    codes = {item["data"]["baseData"].get("resultCode") for item in came}
    assert "503" in codes


@pytest.mark.usefixtures("switches")
def test_the_exporter_neither_tells_of_its_use_nor_is_changed_from_outside(collector: Collector) -> None:
    before = set(threading.enumerate())
    telemetry = to_azure_monitor(f"InstrumentationKey={KEY};IngestionEndpoint={collector.url}/", None, 1.0)
    begun = sorted(thread.name for thread in set(threading.enumerate()) - before)
    telemetry.close()
    assert {os.environ[name] for name in OFF} == {"true"}
    assert begun == ["OtelBatchSpanRecordProcessor", "OtelPeriodicExportingMetricReader", AT_EXIT]
    left = set(threading.enumerate()) - before - {threading.current_thread()}
    assert [thread.name for thread in left] == [AT_EXIT]


def test_a_connection_string_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="nstrumentation key"):
        to_azure_monitor("InstrumentationKey=none", None, 1.0)


def test_an_identity_needs_no_network_before_its_first_token() -> None:
    assert managed_identity(None) is not None
    assert managed_identity(KEY) is not None


@pytest.mark.parametrize("mode", ["silent", "dripping"])
def test_a_collector_that_does_not_answer_does_not_keep_the_process_from_ending(mode: str) -> None:
    with started_bad_collector(mode) as url:
        ran = subprocess.run([sys.executable, "-c", MEASURES, url], cwd=ROOT, timeout=15, check=False)
    assert ran.returncode == 0


def test_what_is_left_is_sent_when_the_process_ends(collector: Collector) -> None:
    subprocess.run([sys.executable, "-c", MEASURES, collector.url], cwd=ROOT, timeout=25, check=True)
    assert len(collector.spans()) == 600
    assert collector.metrics() == {"privacy.requests.accepted"}

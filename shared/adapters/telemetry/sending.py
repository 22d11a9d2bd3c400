"""Sends spans and metrics from threads of their own: no request waits, and what is too much is lost."""

from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from shared.adapters.telemetry.ending import at_exit
from shared.adapters.telemetry.open_telemetry import OpenTelemetry
from shared.adapters.telemetry.scrubbing import ScrubbedSpans

MOST_SPANS, SPANS_A_CALL = 4096, 512
"""Spans that wait to be sent, and that are sent together."""
SPANS_EVERY_MS, METRICS_EVERY_MS, CALL_TIME_LIMIT_MS = 5_000, 15_000, 10_000
"""A worker that ends without a word loses so much."""


def sending(spans: SpanExporter, metrics: MetricExporter, sampling: float) -> OpenTelemetry:
    """Telemetry that these exporters are given, scrubbed."""
    processor = BatchSpanProcessor(
        ScrubbedSpans(spans),
        max_queue_size=MOST_SPANS,
        schedule_delay_millis=SPANS_EVERY_MS,
        max_export_batch_size=SPANS_A_CALL,
        export_timeout_millis=CALL_TIME_LIMIT_MS,
    )
    reader = PeriodicExportingMetricReader(metrics, METRICS_EVERY_MS, CALL_TIME_LIMIT_MS)
    telemetry = OpenTelemetry(processor, reader, sampling)
    at_exit(telemetry.close)
    return telemetry

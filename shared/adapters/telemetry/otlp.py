"""Telemetry to an OpenTelemetry collector: OTLP over HTTP with JSON, without protobuf and gRPC."""

from collections.abc import Mapping

from opentelemetry.exporter.otlp.json.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter

from shared.adapters.telemetry.open_telemetry import OpenTelemetry
from shared.adapters.telemetry.sending import CALL_TIME_LIMIT_MS, sending


def to_collector(endpoint: str, headers: Mapping[str, str], sampling: float) -> OpenTelemetry:
    """Telemetry to the collector at this address; `headers` go with each call."""
    base, timeout = endpoint.rstrip("/"), CALL_TIME_LIMIT_MS / 1000
    return sending(
        OTLPSpanExporter(f"{base}/v1/traces", headers=headers, timeout=timeout),
        OTLPMetricExporter(f"{base}/v1/metrics", headers=headers, timeout=timeout),
        sampling,
    )

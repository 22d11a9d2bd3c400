"""Traces and metrics by OpenTelemetry's SDK, under providers of our own.

They are not made the process's: other packages that ask OpenTelemetry for a tracer (kiota, the Azure SDKs)
still get the one that does nothing, so that no span of theirs, with a call's address in it, ever exists.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span as OpenSpan
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.adapters.telemetry.metrics import Measurements
from shared.domain.ports import Attribute, Span
from shared.domain.telemetry import Instrument, SpanName

SERVICE = "privacy-requests"
_CONTEXT = TraceContextTextMapPropagator()


class _Measured:
    """Implements `shared.domain.ports.Span`."""

    def __init__(self, span: OpenSpan) -> None:
        self._span = span
        context = span.get_span_context()
        flags = f"{context.trace_flags:02x}"
        self.traceparent: str | None = f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags}"

    def note(self, **attributes: Attribute) -> None:
        """See `Span.note`."""
        self._span.set_attributes({name: value for name, value in attributes.items() if value is not None})


class OpenTelemetry:
    """Implements `shared.domain.ports.Telemetry`; `sampling` is the part of traces that are kept."""

    def __init__(self, spans: SpanProcessor, metrics: MetricReader, sampling: float) -> None:
        resource = Resource({"service.name": SERVICE, "service.instance.id": str(uuid.uuid4())})
        # Whoever samples decides where a request is accepted, and its runs go by that.
        self._traces = TracerProvider(
            ParentBased(TraceIdRatioBased(sampling)), resource, shutdown_on_exit=False
        )
        self._traces.add_span_processor(spans)
        self._tracer = self._traces.get_tracer("privacy")
        self._measurements = Measurements(metrics, resource)
        self._closing: tuple[Callable[[], None], ...] = (
            self._traces.shutdown,
            self._measurements.provider.shutdown,
        )

    @contextmanager
    def span(self, name: SpanName, parent: str | None = None, **attributes: Attribute) -> Iterator[Span]:
        """See `Telemetry.span`."""
        kind = SpanKind.CLIENT if name is SpanName.GRAPH_CALL else SpanKind.INTERNAL
        with self._tracer.start_as_current_span(
            name.value,
            _CONTEXT.extract({"traceparent": parent}) if parent else None,
            kind,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            measured = _Measured(span)
            measured.note(**attributes)
            try:
                yield measured
            except Exception as error:
                measured.note(error=type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    def record(self, instrument: Instrument, value: float, **attributes: Attribute) -> None:
        """See `Telemetry.record`."""
        self._measurements.record(instrument, value, attributes)

    def close(self) -> None:
        """Send what is left; nothing is measured after that. Once is enough, and twice does no harm."""
        closing, self._closing = self._closing, ()
        for shutdown in closing:
            shutdown()

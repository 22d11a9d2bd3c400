"""What leaves the process in a span: names and attributes that are on a list, and nothing that was added.

Whatever made the span, on its way out it loses events (messages and stack traces of exceptions), links, the
words of its status, and every attribute that is not known, addresses of calls among them. Of an exception its
type is told.
"""

from collections.abc import Mapping, Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, Status
from opentelemetry.util.types import AttributeValue

from shared.domain.telemetry import ATTRIBUTES, CONVENTIONAL_NAMES, SpanName
from shared.log import OURS, shown

_NAMES = frozenset(name.value for name in SpanName)
_SCOPE = InstrumentationScope(OURS)
UNKNOWN_SPAN = "unknown"


class ScrubbedSpans(SpanExporter):
    """An exporter that gets scrubbed spans alone."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """See `SpanExporter.export`."""
        return self._exporter.export([_scrubbed(span) for span in spans])

    def shutdown(self) -> None:
        """See `SpanExporter.shutdown`."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """See `SpanExporter.force_flush`."""
        return self._exporter.force_flush(timeout_millis)


def scrubbed(attributes: Mapping[str, object] | None) -> dict[str, AttributeValue]:
    """Those that are known and have a value, under OpenTelemetry's names."""
    known = ((name, value) for name, value in (attributes or {}).items() if name in ATTRIBUTES)
    scalars = ((name, shown(name, value)) for name, value in known if isinstance(value, str | int | float))
    return {CONVENTIONAL_NAMES.get(name, name): value for name, value in scalars if value is not None}


def _scrubbed(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name if span.name in _NAMES else UNKNOWN_SPAN,
        context=_bare(span.context),
        parent=_bare(span.parent),
        resource=span.resource,
        attributes=scrubbed(span.attributes),
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=_SCOPE,
    )


def _bare(context: SpanContext | None) -> SpanContext | None:
    """Without the trace state, which anybody may write into."""
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)

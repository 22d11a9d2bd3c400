"""Telemetry that is off: nothing is measured, nothing is imported."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.domain.ports import Attribute, Span
from shared.domain.telemetry import Instrument, SpanName


class _NoSpan:
    traceparent: str | None = None

    def note(self, **attributes: Attribute) -> None:
        """See `Span.note`."""


class NoTelemetry:
    """Implements `shared.domain.ports.Telemetry`."""

    @contextmanager
    def span(
        self,
        name: SpanName,  # noqa: ARG002 - as the port has it
        parent: str | None = None,  # noqa: ARG002 - as the port has it
        **attributes: Attribute,  # noqa: ARG002 - as the port has it
    ) -> Iterator[Span]:
        """See `Telemetry.span`."""
        yield _NoSpan()

    def record(self, instrument: Instrument, value: float, **attributes: Attribute) -> None:
        """See `Telemetry.record`."""

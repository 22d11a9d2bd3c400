"""The table of instruments as OpenTelemetry's SDK has them: what is not in the table is not exported."""

from collections.abc import Callable, Mapping

from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.metrics.view import (
    Aggregation,
    DefaultAggregation,
    DropAggregation,
    ExplicitBucketHistogramAggregation,
    View,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.util.types import AttributeValue

from shared.adapters.telemetry.scrubbing import scrubbed
from shared.domain.ports import Attribute
from shared.domain.telemetry import CONVENTIONAL_NAMES, INSTRUMENTS, Instrument

MOST_SERIES = 2000
"""Combinations of attributes in one metric; more are counted together."""
Measure = Callable[[float, Mapping[str, AttributeValue]], object]


class Measurements:
    """Every instrument of the table, ready to be measured with."""

    def __init__(self, reader: MetricReader, resource: Resource) -> None:
        views = [*map(_view, INSTRUMENTS), View(instrument_name="*", aggregation=DropAggregation())]
        # An exemplar would carry the attributes that a view has dropped.
        self.provider = MeterProvider(
            [reader], resource, AlwaysOffExemplarFilter(), shutdown_on_exit=False, views=views
        )
        meter = self.provider.get_meter("privacy")
        self._measures = {instrument.name: _measure(meter, instrument) for instrument in INSTRUMENTS}

    def record(self, instrument: Instrument, value: float, attributes: Mapping[str, Attribute]) -> None:
        """See `Telemetry.record`."""
        self._measures[instrument.name](value, scrubbed(attributes))


def _measure(meter: Meter, instrument: Instrument) -> Measure:
    named = (instrument.name, instrument.unit, instrument.description)
    if instrument.kind == "counter":
        return meter.create_counter(*named).add
    if instrument.kind == "gauge":
        return meter.create_gauge(*named).set
    return meter.create_histogram(*named).record


def _view(instrument: Instrument) -> View:
    return View(
        instrument_name=instrument.name,
        attribute_keys={CONVENTIONAL_NAMES.get(name, name) for name in instrument.attributes},
        aggregation=_aggregation(instrument),
        aggregation_cardinality_limit=MOST_SERIES,
    )


def _aggregation(instrument: Instrument) -> Aggregation:
    if instrument.kind == "histogram":
        return ExplicitBucketHistogramAggregation(instrument.bounds)
    return DefaultAggregation()

"""What is measured, by name: spans, attributes and instruments. The ways to export them are adapters.

Names, units and kinds follow OpenTelemetry: dotted names, units of UCUM, durations in seconds.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class SpanName(Enum):
    """Every span there is."""

    ACCEPT = "accept"
    """a submission is recorded; the record keeps its trace context"""
    RUN = "run"
    """a worker works at a request"""
    STEP = "step"
    """one step of its plan, or a part of a long one"""
    GRAPH_CALL = "graph"
    """one call to Microsoft Graph, its token included"""


ATTRIBUTES = frozenset(
    {
        *("request_id", "kind", "status", "reason", "run", "step", "tenant", "outcome", "code", "term"),
        *("call", "method", "status_code", "quota", "error"),
    }
)
"""Every attribute that a span or a measurement may have; any other is dropped on its way out."""
CONVENTIONAL_NAMES = {
    "method": "http.request.method",
    "status_code": "http.response.status_code",
    "error": "error.type",
}
"""As what they are exported where OpenTelemetry has a name (semantic conventions for HTTP and errors)."""

_DAY = 86_400.0
_DAYS = (_DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY, 21 * _DAY, 30 * _DAY, 45 * _DAY, 60 * _DAY, 90 * _DAY)


@dataclass(frozen=True)
class Instrument:
    """A metric: `attributes` are those that a measurement has, `bounds` those of a histogram's buckets."""

    name: str
    kind: Literal["counter", "histogram", "gauge"]
    unit: str
    description: str
    attributes: frozenset[str] = frozenset()
    bounds: tuple[float, ...] = ()


REQUESTS_ACCEPTED = Instrument(
    "privacy.requests.accepted", "counter", "{request}", "Requests recorded", frozenset({"kind"})
)
REQUESTS_ENDED = Instrument(
    "privacy.requests.ended",
    "counter",
    "{request}",
    "Requests completed, refused, cancelled or failed",
    frozenset({"kind", "status", "reason"}),
)
TENANTS_ENDED = Instrument(
    "privacy.tenants.ended",
    "counter",
    "{tenant}",
    "Tenants of requests that ended, by what is true of them",
    frozenset({"kind", "tenant", "outcome"}),
)
REQUEST_DURATION = Instrument(
    "privacy.requests.duration",
    "histogram",
    "s",
    "From when the person asked to the end",
    frozenset({"kind", "status"}),
    (60.0, 300.0, 900.0, 3600.0, 21_600.0, *_DAYS),
)
DUE_DATE_SLACK = Instrument(
    "privacy.requests.due_date_slack",
    "histogram",
    "s",
    "Between the end and the due date; `term` says on which side: in_time, late",
    frozenset({"kind", "status", "term"}),
    (3600.0, *_DAYS),
)
QUEUE_AGE = Instrument(
    "privacy.queue.age",
    "histogram",
    "s",
    "How long a request that could go on has waited for a worker",
    frozenset({"kind"}),
    (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0),
)
PROMISES_LAG = Instrument(
    "privacy.promises.lag", "gauge", "s", "By how much the oldest promise was overdue when a sweep came"
)
GRAPH_CALLS = Instrument(
    "privacy.graph.calls",
    "counter",
    "{call}",
    "Calls to Graph by the status of the answer; `none` where there was none",
    frozenset({"tenant", "call", "status_code"}),
)
GRAPH_QUOTA_USED = Instrument(
    "privacy.graph.quota_used",
    "histogram",
    "1",
    "Part of this process's share of a Graph quota that is used once a call is sent",
    frozenset({"tenant", "quota"}),
    (0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.99),
)

INSTRUMENTS = (
    REQUESTS_ACCEPTED,
    REQUESTS_ENDED,
    TENANTS_ENDED,
    REQUEST_DURATION,
    DUE_DATE_SLACK,
    QUEUE_AGE,
    PROMISES_LAG,
    GRAPH_CALLS,
    GRAPH_QUOTA_USED,
)

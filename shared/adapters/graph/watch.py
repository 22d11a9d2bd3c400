"""What is measured of calls to Graph: a span for each, the status of its answer, how far a quota is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared.adapters.graph.calls import Call, Quota
from shared.domain.no_telemetry import NoTelemetry
from shared.domain.ports import Telemetry
from shared.domain.telemetry import GRAPH_CALLS, GRAPH_QUOTA_USED, SpanName

NO_ANSWER = "none"


@dataclass
class Answered:
    """The status of the answer, once there is one."""

    status: str = NO_ANSWER


@dataclass(frozen=True)
class Watch:
    """Over all calls to one tenant, by the name that settings give it. Addresses are not noted."""

    tenant: str = ""
    telemetry: Telemetry = field(default_factory=NoTelemetry)

    @contextmanager
    def call(self, call: Call) -> Iterator[Answered]:
        """Around one exchange: whoever makes it says how it was answered."""
        answered = Answered()
        with self.telemetry.span(
            SpanName.GRAPH_CALL, call=call.name, method=call.method, tenant=self.tenant
        ) as span:
            try:
                yield answered
            finally:
                span.note(status_code=answered.status)
                self.telemetry.record(
                    GRAPH_CALLS, 1, tenant=self.tenant, call=call.name, status_code=answered.status
                )

    def used(self, quota: Quota, share: float) -> None:
        """So much of what this process may ask for is used: 0 to 1."""
        self.telemetry.record(GRAPH_QUOTA_USED, share, tenant=self.tenant, quota=quota.value)


UNWATCHED = Watch()

"""How requests end, told once for each end: a line in the log, and what is measured."""

from dataclasses import dataclass

from shared.domain.journal import What
from shared.domain.ports import Log, Telemetry
from shared.domain.request import PrivacyRequest
from shared.domain.telemetry import DUE_DATE_SLACK, REQUEST_DURATION, REQUESTS_ENDED, TENANTS_ENDED

ENDS = frozenset({What.COMPLETED, What.REFUSED, What.CANCELLED, What.FAILED})


@dataclass(frozen=True)
class Endings:
    """For whoever saves a change that may be an end."""

    log: Log
    telemetry: Telemetry

    def note(self, request: PrivacyRequest) -> None:
        """Tell of it if its newest event is its end. A failed request that is tried again may end anew."""
        if request.last is None or request.last.what not in ENDS or request.ended_at is None:
            return
        seconds = (request.ended_at - request.received_at).total_seconds()
        slack = (request.due_at - request.ended_at).total_seconds()
        self.log.info(
            "request_ended",
            request_id=request.id,
            kind=request.kind,
            status=request.status,
            reason=request.reason,
            seconds=round(seconds),
            slack=round(slack),
        )
        self._measure(request, seconds, slack)

    def _measure(self, request: PrivacyRequest, seconds: float, slack: float) -> None:
        record, kind, status = self.telemetry.record, request.kind, request.status
        record(REQUESTS_ENDED, 1, kind=kind, status=status, reason=request.reason)
        record(REQUEST_DURATION, seconds, kind=kind, status=status)
        term = "late" if slack < 0 else "in_time"
        record(DUE_DATE_SLACK, abs(slack), kind=kind, status=status, term=term)
        for tenant in request.tenants:
            record(TENANTS_ENDED, 1, kind=kind, tenant=tenant, outcome=request.outcome(tenant))

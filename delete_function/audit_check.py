"""Look whether the directory's audit events of a deleted person are gone, once they should be.

Nobody can remove them before: Graph keeps them for days (7 in B2C and External ID), the event of the deletion
itself among them (Graph, audit log retention).
"""

from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.domain.directories import Directories
from shared.domain.errors import AskOperator, RetryLater
from shared.domain.ports import AuditRole, Clock, Directory
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.turn import Turn

EXPIRE, REMAIN = "audit_events_expire", "audit_events_remain"
MARGIN = timedelta(days=1)
"""Retention is counted in days, and events arrive late."""
GIVEN_UP_AFTER = timedelta(days=7)
"""So long after their time an operator is told of events that are still there."""


@dataclass(frozen=True)
class AuditCheck:
    """One step a tenant."""

    directories: Directories
    clock: Clock

    async def check(self, request: PrivacyRequest, tenant: str, _turn: Turn) -> PrivacyRequest:
        """Note since when no event is left. Raises `RetryLater`, `AskOperator`."""
        progress = request.progress(tenant)
        gone = progress.outcome in {Outcome.PURGED, Outcome.ALREADY_GONE}
        if not (gone and progress.account and progress.audits_until):
            return request
        now, until = self.clock.now(), progress.audits_until
        if now < until + MARGIN:
            raise RetryLater(until + MARGIN - now, EXPIRE)
        if not await _has_events(self.directories.of(progress), progress.account.object_id):
            return request.with_progress(replace(progress, audits_gone_at=now))
        if now > until + GIVEN_UP_AFTER and REMAIN not in request.approvals:
            raise AskOperator(REMAIN)
        if REMAIN in request.approvals:
            return request
        raise RetryLater(MARGIN, EXPIRE)


async def _has_events(directory: Directory, object_id: str) -> bool:
    for role in AuditRole:
        async with aclosing(directory.audit_events(object_id, role, None)) as pages:
            async for page in pages:
                if page:
                    return True
    return False

"""Write down when a request is to be looked at next."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.agenda import FIRST_DISTANCE, Retention, next_look
from shared.domain.ports import Due, DueTable
from shared.domain.request import PrivacyRequest


@dataclass(frozen=True)
class Promises:
    """The due table, written by whoever moved a request."""

    table: DueTable
    retention: Retention
    margin: timedelta

    async def renew(self, request: PrivacyRequest) -> None:
        """Promise to look when the request's next item is due. Raises `StorageUnavailable`."""
        at = next_look(request, self.retention, self.margin, request.updated_at)
        seen = request.last.number if request.last else 0
        await self.table.put(Due(request.id, at, FIRST_DISTANCE, seen))

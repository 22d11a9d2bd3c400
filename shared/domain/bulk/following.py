"""Look where the requests of a batch stand, piece by piece, again and again until none is open."""

from dataclasses import dataclass, replace

from shared.domain.bulk.answers import REMOVED, Row, added, decoded, encoded, standing
from shared.domain.bulk.batch import Batch
from shared.domain.bulk.bounds import AT_ONCE
from shared.domain.bulk.names import piece_name
from shared.domain.bulk.ports import ListBlobs
from shared.domain.bulk.together import together
from shared.domain.errors import UnknownRequest
from shared.domain.ports import Clock, RequestStore
from shared.domain.request import PrivacyRequest


@dataclass(frozen=True)
class Following:
    """Reads records of requests; changes none."""

    blobs: ListBlobs
    store: RequestStore
    clock: Clock

    async def __call__(self, batch: Batch) -> Batch:
        """The batch with one more piece looked at. Raises `StorageUnavailable`, `Overtaken`."""
        looking = batch.looking
        name = piece_name(batch.id, looking.piece)
        before = decoded(b"".join([part async for part in self.blobs.read(name)]))
        rows = tuple(await together(self._looked_at, before, AT_ONCE))
        if rows != before:
            batch.check_turn(self.clock.now())
            await self.blobs.put(name, encoded(rows))
        seen, after = added(looking.seen, standing(rows)), looking.piece + 1
        onward = replace(looking, piece=after, seen=seen, began_at=looking.began_at or self.clock.now())
        if looking.settled == looking.piece and not any(row.is_open for row in rows):
            onward = replace(onward, settled=after, of_settled=seen)
        return batch.looked(self.clock.now(), onward)

    async def _looked_at(self, row: Row) -> Row:
        if not row.is_open or row.request_id is None:
            return row
        try:
            request = (await self.store.get(row.request_id)).request
        except UnknownRequest:
            return replace(row, status=REMOVED)
        return replace(row, status=request.status, reason=request.reason, outcome=_outcome(request))


def _outcome(request: PrivacyRequest) -> str | None:
    """What is true of the tenants, each word once."""
    outcomes = {str(outcome) for name in request.tenants if (outcome := request.outcome(name))}
    return " ".join(sorted(outcomes)) or None

"""What the functions for lists that operators hand in do."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import azure.functions as func

from operations_function.batch_bodies import read_batch
from shared.addresses import BATCHES_PATH
from shared.domain.bulk.answers import Answer
from shared.domain.bulk.batch import Batch
from shared.domain.bulk.desk import BatchDesk
from shared.domain.limits import SharedAllowance
from shared.domain.ports import JsonObject, Link
from shared.domain.states import Status
from shared.front_desk import read_id
from shared.gate import Gate
from shared.responses import answer
from shared.views import text

WAITED_FOR = frozenset({Status.ACCEPTED, Status.RUNNING, Status.WAITING})


@dataclass(frozen=True)
class BatchesDesk:
    """Who may do what about a batch; what is done is `BatchDesk`'s."""

    gate: Gate
    desk: BatchDesk
    allowance: SharedAllowance

    async def make(self, req: func.HttpRequest) -> func.HttpResponse:
        """Announce a list, and have an address to which it can be written; the same key, the same batch."""
        operator = await self.gate.operator(req)
        key, handed = read_batch(req)
        await self.allowance.draw(operator.name)
        batch = await self.desk.hand_in(operator, key, handed)
        upload = await self.desk.upload(batch)
        return answer(HTTPStatus.OK, {**_shown(batch), "upload": _link(upload) if upload else None})

    async def list(self, req: func.HttpRequest) -> func.HttpResponse:
        """All batches, the newest first."""
        await self.gate.reader(req)
        return answer(HTTPStatus.OK, {"batches": [_shown(batch) for batch in await self.desk.every()]})

    async def show(self, req: func.HttpRequest) -> func.HttpResponse:
        """How far a batch is."""
        await self.gate.reader(req)
        return answer(HTTPStatus.OK, _shown(await self.desk.show(read_id(req))))

    async def start(self, req: func.HttpRequest) -> func.HttpResponse:
        """The list is there: begin, or go on after a stop."""
        operator = await self.gate.operator(req)
        await self.allowance.draw(operator.name)
        return answer(HTTPStatus.OK, _shown(await self.desk.start(read_id(req), operator)))

    async def stop(self, req: func.HttpRequest) -> func.HttpResponse:
        """Read no further line."""
        operator = await self.gate.operator(req)
        await self.allowance.draw(operator.name)
        return answer(HTTPStatus.OK, _shown(await self.desk.stop(read_id(req))))

    async def result(self, req: func.HttpRequest) -> func.HttpResponse:
        """A fresh link to the result."""
        operator = await self.gate.reader(req)
        await self.allowance.draw(operator.name)
        return answer(HTTPStatus.OK, _link(await self.desk.result(read_id(req))))


def _link(link: Link) -> JsonObject:
    return {"url": link.url, "expiresAt": text(link.expires_at)}


def _shown(batch: Batch) -> JsonObject:
    handed = batch.handed
    return {
        "id": batch.id,
        "by": batch.by,
        "kind": handed.kind,
        "regulation": handed.regulation,
        "format": handed.form,
        "dryRun": handed.dry_run,
        "size": handed.size,
        "status": batch.status,
        "reason": batch.reason,
        "madeAt": text(batch.made_at),
        "updatedAt": text(batch.updated_at),
        "endedAt": text(batch.ended_at),
        "lines": _lines(batch),
        "requests": _requests(batch.requests),
        "links": {"self": f"/api/{BATCHES_PATH}/{batch.id}"},
    }


def _lines(batch: Batch) -> JsonObject:
    counts = {one.value: batch.tally.of(one) for one in Answer}
    return {"total": batch.checked.records if batch.checked else None, "read": batch.tally.total, **counts}


def _requests(counts: Mapping[str, int]) -> JsonObject:
    """By where they stand; what is under way is one number."""
    under_way = sum(counts.get(status, 0) for status in WAITED_FOR)
    ended = {
        "completed": counts.get(Status.COMPLETED, 0),
        "refused": counts.get(Status.REFUSED, 0),
        "cancelled": counts.get(Status.CANCELLED, 0),
        "failed": counts.get(Status.FAILED, 0),
        "awaitingApproval": counts.get(Status.AWAITING_APPROVAL, 0),
    }
    return {"underWay": under_way, **ended}

"""What the operators' functions do. Every act is an event of the request's journal with who did it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import azure.functions as func
import structlog

from operations_function import shown
from operations_function.acts import ACTS
from operations_function.bodies import read_account, read_act, read_hold, read_search
from operations_function.listing import read_wanted
from operations_function.people import People
from shared.addresses import Addresses
from shared.domain.decisions import Decisions
from shared.domain.errors import UnknownRequest
from shared.domain.hold_acts import HoldActs
from shared.domain.holds import Hold
from shared.domain.limits import SharedAllowance
from shared.domain.plan import Plan
from shared.domain.ports import Clock, Log, RequestStore
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.front_desk import read_id
from shared.gate import Gate
from shared.letters import Letters
from shared.responses import answer
from shared.views import text


@dataclass(frozen=True)
class OperatorsDesk:
    """Everything the operators' functions need; one per process."""

    gate: Gate
    decisions: Decisions
    people: People
    letters: Letters
    holds: HoldActs
    store: RequestStore
    clock: Clock
    allowance: SharedAllowance
    plans: Mapping[Kind, Plan]
    log: Log
    addresses: Addresses

    async def list(self, req: func.HttpRequest) -> func.HttpResponse:
        """A page of requests by status, kind and due date."""
        await self.gate.reader(req)
        wanted = read_wanted(req)
        page = await self.store.page(wanted.statuses, wanted.after, wanted.top)
        requests = [
            shown.summary(request, self.addresses.of_operator)
            for request in page.requests
            if wanted.has(request)
        ]
        return answer(HTTPStatus.OK, {"requests": requests, "next": page.next})

    async def show(self, req: func.HttpRequest) -> func.HttpResponse:
        """One request with its journal, and the letter that is due."""
        await self.gate.reader(req)
        return await self._whole((await self.store.get(read_id(req))).request)

    async def act(self, req: func.HttpRequest) -> func.HttpResponse:
        """Do what the address names; the request as it is then."""
        operator = await self.gate.operator(req)
        request_id, act = read_id(req), ACTS.get(str(req.route_params.get("act", "")))
        if act is None:
            raise UnknownRequest
        asked = read_act(*_body(req), act.reasons)
        await self.allowance.draw(operator.name)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        return await self._whole(
            await act.do(self.decisions, request_id, operator, asked.reason or "", asked.note)
        )

    async def search(self, req: func.HttpRequest) -> func.HttpResponse:
        """People by object id, sign-in name or address, masked."""
        operator = await self.gate.reader(req)
        asked = read_search(*_body(req))
        await self.allowance.draw(operator.name)
        found = await self.people.search(asked)
        self.log.info("people_searched")
        return answer(HTTPStatus.OK, found)

    async def place_hold(self, req: func.HttpRequest) -> func.HttpResponse:
        """Keep an account for now, whoever asks for its deletion: whether that comes in time."""
        operator, asked = await self.gate.operator(req), read_hold(*_body(req))
        self.people.check_tenant(asked.tenant)
        await self.allowance.draw(operator.name)
        since = self.clock.now()
        hold = Hold(asked.basis, asked.article, asked.review_at, since, operator.name)
        said = await self.holds.place(asked.tenant, asked.object_id, hold)
        return answer(HTTPStatus.OK, {"answer": said, "since": text(since)})

    async def lift_hold(self, req: func.HttpRequest) -> func.HttpResponse:
        """Keep an account no longer: 409 where there is no hold."""
        operator, asked = await self.gate.operator(req), read_account(*_body(req))
        self.people.check_tenant(asked.tenant)
        await self.allowance.draw(operator.name)
        await self.holds.lift(asked.tenant, asked.object_id, operator.name)
        return answer(HTTPStatus.OK, {"answer": "lifted"})

    async def _whole(self, request: PrivacyRequest) -> func.HttpResponse:
        journal = await self.store.journal(request.id)
        letter = self.letters.about(request)
        steps = self.plans[request.kind](request)
        return answer(HTTPStatus.OK, shown.whole(request, steps, journal, letter, self.addresses.of_operator))


def _body(req: func.HttpRequest) -> tuple[bytes, str]:
    """What was sent, and what it is said to be."""
    return req.get_body(), str(req.headers.get("content-type", ""))

"""What the operators' functions do. Every act is an event of the request's journal with who did it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import azure.functions as func
import structlog

from operations_function import shown
from operations_function.acts import ACTS
from operations_function.bodies import read_act, read_search
from operations_function.listing import read_wanted
from operations_function.people import People
from shared.domain.decisions import Decisions
from shared.domain.errors import UnknownRequest
from shared.domain.limits import SharedAllowance
from shared.domain.plan import Plan
from shared.domain.ports import Log, RequestStore
from shared.domain.request import Kind, PrivacyRequest
from shared.front_desk import read_id
from shared.gate import Gate
from shared.letters import Letters
from shared.problems import guarded
from shared.responses import answer


@dataclass(frozen=True)
class OperatorsDesk:
    """Everything the operators' functions need; one per process."""

    gate: Gate
    decisions: Decisions
    people: People
    letters: Letters
    store: RequestStore
    allowance: SharedAllowance
    plans: Mapping[Kind, Plan]
    log: Log

    async def guarded(self, work: Callable[[], Awaitable[func.HttpResponse]]) -> func.HttpResponse:
        """The answer of `work`, or the problem that its error means."""
        return await guarded(work, self.log)

    async def list(self, req: func.HttpRequest) -> func.HttpResponse:
        """A page of requests by status, kind and due date."""
        await self.gate.reader(req)
        wanted = read_wanted(req)
        page = await self.store.page(wanted.statuses, wanted.after, wanted.top)
        requests = [shown.summary(request) for request in page.requests if wanted.has(request)]
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
        asked = read_act(req.get_body(), str(req.headers.get("content-type", "")), act.reasons)
        await self.allowance.draw(operator.name)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        return await self._whole(
            await act.do(self.decisions, request_id, operator, asked.reason or "", asked.note)
        )

    async def search(self, req: func.HttpRequest) -> func.HttpResponse:
        """People by object id, sign-in name or address, masked."""
        operator = await self.gate.reader(req)
        asked = read_search(req.get_body(), str(req.headers.get("content-type", "")))
        await self.allowance.draw(operator.name)
        found = await self.people.search(asked)
        self.log.info("people_searched")
        return answer(HTTPStatus.OK, found)

    async def _whole(self, request: PrivacyRequest) -> func.HttpResponse:
        journal = await self.store.journal(request.id)
        letter = self.letters.about(request)
        steps = self.plans[request.kind](request)
        return answer(HTTPStatus.OK, shown.whole(request, steps, journal, letter))

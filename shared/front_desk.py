"""What the HTTP functions do: take a submission, show a request, turn errors into problems."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import azure.functions as func
import structlog

from shared import views
from shared.domain.accept import Acceptance, Submission
from shared.domain.errors import KeyReused, StorageUnavailable, UnknownHashKey, UnknownRequest
from shared.domain.keyed_hash import KeyedHash
from shared.domain.plan import Plan
from shared.domain.ports import Clock, Log, RequestStore
from shared.domain.request import Kind, PrivacyRequest
from shared.domain.topology import Topology
from shared.intake import BadInput, read_idempotency_key, read_submission
from shared.responses import answer, problem

POLL_AFTER = "2"
TRY_AGAIN_AFTER = "10"


@dataclass(frozen=True)
class FrontDesk:
    """Everything the HTTP functions need; one per process."""

    acceptance: Acceptance
    store: RequestStore
    clock: Clock
    log: Log
    keyed_hash: KeyedHash
    topology: Topology
    plans: Mapping[Kind, Plan]

    async def submit(self, kind: Kind, req: func.HttpRequest) -> func.HttpResponse:
        """Accept a request of this kind: 202 with its address, or a problem."""
        asked = read_submission(
            req.get_body(), req.headers.get("content-type", ""), self.topology, self.clock.now()
        )
        submission = Submission(
            kind,
            asked.regulation,
            asked.subject,
            self._submitter(req),
            asked.received_at,
            read_idempotency_key(req.headers.get("idempotency-key")),
        )
        accepted = await self.acceptance(submission)
        structlog.contextvars.bind_contextvars(request_id=accepted.request.id)
        self.log.info("request_accepted", kind=kind, status=accepted.request.status)
        headers = {"Location": views.path(accepted.request), "Retry-After": POLL_AFTER}
        return answer(HTTPStatus.ACCEPTED, views.accepted(accepted), headers)

    async def show(self, kind: Kind, req: func.HttpRequest) -> func.HttpResponse:
        """Where a request stands."""
        request = await self.find(kind, req)
        return answer(HTTPStatus.OK, views.status(request, self.plans[kind](request)))

    async def find(self, kind: Kind, req: func.HttpRequest) -> PrivacyRequest:
        """The request of this kind that the address names. Raises `UnknownRequest`."""
        stored = await self.store.get(read_id(req))
        if stored.request.kind is not kind:
            raise UnknownRequest
        return stored.request

    async def guarded(self, work: Callable[[], Awaitable[func.HttpResponse]]) -> func.HttpResponse:
        """The answer of `work`, or the problem that its error means."""
        structlog.contextvars.clear_contextvars()
        try:
            return await work()
        except BadInput as bad:
            return problem(bad.status, "bad_input", bad.detail, bad.faults)
        except KeyReused:
            detail = "This Idempotency-Key was used with another body; use a new key for a new request."
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
        except UnknownRequest:
            return problem(HTTPStatus.NOT_FOUND, "unknown_request", "There is no such request.")
        except StorageUnavailable:
            self.log.warning("storage_unavailable")
            return unavailable(
                "storage_unavailable", "Storage does not answer; the same call may be repeated."
            )
        except UnknownHashKey:
            self.log.warning("unknown_hash_key")
            detail = "HASH_KEY is not the one that the tables were filled under; set that one again."
            return unavailable("unknown_hash_key", detail)
        except Exception:
            self.log.exception("http_failed")
            detail = "Something went wrong on our side; the log has more."
            return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)

    def _submitter(self, req: func.HttpRequest) -> str:
        key = str(req.headers.get("x-functions-key") or req.params.get("code") or "")
        return f"key:{self.keyed_hash.hex('caller', key)}"


def read_id(req: func.HttpRequest) -> str:
    """The request id in the address. Raises `UnknownRequest` for what cannot be one."""
    request_id = str(req.route_params.get("id", ""))
    if len(request_id) != 36 or not set(request_id) <= set("0123456789abcdef-"):
        raise UnknownRequest
    return request_id


def unavailable(code: str, detail: str) -> func.HttpResponse:
    """503: try again."""
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, code, detail, headers={"Retry-After": TRY_AGAIN_AFTER})

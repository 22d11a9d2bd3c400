"""The control address: what tests and the demo ask of the simulator itself. No token."""

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.accounts_control import AccountsControl
from local.graph.answers import encoded
from local.graph.asked import Refused, asked_of, number, switch
from local.graph.audits_api import AuditPages
from local.graph.directory import ALL_ROLES, Json, Tenant
from local.graph.faults import Faults
from local.graph.kinds import of_kind
from local.graph.people import add_user, make_events
from local.graph.quotas import Quotas
from local.graph.registry import SECRET_LASTS, Registry
from local.graph.related_api import check_known
from local.graph.sign_in.control import SignInControl


@dataclass
class Control:
    """Holds what can be steered, and what was called."""

    tenants: dict[str, Tenant]
    faults: Faults
    quotas: Quotas
    audits: AuditPages
    dice: random.Random
    sign_in: SignInControl
    registry: Registry
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=10_000))
    writes: list[Json] = field(default_factory=list)
    """Every one that took effect, told or not; a witness forgets nothing by itself."""
    ahead: timedelta = timedelta()

    def routes(self) -> list[Route]:
        """Everything under /_control."""
        return [
            Route("/_control/faults", self.change_faults, methods=["GET", "POST", "DELETE"]),
            Route("/_control/quotas", self.change_quotas, methods=["POST"]),
            Route("/_control/lag", self.change_lag, methods=["POST"]),
            Route("/_control/clock", self.change_clock, methods=["POST"]),
            Route("/_control/secrets", self.change_secret, methods=["POST", "DELETE"]),
            Route("/_control/calls", self.show_calls, methods=["GET", "DELETE"]),
            Route("/_control/writes", self.show_writes, methods=["GET", "DELETE"]),
            Route("/_control/audit-pages", self.change_pages, methods=["POST"]),
            Route("/_control/roles", self.change_roles, methods=["POST", "DELETE"]),
            Route("/_control/users", self.add_user, methods=["POST"]),
            Route("/_control/users/{tenant}/{object_id}", self.show_user),
            Route("/_control/related/{tenant}/{object_id}", self.show_related),
            Route("/_control/licence", self.change_licence, methods=["POST"]),
            Route("/_control/events", self.add_events, methods=["POST"]),
            Route("/_control/events/{tenant}/{object_id}", self.show_events),
            *AccountsControl(self.tenants).routes(),
            *self.sign_in.routes(),
        ]

    async def change_faults(self, request: Request) -> Response:
        """Ask for one more fault, or for none; or what became of those asked for."""
        if request.method == "GET":
            return JSONResponse(self.faults.shown())
        if request.method == "DELETE":
            self.faults.clear()
            return Response(status_code=204)
        self.faults.add(await asked_of(request), self.tenants)
        return Response(status_code=204)

    async def change_quotas(self, request: Request) -> Response:
        """Whether the documented limits hold, and how much of each is used then."""
        asked = await asked_of(request)
        self.quotas.switch(on=switch(asked, "on"), used=number(asked, "used", 0.0))
        return Response(status_code=204)

    async def change_lag(self, request: Request) -> Response:
        """For how many seconds reads do not see a write, in every tenant."""
        seconds = number(await asked_of(request), "seconds")
        for tenant in self.tenants.values():
            tenant.lag.change(seconds)
        return Response(status_code=204)

    async def change_clock(self, request: Request) -> Response:
        """How many seconds ahead of the time its answers say it is."""
        self.ahead = timedelta(seconds=number(await asked_of(request), "ahead"))
        return Response(status_code=204)

    def date(self) -> str:
        """What the header Date says (RFC 9110, section 6.6.1)."""
        return format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)

    async def change_secret(self, request: Request) -> Response:
        """In how many days a tenant's secret ends; that of every tenant again in half a year."""
        if request.method == "DELETE":
            for tenant in self.tenants.values():
                self.registry.let_secret_end(tenant, SECRET_LASTS)
            return Response(status_code=204)
        asked = await asked_of(request)
        days = number(asked, "days")
        self.registry.let_secret_end(self.tenants[str(asked["tenant"])], timedelta(days=days))
        return Response(status_code=204)

    async def show_calls(self, request: Request) -> Response:
        """The calls so far, or forget them."""
        if request.method == "DELETE":
            self.calls.clear()
        return JSONResponse(list(self.calls))

    async def show_writes(self, request: Request) -> Response:
        """The writes so far, or forget them."""
        if request.method == "DELETE":
            self.writes.clear()
        return JSONResponse(self.writes)

    async def change_pages(self, request: Request) -> Response:
        """Where an empty page stands in lists of audit events."""
        self.audits.empty_page_at = (await request.json())["empty_page_at"]
        return Response(status_code=204)

    async def change_roles(self, request: Request) -> Response:
        """What later tokens of a tenant carry, or everything again for every tenant."""
        if request.method == "DELETE":
            for tenant in self.tenants.values():
                tenant.roles = ALL_ROLES
            return Response(status_code=204)
        asked = await request.json()
        self.tenants[asked["tenant"]].roles = tuple(asked["roles"])
        return Response(status_code=204)

    async def add_user(self, request: Request) -> Response:
        """A user of a `kind`, with the properties given and `audit_events` events.

        One deleted at `deletedDateTime`, where that is given.
        """
        asked = await request.json()
        tenant = self.tenants[asked.pop("tenant")]
        asked = {**of_kind(tenant, asked.pop("kind", "consumer")), **asked}
        events, deleted = int(asked.pop("audit_events", 0)), asked.pop("deletedDateTime", None)
        related = check_known(asked.pop("related", {}))
        user = add_user(tenant, asked, self.dice)
        tenant.related[str(user["id"])] = related
        make_events(tenant, str(user["id"]), events, self.dice)
        if deleted is not None and (recycled := tenant.soft_delete(str(user["id"]), "")):
            recycled["deletedDateTime"] = str(deleted)
        return JSONResponse({"object_id": user["id"]}, 201)

    async def add_events(self, request: Request) -> Response:
        """Audit events as they are given, about whomever they name."""
        asked = await request.json()
        for event in asked["events"]:
            self.tenants[asked["tenant"]].note_event(event)
        return Response(status_code=204)

    async def change_licence(self, request: Request) -> Response:
        """Whether tenants have the licence that brings sign-ins."""
        premium = bool((await asked_of(request)).get("premium"))
        for tenant in self.tenants.values():
            tenant.premium = premium
        return Response(status_code=204)

    async def show_related(self, request: Request) -> Response:
        """What is kept about a user beside the user."""
        tenant, object_id = self.tenants[request.path_params["tenant"]], request.path_params["object_id"]
        return _shown(dict(tenant.related.get(object_id, {})))

    async def show_user(self, request: Request) -> Response:
        """Where a user is, and all that is held on them."""
        tenant, object_id = self.tenants[request.path_params["tenant"]], request.path_params["object_id"]
        now = tenant.held
        user = now.users.get(object_id) or now.bin.get(object_id)
        return _shown({"state": tenant.state_of(object_id), "user": user})

    async def show_events(self, request: Request) -> Response:
        """All events that concern a user."""
        tenant, object_id = self.tenants[request.path_params["tenant"]], request.path_params["object_id"]
        events = [*tenant.as_target.get(object_id, ()), *tenant.as_initiator.get(object_id, ())]
        by_id = {str(event["id"]): event for event in events}
        return _shown({"ids": sorted(by_id), "events": list(by_id.values())})


def _shown(body: Json) -> Response:
    return Response(encoded(body), media_type="application/json")


def as_refusal(_request: Request, error: Exception) -> Response:
    """400 with what would have been right."""
    if not isinstance(error, Refused):
        raise error
    return JSONResponse({"error": str(error)}, 400)

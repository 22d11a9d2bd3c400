"""The control address: what tests and the demo ask of the simulator itself. No token."""

import random
from collections import deque
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.audits_api import AuditPages
from local.graph.directory import ALL_ROLES, Json, Tenant
from local.graph.faults import Faults
from local.graph.people import add_user, make_events


@dataclass
class Control:
    """Holds what can be steered, and what was called."""

    tenants: dict[str, Tenant]
    faults: Faults
    audits: AuditPages
    dice: random.Random
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=10_000))

    def routes(self) -> list[Route]:
        """Everything under /_control."""
        return [
            Route("/_control/faults", self.change_faults, methods=["POST", "DELETE"]),
            Route("/_control/calls", self.show_calls, methods=["GET", "DELETE"]),
            Route("/_control/audit-pages", self.change_pages, methods=["POST"]),
            Route("/_control/roles", self.change_roles, methods=["POST", "DELETE"]),
            Route("/_control/users", self.add_user, methods=["POST"]),
            Route("/_control/users/{tenant}/{object_id}", self.show_user),
            Route("/_control/events/{tenant}/{object_id}", self.show_events),
        ]

    async def change_faults(self, request: Request) -> Response:
        """Ask for one more fault, or for none."""
        if request.method == "DELETE":
            self.faults.pending.clear()
            return Response(status_code=204)
        try:
            self.faults.add(await request.json(), set(self.tenants))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204)

    async def show_calls(self, request: Request) -> Response:
        """The calls so far, or forget them."""
        if request.method == "DELETE":
            self.calls.clear()
        return JSONResponse(list(self.calls))

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
        """A user with the properties given and `audit_events` events; one deleted at `deletedDateTime`."""
        asked = await request.json()
        tenant = self.tenants[asked.pop("tenant")]
        events, deleted = int(asked.pop("audit_events", 0)), asked.pop("deletedDateTime", None)
        user = add_user(tenant, asked, self.dice)
        make_events(tenant, str(user["id"]), events, self.dice)
        if deleted is not None and (recycled := tenant.soft_delete(str(user["id"]), "")):
            recycled["deletedDateTime"] = str(deleted)
        return JSONResponse({"object_id": user["id"]}, 201)

    async def show_user(self, request: Request) -> Response:
        """Where a user is, and all that is held on them."""
        tenant, object_id = self.tenants[request.path_params["tenant"]], request.path_params["object_id"]
        held = tenant.users.get(object_id) or tenant.recycled(object_id)
        return JSONResponse({"state": tenant.state_of(object_id), "user": held})

    async def show_events(self, request: Request) -> Response:
        """All events that concern a user."""
        tenant, object_id = self.tenants[request.path_params["tenant"]], request.path_params["object_id"]
        events = [*tenant.as_target.get(object_id, ()), *tenant.as_initiator.get(object_id, ())]
        by_id = {str(event["id"]): event for event in events}
        return JSONResponse({"ids": sorted(by_id), "events": list(by_id.values())})

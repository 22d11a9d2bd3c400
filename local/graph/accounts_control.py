"""The control address, as far as deletions are concerned: who is there, and what happens to them."""

from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph.asked import Refused, asked_of, number, switch
from local.graph.directory import Json, Tenant
from local.graph.memberships import GROUP
from local.graph.related_api import check_known


@dataclass(frozen=True)
class AccountsControl:
    """Steers accounts that are there."""

    tenants: dict[str, Tenant]

    def routes(self) -> list[Route]:
        """Its part of /_control."""
        return [
            Route("/_control/groups", self.add_group, methods=["POST"]),
            Route("/_control/protection", self.protect, methods=["POST"]),
            Route("/_control/recycled", self.age, methods=["POST"]),
            Route("/_control/rank", self.rank, methods=["POST"]),
            Route("/_control/everybody", self.show_everybody),
            Route("/_control/changes", self.change, methods=["POST"]),
        ]

    async def show_everybody(self, _request: Request) -> Response:
        """Every user and who is in a recycle bin, so that a test sees whom nobody touched."""
        shown = [
            {"tenant": name, "state": tenant.state_of(object_id), "user": user}
            for name, tenant in self.tenants.items()
            for object_id, user in {**tenant.held.users, **tenant.held.bin}.items()
        ]
        return JSONResponse(shown)

    async def change(self, request: Request) -> Response:
        """Other values for properties of a user, as if somebody else had written them."""
        asked = await asked_of(request)
        tenant, object_id = self._tenant(asked), str(asked.get("object_id"))
        if tenant.state_of(object_id) != "active":
            raise Refused("object_id must name a user who is not deleted")
        given = {name: value for name, value in asked.items() if name not in {"tenant", "object_id"}}
        tenant.change(object_id, **given)
        return Response(status_code=204)

    async def add_group(self, request: Request) -> Response:
        """A group, itself in what `memberOf` names; the answer is an item for users' `memberOf`."""
        asked = await asked_of(request)
        tenant = self._tenant(asked)
        member_of = asked.pop("memberOf", [])
        group: Json = {"@odata.type": GROUP, "id": str(uuid4()), "displayName": "Group", **asked}
        group.pop("tenant")
        tenant.related[str(group["id"])] = check_known({"memberOf": member_of})
        return JSONResponse(group, 201)

    async def protect(self, request: Request) -> Response:
        """Hold a user's hard deletion back for 7 days from each soft one; as in Graph, for ever."""
        asked = await asked_of(request)
        tenant, object_id = self._tenant(asked), str(asked.get("object_id"))
        if tenant.state_of(object_id) not in {"active", "soft_deleted"}:
            raise Refused("object_id must name a user")
        tenant.protected.add(object_id)
        return Response(status_code=204)

    async def age(self, request: Request) -> Response:
        """Have a user been in the recycle bin `days` longer, so that days pass in a test."""
        asked = await asked_of(request)
        days = number(asked, "days")
        if self._tenant(asked).age(str(asked.get("object_id")), days) is None:
            raise Refused("object_id must name a user in the recycle bin")
        return Response(status_code=204)

    async def rank(self, request: Request) -> Response:
        """Whether every tenant's app has a directory role above those of users."""
        outranks = switch(await asked_of(request), "outranks")
        for tenant in self.tenants.values():
            tenant.outranks = outranks
        return Response(status_code=204)

    def _tenant(self, asked: Json) -> Tenant:
        tenant = self.tenants.get(str(asked.get("tenant")))
        if tenant is None:
            raise Refused(f"tenant must be one of {', '.join(self.tenants)}")
        return tenant

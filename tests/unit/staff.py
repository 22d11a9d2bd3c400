"""Callers with tokens of the workforce tenant, and the operators' functions that they call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import azure.functions as func

from operations_function.batches import BatchesDesk
from operations_function.blueprint import operations_blueprint
from operations_function.desk import OperatorsDesk
from operations_function.people import People
from shared.addresses import Addresses
from shared.auth.tokens import PersonTokens, WorkforceTokens
from shared.domain.decisions import FourEyes
from shared.gate import OPERATE, READ, AppAuth, Gate, WorkforceCalls
from shared.letters import Letters, Sender
from tests.contract_of_api import check_schema
from tests.fakes import FakeClock
from tests.security.minting import WORKFORCE_TENANT_ID, Mint, app_only, operator, workforce
from tests.unit.bulk import ANOTHER, MAKER, Bulk
from tests.unit.http import HASHING, RELATIVE, TENANT_IDS, Functions, desk_of, json_of
from tests.unit.world import World

OLGA, OTTO = MAKER.object_id, ANOTHER.object_id
RITA, NILS = (f"5f000000-0000-4000-8000-0000000000{number}" for number in (13, 14))
ROLES: Mapping[str, list[str]] = {OLGA: [OPERATE], OTTO: [OPERATE], RITA: [READ], NILS: []}


def token_of(who: str, now: datetime) -> Mint:
    """Olga and Otto may act, Rita may read, Nils has no role."""
    return operator(now).changed(oid=who, roles=ROLES[who])


def bearer(mint: Mint) -> dict[str, str]:
    return {"authorization": f"Bearer {mint.token()}"}


def an_app(now: datetime, *roles: str) -> Mint:
    return app_only(now).changed(roles=list(roles))


def staff(clock: FakeClock, *, trusts_platform: bool = False) -> WorkforceCalls:
    tokens = WorkforceTokens(workforce(), clock)
    return WorkforceCalls(tokens, WORKFORCE_TENANT_ID, trusts_platform, clock)


def gate_of(
    world: World,
    app_auth: AppAuth = AppAuth.KEY,
    people: PersonTokens | None = None,
    *,
    trusts_platform: bool = False,
    tenant_ids: Mapping[str, str] = TENANT_IDS,
) -> Gate:
    calls = staff(world.clock, trusts_platform=trusts_platform)
    return Gate(app_auth, calls, people, tenant_ids, HASHING, world.log)


def operations(
    bulk: Bulk, tenant_ids: Mapping[str, str] = TENANT_IDS, addresses: Addresses = RELATIVE
) -> Functions:
    """The operators' functions over a world and its lists."""
    world = bulk.world
    desk = OperatorsDesk(
        gate=gate_of(world, tenant_ids=tenant_ids),
        decisions=world.decisions,
        people=People(world.tenants, world.topology.domains, world.register, world.holds, HASHING, world.log),
        letters=Letters(Sender("the controller", None, None), ZoneInfo("UTC")),
        holds=world.hold_acts,
        store=world.store,
        clock=world.clock,
        allowance=desk_of(world).allowances.callers,
        plans=world.runner.plans,
        log=world.log,
        addresses=addresses,
    )
    batches = BatchesDesk(desk.gate, bulk.desk, desk.allowance)
    return Functions(operations_blueprint(lambda: desk, lambda: batches, world.log))


REASONS = {"extend": "complexity", "pause": "identity_in_doubt", "refuse": "excessive"}
"""One for each act that needs one."""


@dataclass
class Office:
    """A world, and the operators at it; who calls is Olga unless a test says otherwise."""

    bulk: Bulk
    functions: Functions

    @property
    def world(self) -> World:
        return self.bulk.world

    async def call(
        self,
        name: str,
        body: object = None,
        who: str = OLGA,
        query: Mapping[str, str] | None = None,
        **route: str,
    ) -> func.HttpResponse:
        headers = bearer(token_of(who, self.world.clock.now()))
        return await self.functions.call(name, body, headers, query, **route)

    async def seen(self, name: str, schema: str, **given: object) -> dict[str, object]:
        """The answer's body, held to the contract."""
        return self.read(await self.call(name, **given), schema)  # type: ignore[arg-type] # as given

    def read(self, response: func.HttpResponse, schema: str, expected: int = 200) -> dict[str, object]:
        """An answer's body, held to the contract."""
        assert response.status_code == expected, response.get_body()
        body = json_of(response)
        check_schema(body, schema)
        return body

    async def page(self, **query: str) -> tuple[list[dict[str, object]], str | None]:
        body = await self.seen("list_requests", "RequestList", query=query)
        requests, place = body["requests"], body["next"]
        assert isinstance(requests, list)
        assert place is None or isinstance(place, str)
        return requests, place

    async def found(self, **body: str) -> list[dict[str, object]]:
        """Who is found."""
        people = (await self.seen("search_people", "Found", body=body, who=RITA))["people"]
        assert isinstance(people, list)
        return people

    async def acts(self, request_id: str, act: str, who: str = OLGA, **body: object) -> dict[str, object]:
        if act in REASONS:
            body = {"reason": REASONS[act], **body}
        return await self.seen("act_on_request", "OperatorsView", body=body, who=who, id=request_id, act=act)

    async def is_told(self, expected: int, code: str, name: str, **given: object) -> dict[str, object]:
        response = await self.call(name, **given)  # type: ignore[arg-type] # as given
        body = json_of(response)
        check_schema(body, "Problem")
        assert (response.status_code, body["code"]) == (expected, code)
        return body

    async def fields_at_fault(self, name: str, **given: object) -> list[str]:
        """Which fields a call is told to mend."""
        errors = (await self.is_told(400, "bad_input", name, **given))["errors"]
        assert isinstance(errors, list)
        return [error["field"] for error in errors]


def an_office(four_eyes: FourEyes = FourEyes.NONE, tenant_ids: Mapping[str, str] | None = None) -> Office:
    world = World(four_eyes=four_eyes)
    world.person("contoso")
    bulk = Bulk(world)
    return Office(bulk, operations(bulk, tenant_ids or {}))

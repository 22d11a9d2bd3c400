"""Call the HTTP functions without a host."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import azure.functions as func

from shared.addresses import Addresses
from shared.auth.tokens import PersonTokens
from shared.domain.challenges import Challenges
from shared.domain.keyed_hash import KeyedHash
from shared.domain.limits import Allowance, Buckets, SharedAllowance
from shared.front_desk import Allowances, FrontDesk
from shared.gate import AppAuth, Gate, WorkforceCalls
from shared.letters import Letters, Sender
from tests.unit.world import World

SUBMISSION = {"subject": {"email": "ada@example.com"}, "regulation": "gdpr"}


HASHING = KeyedHash(b"k" * 32)
RELATIVE = Addresses()
TENANT_IDS = {"contoso": "cccccccc-0000-4000-8000-00000000000c"}


def desk_of(
    world: World,
    people: PersonTokens | None = None,
    workforce: WorkforceCalls | None = None,
    app_auth: AppAuth = AppAuth.KEY,
    addresses: Addresses = RELATIVE,
) -> FrontDesk:
    buckets = Buckets(world.passing, world.clock)
    calls = Allowance("calls", 100, timedelta(seconds=1))
    return FrontDesk(
        gate=Gate(app_auth, workforce, people, TENANT_IDS, HASHING, world.log),
        acceptance=world.acceptance,
        challenges=Challenges(world.passing, world.clock, HASHING),
        allowances=Allowances(SharedAllowance(buckets, calls, 10), SharedAllowance(buckets, calls, 1)),
        decisions=world.decisions,
        letters=Letters(Sender("the controller", None, None), ZoneInfo("UTC")),
        store=world.store,
        clock=world.clock,
        log=world.log,
        topology=world.topology,
        plans=world.runner.plans,
        addresses=addresses,
        telemetry=world.telemetry,
    )


class Functions:
    """The functions of blueprints by name."""

    def __init__(self, *blueprints: func.Blueprint) -> None:
        app = func.FunctionApp()
        for blueprint in blueprints:
            app.register_functions(blueprint)
        self._functions = {f.get_function_name(): f for f in app.get_functions()}

    async def call(
        self,
        name: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        **route: str,
    ) -> func.HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = func.HttpRequest(
            method="POST",
            url=f"/api/{name}",
            headers={"content-type": "application/json", "x-functions-key": "key", **(headers or {})},
            params=query or {},
            route_params=route,
            body=data,
        )
        response = await asyncio.wait_for(self._functions[name].get_user_function()(request), 10)
        assert isinstance(response, func.HttpResponse)
        return response


def json_of(response: func.HttpResponse) -> dict[str, object]:
    body = json.loads(response.get_body())
    assert isinstance(body, dict)
    return body

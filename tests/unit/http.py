"""Call the HTTP functions without a host."""

import asyncio
import json
from collections.abc import Mapping

import azure.functions as func

from shared.domain.keyed_hash import KeyedHash
from shared.front_desk import FrontDesk
from tests.unit.world import World

SUBMISSION = {"subject": {"email": "ada@example.com"}, "regulation": "gdpr"}


def desk_of(world: World) -> FrontDesk:
    return FrontDesk(
        acceptance=world.acceptance,
        store=world.store,
        clock=world.clock,
        log=world.log,
        keyed_hash=KeyedHash(b"k" * 32),
        topology=world.topology,
        plans=world.runner.plans,
    )


class Functions:
    """The functions of a blueprint by name."""

    def __init__(self, blueprint: func.Blueprint) -> None:
        app = func.FunctionApp()
        app.register_functions(blueprint)
        self._functions = {f.get_function_name(): f for f in app.get_functions()}

    async def call(
        self, name: str, body: object = None, headers: Mapping[str, str] | None = None, **route: str
    ) -> func.HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = func.HttpRequest(
            method="POST",
            url=f"/api/{name}",
            headers={"content-type": "application/json", "x-functions-key": "key", **(headers or {})},
            params={},
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

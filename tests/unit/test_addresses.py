"""Where callers are told to look, behind a gateway too."""

import json

import pytest

from delete_function.blueprint import delete_blueprint
from export_function.blueprint import export_blueprint
from shared.adapters.webhooks import body_of
from shared.addresses import Addresses
from shared.domain.states import Kind
from shared.domain.subject import EmailSubject
from shared.notice_settings import build_webhooks
from shared.settings import load_settings
from tests.fakes import FakeClock
from tests.unit.bulk import Bulk
from tests.unit.http import SUBMISSION, Functions, desk_of, json_of
from tests.unit.receipts import signer_of
from tests.unit.samples import NOW
from tests.unit.staff import OLGA, bearer, operations, token_of
from tests.unit.test_settings import environment, faults_of
from tests.unit.test_webhooks import TOLD
from tests.unit.world import World

GATEWAY = Addresses("https://api.example.com/privacy")


@pytest.mark.parametrize(("addresses", "base"), [(Addresses(), "/api"), (GATEWAY, GATEWAY.base)])
async def test_an_app_is_told_addresses_as_it_reaches_them(addresses: Addresses, base: str) -> None:
    world = World()
    functions = Functions(delete_blueprint(desk_of(world, addresses=addresses), signer_of()))
    answer = await functions.call("submit_deletion", SUBMISSION)
    body = json_of(answer)
    assert answer.headers["Location"] == f"{base}/deletions/{body['id']}"
    assert body["links"] == {
        "self": f"{base}/deletions/{body['id']}",
        "receipt": f"{base}/deletions/{body['id']}/receipt",
        "withdraw": f"{base}/deletions/{body['id']}/withdraw",
    }


async def test_a_person_s_addresses_are_below_the_same_base() -> None:
    world = World()
    functions = Functions(export_blueprint(desk_of(world, addresses=GATEWAY), world.links))
    accepted = json_of(await functions.call("submit_export", SUBMISSION))
    ticket = {"x-request-ticket": str(accepted["ticket"])}
    shown = json_of(await functions.call("show_own_export", headers=ticket, id=str(accepted["id"])))
    base = f"{GATEWAY.base}/me/exports/{accepted['id']}"
    assert shown["links"] == {"self": base, "link": f"{base}/link", "withdraw": f"{base}/withdraw"}


async def test_operators_addresses_are_too() -> None:
    world = World()
    request = (await world.accept(Kind.EXPORT, EmailSubject("ada@example.com"))).request
    functions, olga = operations(Bulk(world), addresses=GATEWAY), bearer(token_of(OLGA, world.clock.now()))
    listed = json.dumps(json_of(await functions.call("list_requests", headers=olga))["requests"])
    assert f'"links": {{"self": "{GATEWAY.base}/operations/requests/{request.id}"}}' in listed


def test_a_webhook_leads_to_the_gateway() -> None:
    shop = {"WEBHOOKS__SHOP__URL": "https://shop.example/hook", "WEBHOOKS__SHOP__SECRET": f"whsec_{'a' * 32}"}
    built = build_webhooks(load_settings(environment(PUBLIC_BASE_URL=GATEWAY.base, **shop)), FakeClock(NOW))
    href = json.loads(body_of(TOLD, built.addresses))["data"]["href"]
    assert href == f"{GATEWAY.base}/deletions/{TOLD.request_id}"


@pytest.mark.parametrize(
    "given",
    [
        *("http://api.example.com", "api.example.com/privacy", "https://api.example.com/", "/api"),
        *("https://api.example.com?a=b", "https://api.example.com/#x", "https://u:p@api.example.com"),
    ],
)
def test_what_callers_could_not_be_told_is_a_fault(given: str) -> None:
    assert set(faults_of(environment(PUBLIC_BASE_URL=given))) == {"PUBLIC_BASE_URL"}

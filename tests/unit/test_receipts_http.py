"""Receipts and keys as HTTP answers."""

import json
from dataclasses import dataclass, field

import azure.functions as func
import jwt
import pytest

from delete_function.blueprint import delete_blueprint
from delete_function.receipts_http import KEYS_FRESH_FOR, keys, receipt
from shared.domain.receipts import claims_in
from shared.domain.states import Kind
from tests.contract_of_api import check_schema
from tests.unit.http import SUBMISSION, Functions, desk_of, json_of
from tests.unit.receipts import signer_of
from tests.unit.test_own_requests import Customers, ticket
from tests.unit.world import World


def test_a_receipt_is_answered_as_it_was_signed() -> None:
    answer = receipt("header.claims.signature")
    assert (answer.status_code, answer.get_body()) == (200, b"header.claims.signature")
    assert answer.mimetype == "application/jose"
    assert dict(answer.headers) == {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def test_while_there_is_none_the_answer_is_a_conflict_that_says_when_there_will_be() -> None:
    answer = receipt(None)
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert json.loads(answer.get_body())["code"] == "receipt_not_ready"


async def test_the_keys_are_answered_as_a_set_that_anybody_may_keep_for_a_while() -> None:
    signer = signer_of()
    await signer.sign({"sub": "reference"})
    answer = await keys(signer)
    assert (answer.status_code, answer.mimetype) == (200, "application/jwk-set+json")
    assert json.loads(answer.get_body()) == await signer.public_keys()
    assert answer.headers["Cache-Control"] == f"public, max-age={KEYS_FRESH_FOR}"


@dataclass
class Registry:
    """The functions for deletions, over a world whose receipts are of the same key."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        signer = signer_of(self.world.register)
        self.functions = Functions(delete_blueprint(desk_of(self.world), signer))

    async def submitted(self) -> str:
        self.world.person("contoso")
        return str(json_of(await self.functions.call("submit_deletion", SUBMISSION))["id"])

    async def receipt_of(self, request_id: str) -> func.HttpResponse:
        return await self.functions.call("show_receipt", id=request_id)

    async def certified(self, request_id: str) -> str:
        await self.world.certifier.run(request_id)
        response = await self.receipt_of(request_id)
        assert (response.status_code, response.mimetype) == (200, "application/jose")
        return response.get_body().decode()

    async def verified(self, receipt: str) -> dict[str, object]:
        """The claims, by a key that anybody gets."""
        published = json_of(await self.functions.call("list_receipt_keys", headers={"x-functions-key": ""}))
        check_schema(published, "KeySet")
        named = jwt.get_unverified_header(receipt)["kid"]
        (key,) = [one for one in jwt.PyJWKSet.from_dict(published).keys if one.key_id == named]
        claims: dict[str, object] = jwt.decode(receipt, key, ["ES256"], options={"verify_iat": False})
        return claims


async def test_a_receipt_follows_the_end_and_verifies_by_the_published_keys() -> None:
    registry = Registry()
    request_id = await registry.submitted()
    early = await registry.receipt_of(request_id)
    check_schema(json_of(early), "Problem")
    assert (early.status_code, json_of(early)["code"]) == (409, "receipt_not_ready")
    await registry.world.settle_until(request_id, "mark")
    assert (await registry.receipt_of(request_id)).status_code == 409
    await registry.world.settle(request_id)
    claims = await registry.verified(await registry.certified(request_id))
    assert claims["jti"] == request_id
    tenants = claims["tenants"]
    assert isinstance(tenants, list)
    assert [one["outcome"] for one in tenants if one["tenant"] == "contoso"] == ["purged"]
    assert "ada@" not in str(claims)


async def test_a_deletion_that_was_withdrawn_has_a_receipt_that_says_so() -> None:
    registry = Registry()
    claims = await registry.verified(await registry.certified(await _withdrawn(registry)))
    asked = claims["request"]
    assert isinstance(asked, dict)
    assert asked["status"] == "cancelled"


async def test_a_receipt_that_was_changed_or_is_of_another_key_does_not_verify() -> None:
    registry = Registry()
    head, claims, signature = (await registry.certified(await _withdrawn(registry))).split(".")
    other = Registry()
    forged = await other.certified(await _withdrawn(other))
    for spoilt in (f"{head}.{forged.split('.')[1]}.{signature}", f"{head}.{claims}.{forged.split('.')[2]}"):
        with pytest.raises(jwt.InvalidSignatureError):
            await registry.verified(spoilt)


async def _withdrawn(registry: Registry) -> str:
    request_id = await registry.submitted()
    await registry.functions.call("withdraw_deletion", id=request_id)
    return request_id


async def test_a_receipt_names_its_request_so_that_it_serves_for_no_other() -> None:
    registry = Registry()
    first, second = await _withdrawn(registry), await _withdrawn(registry)
    receipts = [await registry.certified(one) for one in (first, second)]
    assert [claims_in(one)["jti"] for one in receipts] == [first, second]
    assert len({claims_in(one)["sub"] for one in receipts}) == 2


async def test_whose_deletion_it_is_not_learns_nothing_of_its_receipt() -> None:
    customers = Customers()
    deletion = await customers.app_s(Kind.DELETION)
    hers = json_of(await customers.export())
    await customers.world.decisions.cancel(deletion.id, "ticket")

    async def asked(headers: dict[str, str], request_id: object = deletion.id) -> func.HttpResponse:
        return await customers.deletions.call("show_own_receipt", headers=headers, id=str(request_id))

    assert (await asked(customers.ada())).status_code == 409
    held = ticket(customers.world.acceptance.keyed_hash.ticket(deletion.id))
    assert (await asked(held)).status_code == 409
    answers = [await asked(customers.bob()), await asked(ticket(hers["ticket"]))]
    answers.append(await asked(customers.ada(), "22222222-2222-4222-8222-222222222222"))
    answers.append(await asked(customers.ada(), hers["id"]))
    assert {(one.status_code, one.get_body()) for one in answers} == {(404, answers[0].get_body())}
    assert (await asked({})).status_code == 401

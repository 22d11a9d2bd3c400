"""What people ask for about themselves, by a token of theirs or by a ticket, and what nobody else gets."""

from dataclasses import dataclass, field
from datetime import timedelta

import azure.functions as func
import pytest

from delete_function.blueprint import delete_blueprint
from export_function.blueprint import export_blueprint
from shared.auth.tokens import PersonTokens, StepUp
from shared.domain.account import Identity
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Proof, Status
from shared.domain.subject import ObjectIdSubject
from tests.contract_of_api import check_schema
from tests.security.minting import (
    PERSON,
    Mint,
    b2c_access,
    b2c_id,
    b2c_sign_in,
    external_access,
    external_sign_in,
)
from tests.unit.http import Functions, desk_of, json_of
from tests.unit.receipts import signer_of
from tests.unit.staff import bearer
from tests.unit.world import World

MFA = "B2C_1A_privacy_mfa"
BOB = "5f000000-0000-4000-8000-00000000000b"
UNKNOWN = "22222222-2222-4222-8222-222222222222"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Customers:
    """The functions for people, over a world in which Ada has an account in contoso."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        sign_ins = (b2c_sign_in(), b2c_sign_in(MFA, StepUp.POLICY), external_sign_in())
        desk = desk_of(self.world, PersonTokens(sign_ins, self.world.clock, timedelta(hours=1)))
        self.exports = Functions(export_blueprint(desk, self.world.links))
        self.deletions = Functions(delete_blueprint(desk, signer_of()))
        self.world.person("contoso", PERSON)

    def ada(self) -> dict[str, str]:
        return bearer(b2c_access(self.world.clock.now()))

    def bob(self) -> dict[str, str]:
        return bearer(b2c_access(self.world.clock.now()).changed(sub=BOB))

    async def export(
        self, headers: dict[str, str] | None = None, key: str | None = None
    ) -> func.HttpResponse:
        more = {"idempotency-key": key} if key else {}
        return await self.exports.call(
            "submit_own_export", {"regulation": "gdpr"}, {**(headers or self.ada()), **more}
        )

    async def exported(self) -> dict[str, object]:
        """Ada's export, done."""
        body = json_of(await self.export())
        await self.world.settle(str(body["id"]))
        return body

    async def nonce(self) -> str:
        response = await self.deletions.call("make_challenge", headers=self.ada())
        body = json_of(response)
        check_schema(body, "Challenge")
        assert response.status_code == 201
        return str(body["nonce"])

    def sign_in(self, nonce: str, policy: str = MFA) -> Mint:
        """The ID token of a sign-in that was made now, with this nonce."""
        now = int(self.world.clock.now().timestamp())
        return b2c_id(self.world.clock.now(), policy).changed(nonce=nonce, iat=now, nbf=now)

    async def delete(
        self, id_token: str, headers: dict[str, str] | None = None, key: str | None = None
    ) -> func.HttpResponse:
        more = {"idempotency-key": key} if key else {}
        body = {"regulation": "gdpr", "idToken": id_token}
        return await self.deletions.call("submit_own_deletion", body, {**(headers or self.ada()), **more})

    async def app_s(self, kind: Kind) -> PrivacyRequest:
        return (await self.world.accept(kind, ObjectIdSubject("contoso", PERSON))).request

    async def show(
        self, request_id: object, headers: dict[str, str], kind: Kind = Kind.EXPORT
    ) -> func.HttpResponse:
        functions = self.exports if kind is Kind.EXPORT else self.deletions
        return await functions.call(f"show_own_{kind}", headers=headers, id=str(request_id))


def ticket(value: object) -> dict[str, str]:
    return {"x-request-ticket": str(value)}


async def test_a_person_s_export_is_about_the_account_whose_token_it_is() -> None:
    customers = Customers()
    response = await customers.export()
    body = json_of(response)
    check_schema(body, "Accepted")
    assert (response.status_code, response.headers["Location"]) == (202, f"/api/me/exports/{body['id']}")
    request = await customers.world.request(str(body["id"]))
    assert (request.subject, request.proof) == (ObjectIdSubject("contoso", PERSON), Proof.PERSON)
    assert PERSON not in repr(request)


async def test_nobody_else_can_be_named() -> None:
    customers = Customers()
    subject = {"objectId": BOB, "tenant": "contoso"}
    for body in ({"regulation": "gdpr", "subject": subject}, {"regulation": "gdpr", "receivedAt": "now"}):
        response = await customers.exports.call("submit_own_export", body, customers.ada())
        assert response.status_code == 400
    assert customers.world.store.records == {}


async def test_the_same_object_id_in_another_tenant_is_another_person() -> None:
    customers = Customers()
    body = await customers.exported()
    elsewhere = bearer(external_access(customers.world.clock.now()))
    assert (await customers.show(body["id"], elsewhere)).status_code == 404


async def test_an_export_is_followed_to_its_link_by_token_and_by_ticket() -> None:
    customers = Customers()
    body = await customers.exported()
    for headers in (customers.ada(), ticket(body["ticket"])):
        shown = json_of(await customers.show(body["id"], headers))
        check_schema(shown, "Status")
        assert shown["status"] == "completed"
        assert shown["links"] == {
            "self": f"/api/me/exports/{body['id']}",
            "link": f"/api/me/exports/{body['id']}/link",
        }
        link = await customers.exports.call("link_own_export", headers=headers, id=str(body["id"]))
        check_schema(json_of(link), "Link")


async def test_what_somebody_may_not_see_looks_like_what_there_is_not() -> None:
    customers = Customers()
    body = await customers.exported()
    other = await customers.world.accept(Kind.EXPORT, ObjectIdSubject("contoso", BOB))
    deletion = await customers.app_s(Kind.DELETION)
    deletion_s = customers.world.acceptance.keyed_hash.ticket(deletion.id)
    answers = [
        await customers.show(UNKNOWN, customers.ada()),
        await customers.show(body["id"], customers.bob()),
        await customers.show(body["id"], ticket("t" * 43)),
        await customers.show(body["id"], ticket(other.ticket)),
        await customers.show(body["id"], {**ticket(other.ticket), **customers.ada()}),
        await customers.show(body["id"], ticket(body["ticket"]), Kind.DELETION),
        await customers.show(deletion.id, ticket(deletion_s)),
        await customers.show("../x", customers.ada()),
        await customers.exports.call("link_own_export", headers=customers.bob(), id=str(body["id"])),
        await customers.exports.call("show_export", id=str(body["id"])),
        await customers.exports.call("link_export", id=str(body["id"])),
    ]
    assert {(one.status_code, one.get_body()) for one in answers} == {(404, answers[0].get_body())}


async def test_without_any_proof_nothing_is_told() -> None:
    customers = Customers()
    body = await customers.exported()
    for name in ("show_own_export", "link_own_export"):
        response = await customers.exports.call(name, id=str(body["id"]))
        assert response.status_code == 401
    assert (await customers.show(body["id"], ticket("short"))).status_code == 401


async def test_a_ticket_asks_for_nothing_new() -> None:
    customers = Customers()
    body = json_of(await customers.export())
    assert (await customers.export(ticket(body["ticket"]))).status_code == 401
    challenge = await customers.deletions.call("make_challenge", headers=ticket(body["ticket"]))
    assert challenge.status_code == 401


async def test_a_person_sees_what_an_app_has_asked_for_about_them() -> None:
    customers = Customers()
    for kind in Kind:
        request = await customers.app_s(kind)
        assert (await customers.show(request.id, customers.ada(), kind)).status_code == 200
        assert (await customers.show(request.id, customers.bob(), kind)).status_code == 404


async def test_a_person_sees_their_request_after_whom_it_is_about_was_forgotten_and_others_do_not() -> None:
    customers = Customers()
    body = await customers.exported()
    await customers.world.clock.sleep(timedelta(hours=2))
    await customers.world.upkeep.sweep()
    assert (await customers.world.request(str(body["id"]))).subject is None
    assert (await customers.show(body["id"], customers.ada())).status_code == 200
    assert (await customers.show(body["id"], ticket(body["ticket"]))).status_code == 200
    assert (await customers.show(body["id"], customers.bob())).status_code == 404


async def test_a_second_export_in_a_day_is_told_when_there_may_be_one() -> None:
    customers = Customers()
    await customers.export(key="one")
    response = await customers.export(key="two")
    check_schema(json_of(response), "Problem")
    assert (response.status_code, response.headers["Retry-After"]) == (429, str(24 * 60 * 60))
    assert (await customers.export(key="one")).status_code == 202


async def test_a_deletion_takes_a_sign_in_made_for_it() -> None:
    customers = Customers()
    nonce = await customers.nonce()
    await customers.world.clock.sleep(MINUTE)
    response = await customers.delete(customers.sign_in(nonce).token())
    body = json_of(response)
    check_schema(body, "Accepted")
    assert (response.status_code, response.headers["Location"]) == (202, f"/api/me/deletions/{body['id']}")
    request = await customers.world.settle(str(body["id"]))
    assert (request.status, request.proof) == (Status.COMPLETED, Proof.PERSON)
    assert PERSON not in customers.world.tenants["contoso"].users
    assert (await customers.show(body["id"], ticket(body["ticket"]), Kind.DELETION)).status_code == 200


async def test_no_other_sign_in_does_and_nobody_is_told_why() -> None:
    customers = Customers()
    nonce, used = await customers.nonce(), await customers.nonce()
    bob_s = json_of(await customers.deletions.call("make_challenge", headers=customers.bob()))["nonce"]
    assert (await customers.delete(customers.sign_in(used).token())).status_code == 202
    records = dict(customers.world.store.records)
    now = int(customers.world.clock.now().timestamp())
    good = customers.sign_in(nonce)
    bad = {
        "no nonce": good.without("nonce"),
        "a nonce of nobody's": good.changed(nonce="n-1"),
        "a nonce that was used": customers.sign_in(used),
        "another's nonce": customers.sign_in(str(bob_s)),
        "another's sign-in": good.changed(sub=BOB),
        "a sign-in without the step up": customers.sign_in(nonce, "B2C_1_susi"),
        "a sign-in from before": good.changed(iat=now - 61, nbf=now - 61),
        "an access token": b2c_access(customers.world.clock.now(), MFA).changed(nonce=nonce),
        "another app's": good.changed(aud="a9000000-0000-4000-8000-0000000000ff"),
        "signed by somebody else": good.signed_by("eve"),
    }
    answers = {why: await customers.delete(mint.token()) for why, mint in bad.items()}
    answers["no sign-in at all"] = await customers.delete(good.token(), ticket("t" * 43))
    answers["Bob with Ada's sign-in"] = await customers.delete(good.token(), customers.bob())
    first = next(iter(answers.values()))
    for why, one in answers.items():
        assert (one.status_code, one.get_body()) == (401, first.get_body()), why
    assert customers.world.store.records == records
    assert (await customers.delete(good.token())).status_code == 202


async def test_an_old_sign_in_is_none() -> None:
    customers = Customers()
    sign_in = customers.sign_in(await customers.nonce())
    await customers.world.clock.sleep(timedelta(minutes=11))
    assert (await customers.delete(sign_in.token())).status_code == 401


async def test_the_same_deletion_may_be_sent_again_under_its_key_alone() -> None:
    customers = Customers()
    sign_in = customers.sign_in(await customers.nonce()).token()
    first, again = [json_of(await customers.delete(sign_in, key="k")) for _ in range(2)]
    assert (first["id"], first["ticket"]) == (again["id"], again["ticket"])
    for key in (None, "another"):
        assert (await customers.delete(sign_in, key=key)).status_code == 401


async def test_people_are_counted_and_so_are_the_links_of_a_request() -> None:
    customers = Customers()
    body = await customers.exported()
    for _ in range(100):
        link = await customers.exports.call("link_own_export", headers=customers.ada(), id=str(body["id"]))
        assert link.status_code == 200
    spent = await customers.exports.call(
        "link_own_export", headers=ticket(body["ticket"]), id=str(body["id"])
    )
    assert (spent.status_code, spent.headers["Retry-After"]) == (429, "1")
    for _ in range(100):
        await customers.nonce()
    for response in (
        await customers.deletions.call("make_challenge", headers=customers.ada()),
        await customers.export(),
        await customers.delete("x"),
    ):
        assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    assert (await customers.deletions.call("make_challenge", headers=customers.bob())).status_code == 201


async def test_an_app_may_bring_a_person_s_id_token_which_makes_the_request_theirs() -> None:
    customers = Customers()
    token = b2c_id(customers.world.clock.now()).token()
    body = {"subject": {"idToken": token}, "regulation": "gdpr"}
    response = await customers.exports.call("submit_export", body)
    request = await customers.world.request(str(json_of(response)["id"]))
    assert (request.subject, request.proof) == (ObjectIdSubject("contoso", PERSON), Proof.ID_TOKEN)
    assert (await customers.show(request.id, customers.ada())).status_code == 200


@pytest.mark.parametrize("kind", Kind)
async def test_an_id_token_that_proves_nothing_is_bad_input_of_the_app(kind: Kind) -> None:
    customers = Customers()
    now = customers.world.clock.now()
    functions = customers.exports if kind is Kind.EXPORT else customers.deletions
    for mint in (b2c_access(now), b2c_id(now - timedelta(minutes=12)), b2c_id(now).signed_by("eve")):
        body = {"subject": {"idToken": mint.token()}, "regulation": "gdpr"}
        response = await functions.call(f"submit_{kind}", body)
        problem = json_of(response)
        check_schema(problem, "Problem")
        assert response.status_code == 400
        assert mint.token() not in response.get_body().decode()
    assert customers.world.store.records == {}


async def test_nothing_of_a_person_is_logged() -> None:
    customers = Customers()
    customers.world.person("contoso", BOB, Identity("userName", "contoso.onmicrosoft.com", "bob_1"))
    body = await customers.exported()
    nonce = await customers.nonce()
    sign_in = customers.sign_in(nonce).token()
    await customers.delete(sign_in)
    lines = repr(customers.world.log.lines)
    for personal in (PERSON, "person:", "ada@example.com", str(body["ticket"]), nonce, sign_in):
        assert personal not in lines

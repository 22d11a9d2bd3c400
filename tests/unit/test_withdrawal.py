"""Taking a request back: by whoever made it or is meant by it, until it cannot be taken back."""

from collections.abc import Mapping
from datetime import timedelta

import azure.functions as func
import pytest

from delete_function.blueprint import delete_blueprint
from export_function.blueprint import export_blueprint
from shared.domain.journal import What
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import ObjectIdSubject
from shared.gate import SUBMIT, AppAuth
from tests.contract_of_api import check_schema
from tests.security.minting import DAEMON_APP, PERSON
from tests.unit.http import HASHING, SUBMISSION, Functions, desk_of, json_of
from tests.unit.receipts import signer_of
from tests.unit.staff import an_app, bearer, staff
from tests.unit.test_own_requests import BOB, UNKNOWN, Customers, ticket
from tests.unit.world import World

ADA = ObjectIdSubject("contoso", PERSON)
KEY = f"key:{HASHING.hex('caller', 'key')}"
"""The name of the app whose function key is `key`."""
HERS = f"person:{HASHING.account('contoso', PERSON)}"


async def submitted(customers: Customers, kind: Kind) -> dict[str, object]:
    """A request of Ada's own."""
    if kind is Kind.EXPORT:
        return json_of(await customers.export())
    return json_of(await customers.delete(customers.sign_in(await customers.nonce()).token()))


def of(customers: Customers, kind: Kind) -> Functions:
    return customers.exports if kind is Kind.EXPORT else customers.deletions


async def withdraw(
    customers: Customers, kind: Kind, request_id: object, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """By an app unless there are headers."""
    name = f"withdraw_own_{kind}" if headers is not None else f"withdraw_{kind}"
    return await of(customers, kind).call(name, headers=headers, id=str(request_id))


async def check_withdrawn(world: World, response: func.HttpResponse, by: str) -> None:
    """Raise unless it is cancelled, says so, and the journal has who did it."""
    body = json_of(response)
    check_schema(body, "Status")
    assert (response.status_code, body["status"], body["reason"]) == (200, "cancelled", "withdrawn")
    assert "withdraw" not in str(body["links"])
    request = await world.request(str(body["id"]))
    assert request.last
    assert (request.last.what, request.last.by) == (What.CANCELLED, by)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("by", "name"), [("token", HERS), ("ticket", "ticket")])
async def test_a_person_withdraws_their_own_request(kind: Kind, by: str, name: str) -> None:
    customers = Customers()
    body = await submitted(customers, kind)
    shown = json_of(await customers.show(body["id"], customers.ada(), kind))
    assert f"/api/me/{kind}s/{body['id']}/withdraw" in str(shown["links"])
    headers = customers.ada() if by == "token" else ticket(body["ticket"])
    await check_withdrawn(customers.world, await withdraw(customers, kind, body["id"], headers), name)
    await customers.world.settle(str(body["id"]))
    assert PERSON in customers.world.tenants["contoso"].users
    assert customers.world.blobs.committed == {}


@pytest.mark.parametrize("kind", Kind)
async def test_an_app_withdraws_what_it_has_submitted(kind: Kind) -> None:
    customers = Customers()
    body = json_of(await of(customers, kind).call(f"submit_{kind}", SUBMISSION))
    await check_withdrawn(customers.world, await withdraw(customers, kind, body["id"]), KEY)


@pytest.mark.parametrize("kind", Kind)
async def test_the_journal_names_an_app_by_its_client_id_where_it_came_with_a_token(kind: Kind) -> None:
    world = World()
    desk = desk_of(world, workforce=staff(world.clock), app_auth=AppAuth.TOKEN)
    export, deletion = export_blueprint(desk, world.links), delete_blueprint(desk, signer_of())
    functions = Functions(export if kind is Kind.EXPORT else deletion)
    headers = bearer(an_app(world.clock.now(), SUBMIT[kind]))
    body = json_of(await functions.call(f"submit_{kind}", SUBMISSION, headers))
    response = await functions.call(f"withdraw_{kind}", headers=headers, id=str(body["id"]))
    await check_withdrawn(world, response, f"app:{DAEMON_APP}")


@pytest.mark.parametrize("kind", Kind)
async def test_a_person_withdraws_what_an_app_has_asked_about_them(kind: Kind) -> None:
    customers = Customers()
    request = await customers.app_s(kind)
    response = await withdraw(customers, kind, request.id, customers.ada())
    await check_withdrawn(customers.world, response, HERS)


@pytest.mark.parametrize("kind", Kind)
async def test_nobody_else_withdraws_it_or_learns_that_it_is_there(kind: Kind) -> None:
    customers = Customers()
    other = Kind.DELETION if kind is Kind.EXPORT else Kind.EXPORT
    body, hers_too = await submitted(customers, kind), await submitted(customers, other)
    bob_s = await customers.world.accept(kind, ObjectIdSubject("contoso", BOB))
    before = await customers.world.store.get(str(body["id"]))
    answers = [
        await withdraw(customers, kind, UNKNOWN, customers.ada()),
        await withdraw(customers, kind, body["id"]),
        await withdraw(customers, kind, body["id"], customers.bob()),
        await withdraw(customers, kind, body["id"], ticket(hers_too["ticket"])),
        await withdraw(customers, kind, body["id"], ticket(bob_s.ticket)),
        await withdraw(customers, kind, body["id"], {**customers.ada(), **ticket(bob_s.ticket)}),
        await withdraw(customers, other, body["id"], customers.ada()),
        await withdraw(customers, other, body["id"], ticket(body["ticket"])),
    ]
    assert {(one.status_code, one.get_body()) for one in answers} == {(404, answers[0].get_body())}
    assert (await withdraw(customers, kind, body["id"], {})).status_code == 401
    assert await customers.world.store.get(str(body["id"])) == before


async def test_an_app_does_not_withdraw_what_another_app_has_submitted() -> None:
    customers = Customers()
    body = json_of(await customers.deletions.call("submit_deletion", SUBMISSION))
    other = {"x-functions-key": "another"}
    for name in ("withdraw_deletion", "confirm_copy", "show_receipt", "show_deletion"):
        assert (await customers.deletions.call(name, headers=other, id=str(body["id"]))).status_code == 404
    assert (await customers.exports.call("link_copy", headers=other, id=str(body["id"]))).status_code == 404


async def check_too_late(response: func.HttpResponse, detail: str) -> None:
    body = json_of(response)
    check_schema(body, "Problem")
    assert (response.status_code, body["code"]) == (409, "invalid_transition")
    assert body["detail"] == detail


async def test_after_the_mark_it_is_said_that_it_cannot_be_taken_back() -> None:
    customers = Customers()
    body = await submitted(customers, Kind.DELETION)
    request_id = str(body["id"])
    await customers.world.settle_until(request_id, "mark")
    shown = json_of(await customers.show(request_id, customers.ada(), Kind.DELETION))
    assert shown["irreversibleAt"] is not None
    assert "withdraw" not in str(shown["links"])
    before = await customers.world.store.get(request_id)
    for headers in (customers.ada(), ticket(body["ticket"])):
        response = await withdraw(customers, Kind.DELETION, request_id, headers)
        await check_too_late(response, "Not possible: the deletion has begun and cannot be taken back.")
    assert await customers.world.store.get(request_id) == before
    assert (await customers.world.settle(request_id)).status is Status.COMPLETED


@pytest.mark.parametrize("kind", Kind)
async def test_what_has_ended_cannot_be_withdrawn_and_so_nothing_can_twice(kind: Kind) -> None:
    customers = Customers()
    body = await submitted(customers, kind)
    await withdraw(customers, kind, body["id"], customers.ada())
    await check_too_late(
        await withdraw(customers, kind, body["id"], customers.ada()), "Not possible: the request has ended."
    )
    done: PrivacyRequest = await customers.world.ended(kind, ADA)
    await check_too_late(
        await withdraw(customers, kind, done.id, customers.ada()), "Not possible: the request has ended."
    )


async def test_the_changes_of_a_request_are_counted_whoever_makes_them() -> None:
    customers = Customers()
    body = await submitted(customers, Kind.DELETION)
    for _ in range(100):
        await withdraw(customers, Kind.DELETION, body["id"], ticket(body["ticket"]))
    spent = await withdraw(customers, Kind.DELETION, body["id"], customers.ada())
    assert (spent.status_code, spent.headers["Retry-After"]) == (429, "1")
    confirm = await customers.deletions.call("confirm_own_copy", headers=customers.ada(), id=str(body["id"]))
    assert confirm.status_code == 429


async def test_who_withdraws_after_the_account_was_blocked_can_use_it_again() -> None:
    customers = Customers()
    body = await submitted(customers, Kind.DELETION)
    await customers.world.settle_until(str(body["id"]), "block:contoso")
    assert customers.world.tenants["contoso"].disabled == {PERSON}
    await withdraw(customers, Kind.DELETION, body["id"], ticket(body["ticket"]))
    await customers.world.settle(str(body["id"]))
    await customers.world.clock.sleep(timedelta(hours=1))
    await customers.world.upkeep.sweep()
    await customers.world.run_what_is_due()
    assert customers.world.tenants["contoso"].disabled == set()
    assert PERSON in customers.world.tenants["contoso"].users

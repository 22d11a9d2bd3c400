"""A copy before the deletion, as apps and people ask for it, get it, and say that they have it."""

from datetime import timedelta

import azure.functions as func
import pytest

from delete_function.blueprint import delete_blueprint
from shared.domain.journal import What
from shared.domain.request import PrivacyRequest
from shared.domain.states import Status
from shared.gate import AppAuth
from tests.contract_of_api import check_schema
from tests.security.minting import PERSON
from tests.unit.http import HASHING, SUBMISSION, Functions, desk_of, json_of
from tests.unit.receipts import signer_of
from tests.unit.staff import an_app, bearer, staff
from tests.unit.test_own_requests import Customers, ticket
from tests.unit.test_upkeep import pass_time
from tests.unit.world import World

HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=5)
BY_APPS = {**SUBMISSION, "subject": {"objectId": PERSON, "tenant": "contoso"}, "copyFirst": True}


async def submitted(customers: Customers, by: str) -> dict[str, object]:
    """A deletion of Ada's after a copy."""
    if by == "app":
        return json_of(await customers.deletions.call("submit_deletion", BY_APPS))
    body = {
        "regulation": "gdpr",
        "idToken": customers.sign_in(await customers.nonce()).token(),
        "copyFirst": True,
    }
    return json_of(await customers.deletions.call("submit_own_deletion", body, customers.ada()))


async def ready(customers: Customers, by: str) -> dict[str, object]:
    """The same once the copy is there."""
    body = await submitted(customers, by)
    await pass_time(customers.world, HOUR, MINUTES)
    return body


async def call(
    customers: Customers, what: str, request_id: object, headers: dict[str, str] | None
) -> func.HttpResponse:
    """`link` or `confirm`, or `show`; by an app where there are no headers."""
    own = "own_" if headers is not None else ""
    if what == "link":
        return await customers.exports.call(f"link_{own}copy", headers=headers, id=str(request_id))
    name = f"confirm_{own}copy" if what == "confirm" else f"{what}_{own}deletion"
    return await customers.deletions.call(name, headers=headers, id=str(request_id))


def headers_of(customers: Customers, by: str, body: dict[str, object]) -> dict[str, str] | None:
    return {"app": None, "person": customers.ada(), "ticket": ticket(body["ticket"])}[by]


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("app", f"key:{HASHING.hex('caller', 'key')}"),
        ("person", f"person:{HASHING.account('contoso', PERSON)}"),
        ("ticket", "ticket"),
    ],
)
async def test_the_copy_is_linked_to_and_confirmed_and_then_the_account_goes(by: str, name: str) -> None:
    customers = Customers()
    body = await submitted(customers, by)
    headers = headers_of(customers, by, body)
    early = await call(customers, "link", body["id"], headers)
    assert (early.status_code, json_of(early)["code"]) == (409, "archive_not_ready")
    assert (await call(customers, "confirm", body["id"], headers)).status_code == 409
    await pass_time(customers.world, HOUR, MINUTES)
    headers = headers_of(customers, by, body)
    shown = json_of(await call(customers, "show", body["id"], headers))
    check_schema(shown, "Status")
    assert (shown["status"], shown["reason"]) == ("waiting", "copy_to_be_confirmed")
    assert (shown["copyFirst"], shown["irreversibleAt"]) == (True, None)
    link = json_of(await call(customers, "link", body["id"], headers))
    check_schema(link, "Link")
    archive = shown["archive"]
    assert isinstance(archive, dict)
    assert (link["size"], link["sha256"]) == (archive["size"], archive["sha256"])
    confirmed = await call(customers, "confirm", body["id"], headers)
    check_schema(json_of(confirmed), "Status")
    assert confirmed.status_code == 200
    journal = await customers.world.store.journal(str(body["id"]))
    assert [event.by for event in journal if event.what is What.COPY_CONFIRMED] == [name]
    assert (await call(customers, "confirm", body["id"], headers)).status_code == 409
    await pass_time(customers.world, 3 * HOUR, MINUTES)
    assert PERSON not in customers.world.tenants["contoso"].users
    headers = headers_of(customers, by, body)
    assert json_of(await call(customers, "show", body["id"], headers))["status"] == "completed"
    gone = await call(customers, "link", body["id"], headers)
    assert (gone.status_code, json_of(gone)["code"]) == (410, "archive_expired")
    late = await call(customers, "confirm", body["id"], headers)
    assert (late.status_code, json_of(late)["detail"]) == (409, "Not possible: the request has ended.")


async def test_nobody_but_who_asked_or_is_meant_links_to_it_or_confirms_it() -> None:
    customers = Customers()
    body = await ready(customers, "person")
    other = json_of(await customers.export())
    before = await customers.world.store.get(str(body["id"]))
    for what in ("link", "confirm"):
        for headers in (None, customers.bob(), ticket(other["ticket"]), ticket("t" * 43)):
            assert (await call(customers, what, body["id"], headers)).status_code == 404, (what, headers)
        assert (await call(customers, what, body["id"], {})).status_code == 401
        assert (await call(customers, what, other["id"], customers.ada())).status_code == 404
    assert await customers.world.store.get(str(body["id"])) == before


@pytest.mark.parametrize("by", ["app", "person"])
async def test_where_no_copy_was_asked_for_there_is_none_and_nothing_to_confirm(by: str) -> None:
    customers = Customers()
    if by == "app":
        plain = {name: value for name, value in BY_APPS.items() if name != "copyFirst"}
        body = json_of(await customers.deletions.call("submit_deletion", plain))
    else:
        body = json_of(await customers.delete(customers.sign_in(await customers.nonce()).token()))
    headers = headers_of(customers, by, body)
    shown = json_of(await call(customers, "show", body["id"], headers))
    assert shown["copyFirst"] is False
    links = shown["links"]
    assert isinstance(links, dict)
    assert sorted(links) == ["receipt", "self", "withdraw"]
    for what in ("link", "confirm"):
        assert (await call(customers, what, body["id"], headers)).status_code == 409


async def test_a_copy_does_not_make_up_for_the_sign_in_that_a_deletion_takes() -> None:
    customers = Customers()
    old = customers.sign_in(await customers.nonce(), "B2C_1_susi").token()
    body = {"regulation": "gdpr", "copyFirst": True}
    for sign_in, status in ((None, 400), (old, 401), (customers.sign_in("n-1").token(), 401)):
        given = {**body, **({"idToken": sign_in} if sign_in else {})}
        response = await customers.deletions.call("submit_own_deletion", given, customers.ada())
        assert response.status_code == status
    assert customers.world.store.records == {}


@pytest.mark.parametrize(
    ("roles", "copy_first", "status"),
    [
        (("Deletions.Submit",), False, 202),
        (("Deletions.Submit",), True, 403),
        (("Exports.Submit",), True, 403),
        (("Deletions.Submit", "Exports.Submit"), True, 202),
    ],
)
async def test_an_app_gets_no_copy_unless_it_may_submit_exports_too(
    roles: tuple[str, ...], *, copy_first: bool, status: int
) -> None:
    world = World()
    desk = desk_of(world, workforce=staff(world.clock), app_auth=AppAuth.TOKEN)
    functions = Functions(delete_blueprint(desk, signer_of()))
    body = {**BY_APPS, "copyFirst": copy_first}
    response = await functions.call("submit_deletion", body, bearer(an_app(world.clock.now(), *roles)))
    assert response.status_code == status
    assert len(world.store.records) == (status == 202)


@pytest.mark.parametrize("more", [{"copyFirst": True}, {"exportFirst": True}, {"copy_first": True}])
async def test_an_export_knows_of_no_copy_and_no_submission_of_other_fields(more: dict[str, bool]) -> None:
    customers = Customers()
    own = {"regulation": "gdpr", **more}
    calls = [
        await customers.exports.call("submit_export", {**SUBMISSION, **more}),
        await customers.exports.call("submit_own_export", own, customers.ada()),
    ]
    if "copyFirst" not in more:
        calls.append(await customers.deletions.call("submit_deletion", {**SUBMISSION, **more}))
        fresh = {**own, "idToken": customers.sign_in(await customers.nonce()).token()}
        calls.append(await customers.deletions.call("submit_own_deletion", fresh, customers.ada()))
    for response in calls:
        problem = json_of(response)
        check_schema(problem, "Problem")
        assert response.status_code == 400
        assert "is not a known field" in str(problem["errors"])
    assert customers.world.store.records == {}


@pytest.mark.parametrize("value", ["true", "yes", 1, 0, [], {}, None])
async def test_a_copy_is_asked_for_by_true_or_not_at_all(value: object) -> None:
    customers = Customers()
    response = await customers.deletions.call("submit_deletion", {**SUBMISSION, "copyFirst": value})
    assert response.status_code == 400
    assert customers.world.store.records == {}


async def test_the_same_key_with_and_without_a_copy_is_not_the_same_call() -> None:
    customers, key = Customers(), {"idempotency-key": "k"}
    assert (await customers.deletions.call("submit_deletion", BY_APPS, key)).status_code == 202
    plain = {**BY_APPS, "copyFirst": False}
    assert (await customers.deletions.call("submit_deletion", plain, key)).status_code == 422


@pytest.mark.parametrize("by", ["app", "person"])
async def test_who_asks_for_a_copy_is_not_given_their_open_deletion_without_one(by: str) -> None:
    customers = Customers()
    if by == "app":
        plain = {**BY_APPS, "copyFirst": False}
        body = json_of(await customers.deletions.call("submit_deletion", plain))
    else:
        body = json_of(await customers.delete(customers.sign_in(await customers.nonce()).token()))
    refused = await submitted(customers, by)
    check_schema(refused, "Problem")
    assert refused["detail"] == "Not possible: a deletion without a copy is under way; withdraw it first."
    assert set(customers.world.store.records) == {body["id"]}
    headers = headers_of(customers, by, body)
    assert (await call(customers, "withdraw", body["id"], headers)).status_code == 200
    with_copy = await submitted(customers, by)
    assert (await customers.world.request(str(with_copy["id"]))).copy_first


async def test_who_asks_again_without_a_copy_keeps_the_deletion_after_one() -> None:
    customers = Customers()
    body = await submitted(customers, "app")
    again = json_of(await customers.deletions.call("submit_deletion", {**BY_APPS, "copyFirst": False}))
    assert again["id"] == body["id"]


async def at_work(customers: Customers, step: str) -> PrivacyRequest:
    """A deletion after a copy at which a worker is just then."""
    body = await submitted(customers, "app")
    await customers.world.settle_until(str(body["id"]), step)
    request = await customers.world.request(str(body["id"]))
    assert request.is_leased(customers.world.clock.now())
    return request


@pytest.mark.parametrize("what", ["link", "confirm"])
async def test_while_a_worker_is_at_it_one_is_asked_to_come_again_and_costs_it_nothing(what: str) -> None:
    customers = Customers()
    request = await at_work(customers, "archive")
    before = await customers.world.store.get(request.id)
    response = await call(customers, what, request.id, None)
    check_schema(json_of(response), "Problem")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert await customers.world.store.get(request.id) == before
    await customers.world.clock.sleep(HOUR)
    await pass_time(customers.world, HOUR, MINUTES)
    assert (await call(customers, what, request.id, None)).status_code == 200


async def test_once_the_copy_has_expired_nothing_is_left_to_confirm() -> None:
    customers = Customers()
    body = await ready(customers, "app")
    await pass_time(customers.world, timedelta(days=7), timedelta(hours=6))
    await customers.world.settle_until(str(body["id"]), "copy-received")
    response = await call(customers, "confirm", body["id"], None)
    expired = "Not possible: the copy was confirmed before, or has expired."
    assert (response.status_code, json_of(response)["detail"]) == (409, expired)


@pytest.mark.parametrize("by", ["person", "ticket"])
async def test_after_the_person_s_deletion_the_links_to_their_exports_lead_nowhere(by: str) -> None:
    customers = Customers()
    export = await customers.exported()
    headers = headers_of(customers, by, export)
    link = await customers.exports.call("link_own_export", headers=headers, id=str(export["id"]))
    assert link.status_code == 200
    deletion = json_of(await customers.delete(customers.sign_in(await customers.nonce()).token()))
    assert (await customers.world.settle(str(deletion["id"]))).status is Status.COMPLETED
    headers = headers_of(customers, by, export)
    gone = await customers.exports.call("link_own_export", headers=headers, id=str(export["id"]))
    assert (gone.status_code, json_of(gone)["code"]) == (410, "archive_expired")
    assert (await customers.show(export["id"], customers.bob())).status_code == 404


async def test_a_deletion_that_was_withdrawn_has_no_copy_any_more() -> None:
    customers = Customers()
    body = await ready(customers, "person")
    headers = ticket(body["ticket"])
    assert (await call(customers, "withdraw", body["id"], headers)).status_code == 200
    assert (await call(customers, "link", body["id"], headers)).status_code == 409
    await pass_time(customers.world, 2 * HOUR)
    assert customers.world.blobs.committed == {}
    assert PERSON in customers.world.tenants["contoso"].users

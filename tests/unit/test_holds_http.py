"""Holds as operators place, see and lift them."""

from datetime import timedelta

import pytest

from shared.domain.holds import Basis
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from tests.unit.staff import NILS, OLGA, OTTO, RITA, Office, an_app, an_office, bearer
from tests.unit.test_upkeep import pass_time
from tests.unit.world import ADA

EMAIL = EmailSubject("ada@example.com")
ACCOUNT = {"tenant": "contoso", "objectId": ADA}
HOLD = {
    **ACCOUNT,
    "basis": "legal_claims",
    "article": "Art. 17(3)(e)",
    "reviewAt": "2027-02-01T00:00:00Z",
}


async def placed(office: Office, **changed: str) -> dict[str, object]:
    return await office.seen("place_hold", "HoldAnswer", body={**HOLD, **changed})


async def test_a_hold_is_seen_by_whoever_searches_for_the_person() -> None:
    office = an_office()
    (before,) = await office.found(objectId=ADA)
    assert before["hold"] is None
    told = await placed(office)
    assert told["answer"] == "held"
    (after,) = await office.found(name="ada@example.com")
    assert after["hold"] == {
        "basis": "legal_claims",
        "article": "Art. 17(3)(e)",
        "reviewAt": "2027-02-01T00:00:00Z",
        "since": told["since"],
        "by": f"operator {OLGA}",
    }


async def test_an_object_id_in_capitals_is_the_same_account() -> None:
    office = an_office()
    await placed(office, objectId=ADA.upper())
    request = await office.world.ended(Kind.DELETION, EMAIL)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "legal_hold")
    assert office.world.tenants["contoso"].disabled == set()
    await office.seen("lift_hold", "Lifted", body={**ACCOUNT, "objectId": ADA.upper()})
    (person,) = await office.found(objectId=ADA)
    assert person["hold"] is None


async def test_a_hold_that_comes_after_the_mark_is_said_to_be_too_late() -> None:
    office = an_office()
    deletion = (await office.world.accept(Kind.DELETION, EMAIL)).request.id
    await office.world.settle_until(deletion, "mark")
    assert (await placed(office))["answer"] == "too_late"


async def test_a_lifted_hold_is_none_and_an_approval_lets_the_deletion_go_on() -> None:
    office = an_office()
    await placed(office)
    request = await office.world.ended(Kind.DELETION, EMAIL)
    await office.acts(request.id, "approve")
    assert (await office.world.settle(request.id)).reason == "legal_hold"
    await office.seen("lift_hold", "Lifted", body=ACCOUNT, who=OTTO)
    await office.is_told(409, "invalid_transition", "lift_hold", body=ACCOUNT)
    await office.acts(request.id, "approve")
    await pass_time(office.world, timedelta(hours=2), timedelta(minutes=5))
    assert (await office.world.request(request.id)).status is Status.COMPLETED


async def test_a_hold_that_stands_is_replaced_by_a_newer_one() -> None:
    office = an_office()
    await placed(office)
    await placed(office, basis="legal_obligation", article="§ 147 AO")
    (person,) = await office.found(objectId=ADA)
    hold = person["hold"]
    assert isinstance(hold, dict)
    assert (hold["basis"], hold["article"]) == ("legal_obligation", "§ 147 AO")


@pytest.mark.parametrize(("name", "body"), [("place_hold", HOLD), ("lift_hold", ACCOUNT)])
async def test_who_may_only_read_places_and_lifts_nothing(name: str, body: dict[str, str]) -> None:
    office = an_office()
    if name == "lift_hold":
        await placed(office)
    before = dict(office.world.register.entries)
    for who in (RITA, NILS):
        await office.is_told(403, "forbidden", name, body=body, who=who)
    app = bearer(an_app(office.world.clock.now(), "PrivacyRequests.Operate"))
    for headers in (app, {}):
        assert (await office.functions.call(name, body, headers)).status_code == 401
    assert office.world.register.entries == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tenant": "nowhere"}, "/tenant"),
        ({"tenant": "../x"}, "/tenant"),
        ({"objectId": "ada@example.com"}, "/objectId"),
        ({"basis": "because"}, "/basis"),
        ({"article": ""}, "/article"),
        ({"article": "x" * 101}, "/article"),
        ({"article": "Ada <ada@example.com>"}, "/article"),
        ({"article": "a\nb"}, "/article"),
        ({"reviewAt": "tomorrow"}, "/reviewAt"),
        ({"reviewAt": "2027-02-01T00:00:00"}, "/reviewAt"),
        ({"note": "x"}, "/note"),
    ],
)
async def test_a_hold_that_breaks_a_rule_is_told_by_field_and_not_placed(
    changed: dict[str, str], field: str
) -> None:
    office = an_office()
    assert await office.fields_at_fault("place_hold", body={**HOLD, **changed}) == [field]
    if field in {"/tenant", "/objectId", "/note"}:
        assert await office.fields_at_fault("lift_hold", body={**ACCOUNT, **changed}) == [field]
    assert office.world.register.entries == {}


@pytest.mark.parametrize("basis", Basis)
async def test_every_exception_of_the_law_is_a_basis(basis: Basis) -> None:
    assert (await placed(an_office(), basis=basis))["answer"] == "held"


async def test_neither_the_account_nor_the_operator_nor_the_article_is_logged() -> None:
    office = an_office()
    await placed(office)
    await office.seen("lift_hold", "Lifted", body=ACCOUNT)
    lines = repr(office.world.log.lines)
    assert "hold_placed" in lines
    assert not [word for word in (ADA, OLGA, "17(3)") if word in lines]

"""`POST /api/operations/checks`: who may, what is asked for, and what is answered."""

import asyncio

import pytest

from operations_function.checks import MOST_AT_ONCE, Running
from shared.domain.errors import TooManyRequests
from tests.unit.checking import Clinic
from tests.unit.http import json_of
from tests.unit.staff import NILS, OLGA, RITA, bearer, token_of

ALL = [
    (None, "upkeep", "swept"),
    (None, "tables", "round_trip"),
    ("contoso", "sign-in", "signed_in"),
    ("fabrikam", "sign-in", "signed_in"),
    ("contoso", "hard-delete", "not_asked_to_write"),
    ("fabrikam", "hard-delete", "not_asked_to_write"),
]


async def told(clinic: Clinic, **body: object) -> set[tuple[object, object, object]]:
    seen = await clinic.office.seen("run_checks", "Checks", body=body)
    assert seen["tenants"] == ["contoso", "fabrikam"]
    findings = seen["findings"]
    assert isinstance(findings, list)
    return {(one["tenant"], one["check"], one["code"]) for one in findings}


async def test_everything_is_checked_where_nothing_is_named_and_nothing_is_written() -> None:
    clinic = Clinic()
    assert await told(clinic) == set(ALL)
    assert [one.writes.count for one in clinic.tenants.values()] == [0, 0]
    assert [one.closed for one in clinic.tenants.values()] == [1, 1]


async def test_only_the_places_and_tenants_that_are_named_are_asked() -> None:
    clinic = Clinic()
    assert await told(clinic, places=["state"]) == {ALL[1]}
    assert await told(clinic, places=["app", "state"], tenants=["contoso"]) == set(ALL[:2])
    assert await told(clinic, places=["tenant"], tenants=["fabrikam"]) == {ALL[3], ALL[5]}
    assert await told(clinic, places=["tenant"], tenants=[]) == set()
    assert (clinic.tenants["contoso"].reads.count, clinic.tenants["fabrikam"].reads.count) == (0, 1)


async def test_a_user_is_made_only_where_that_is_asked_for() -> None:
    clinic = Clinic()
    answers = await told(clinic, places=["tenant"], tenants=["contoso"], write=True)
    assert ("contoso", "hard-delete", "hard_deletes") in answers
    assert (clinic.tenants["contoso"].writes.count, clinic.tenants["fabrikam"].writes.count) == (1, 0)


@pytest.mark.parametrize(("who", "status"), [(RITA, 403), (NILS, 403)])
async def test_only_who_may_operate_may_check(who: str, status: int) -> None:
    clinic = Clinic()
    await clinic.office.is_told(status, "forbidden", "run_checks", body={}, who=who)
    assert clinic.upkeep.count == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tenants": ["contoso", "litware"]}, "/tenants/1"),
        ({"tenants": "contoso"}, "/tenants"),
        ({"tenants": ["Contoso!"]}, "/tenants/0"),
        ({"tenants": ["contoso"] * 65}, "/tenants"),
        ({"places": ["moon"]}, "/places/0"),
        ({"write": "yes"}, "/write"),
        ({"everything": True}, "/everything"),
    ],
)
async def test_a_body_that_breaks_a_rule_is_told_by_field_and_nothing_is_asked(
    body: dict[str, object], field: str
) -> None:
    clinic = Clinic()
    assert await clinic.office.fields_at_fault("run_checks", body=body) == [field]
    assert clinic.upkeep.count == 0


async def test_more_runs_at_once_than_a_process_has_are_told_to_come_again() -> None:
    running, before = Running(), Running(MOST_AT_ONCE)
    with running.one_more():
        assert running.count == 1
    assert running.count == 0
    with pytest.raises(TooManyRequests), before.one_more():
        pass
    assert before.count == MOST_AT_ONCE


async def test_two_runs_at_once_are_both_answered() -> None:
    office = Clinic().office
    headers = bearer(token_of(OLGA, office.world.clock.now()))
    both = await asyncio.gather(*(office.functions.call("run_checks", {}, headers) for _ in range(2)))
    assert [json_of(one)["tenants"] for one in both] == [["contoso", "fabrikam"]] * 2


async def test_a_run_is_logged_without_what_it_found() -> None:
    clinic = Clinic()
    await told(clinic)
    assert ("checks_ended", {"count": 6}) in clinic.world.log.lines

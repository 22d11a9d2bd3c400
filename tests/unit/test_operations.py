"""What operators see and do over HTTP, and what nobody else does."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from operations_function.listing import LONGEST_PLACE, MOST
from shared.domain.decisions import FourEyes
from shared.domain.errors import DirectoryUnavailable
from shared.domain.journal import Event, What, check
from shared.domain.notices import Channel
from shared.domain.request import LONGEST_NOTE, PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from tests.contract_of_api import OPENAPI
from tests.security.minting import WORKFORCE_TENANT_ID
from tests.unit.http import HASHING
from tests.unit.samples import NOW, REQUEST_ID
from tests.unit.staff import NILS, OLGA, OTTO, REASONS, RITA, Office, an_app, an_office, bearer
from tests.unit.world import ADA

ACTS = ("approve", "cancel", "close", "end-archive", "extend", "notify", "pause", "refuse", "resume", "retry")
TWIN = "bbbbbbbb-0000-4000-8000-000000000002"


async def awaiting(office: Office, kind: Kind = Kind.DELETION) -> str:
    """A request about somebody of whom there are two."""
    office.world.person("contoso", TWIN)
    request = await office.world.ended(kind, EmailSubject("ada@example.com"))
    assert request.status is Status.AWAITING_APPROVAL
    return request.id


async def failed(office: Office) -> str:
    office.world.tenants["contoso"].faults = [DirectoryUnavailable("find_users")] * 1000
    request = await office.world.ended(Kind.EXPORT, EmailSubject("ada@example.com"))
    office.world.tenants["contoso"].faults = []
    assert request.status is Status.FAILED
    return request.id


async def accepted(office: Office, kind: Kind = Kind.EXPORT) -> str:
    return (await office.world.accept(kind, EmailSubject("ada@example.com"))).request.id


async def paused(office: Office) -> str:
    request_id = await accepted(office)
    await office.acts(request_id, "pause", OTTO)
    return request_id


async def exported(office: Office) -> str:
    return (await office.world.ended(Kind.EXPORT, EmailSubject("ada@example.com"))).id


async def untold(office: Office) -> str:
    """A request that was cancelled, which no channel could tell of."""
    office.world.channels = (Channel.WEBHOOK,)
    request_id = await accepted(office)
    await office.world.decisions.cancel(request_id, "operator x")
    await office.world.run_what_is_due()
    return request_id


FITTING: Mapping[str, Callable[[Office], Awaitable[str]]] = {
    "approve": awaiting,
    "cancel": accepted,
    "close": failed,
    "end-archive": exported,
    "extend": accepted,
    "notify": untold,
    "pause": accepted,
    "refuse": awaiting,
    "resume": paused,
    "retry": failed,
}
"""A request about which each act can be done."""


async def several(office: Office) -> list[PrivacyRequest]:
    """Requests of both kinds, a day apart; every third has ended."""
    made = []
    for number in range(6):
        kind = (Kind.EXPORT, Kind.DELETION)[number % 2]
        request = (await office.world.accept(kind, EmailSubject(f"p{number}@example.com"))).request
        if number % 3 == 0:
            request = await office.world.decisions.cancel(request.id, "operator x")
        made.append(request)
        await office.world.clock.sleep(timedelta(days=1))
    return sorted(made, key=lambda request: request.id)


async def test_without_a_query_every_open_request_is_listed() -> None:
    office = an_office()
    made = await several(office)
    requests, place = await office.page()
    assert [one["id"] for one in requests] == [one.id for one in made if one.ended_at is None]
    assert place is None


async def test_a_list_is_read_page_by_page() -> None:
    office = an_office()
    made = await several(office)
    seen, place = await office.page(status=",".join(Status), top="2")
    while place is not None:
        page, place = await office.page(status=",".join(Status), top="2", next=place)
        assert len(page) <= 2
        seen += page
    assert [one["id"] for one in seen] == [one.id for one in made]


async def test_a_list_is_of_the_states_the_kind_and_the_due_dates_that_were_asked_for() -> None:
    office = an_office()
    made = await several(office)
    days = sorted(one.due_at for one in made)
    wanted: list[tuple[dict[str, str], Callable[[PrivacyRequest], bool]]] = [
        ({"status": "cancelled"}, lambda one: one.status is Status.CANCELLED),
        ({"status": "accepted,failed"}, lambda one: one.status is Status.ACCEPTED),
        ({"status": "completed"}, lambda _one: False),
        ({"kind": "deletion"}, lambda one: one.ended_at is None and one.kind is Kind.DELETION),
        ({"dueBefore": days[3].isoformat()}, lambda one: not one.ended_at and one.due_at < days[3]),
    ]
    wanted += [({"dueBefore": days[3].isoformat().replace("+", " ")}, wanted[-1][1])]
    for query, has in wanted:
        requests, _ = await office.page(**query)
        assert [one["id"] for one in requests] == [one.id for one in made if has(one)], query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": ""}, "status"),
        ({"status": "open"}, "status"),
        ({"status": "accepted,"}, "status"),
        ({"kind": "erasure"}, "kind"),
        ({"dueBefore": "tomorrow"}, "dueBefore"),
        ({"dueBefore": "2026-11-24T12:00:00"}, "dueBefore"),
        ({"top": "0"}, "top"),
        ({"top": str(MOST + 1)}, "top"),
        ({"top": "٣"}, "top"),
        ({"top": "1" * 5000}, "top"),
        ({"top": "-1"}, "top"),
        ({"next": "x" * (LONGEST_PLACE + 1)}, "next"),
        ({"ada@example.com": "1"}, "query"),
    ],
)
async def test_a_query_that_breaks_a_rule_is_told_by_name(query: dict[str, str], field: str) -> None:
    assert await an_office().fields_at_fault("list_requests", query=query) == [field]


async def test_a_place_that_no_page_gave_is_bad_input() -> None:
    problem = await an_office().is_told(400, "bad_input", "list_requests", query={"next": "somewhere"})
    assert "next" in str(problem["detail"])


async def test_a_request_is_shown_with_a_journal_that_can_be_checked() -> None:
    office = an_office()
    request = await office.world.ended(Kind.EXPORT, EmailSubject("ada@example.com"))
    shown = await office.seen("show_request", "OperatorsView", who=RITA, id=request.id)
    journal, previous, events = shown["journal"], hashlib.sha256(request.id.encode()).hexdigest(), []
    assert isinstance(journal, list)
    stored = await office.world.store.journal(request.id)
    for told, event in zip(journal, stored, strict=True):
        events.append(
            Event(told["number"], event.at, What(told["what"]), told["detail"], told["by"], previous)
        )
        previous = told["hash"]
    check(request.id, events, request.last)
    assert [event.hash for event in events] == [told["hash"] for told in journal]


async def test_nothing_that_is_shown_says_whom_it_is_about() -> None:
    office = an_office()
    request_id = await awaiting(office)
    for response in (
        await office.call("show_request", id=request_id),
        await office.call("list_requests"),
        await office.call("act_on_request", {}, id=request_id, act="close"),
    ):
        text = response.get_body().decode()
        assert request_id in text
        assert not [word for word in ("ada@example", ADA, TWIN, "ticket") if word in text]


async def test_the_links_that_operators_are_given_are_routes_of_theirs() -> None:
    office = an_office()
    for kind in Kind:
        request_id = await accepted(office, kind)
        shown = await office.seen("show_request", "OperatorsView", id=request_id)
        assert shown["links"] == {"self": f"/api/operations/requests/{request_id}"}


async def test_the_letter_that_is_due_comes_with_the_request() -> None:
    office = an_office()
    request_id = await awaiting(office)
    assert (await office.seen("show_request", "OperatorsView", id=request_id))["letter"] is None
    refused = await office.acts(request_id, "refuse")
    letter = refused["letter"]
    assert isinstance(letter, dict)
    assert "excessive" in letter["text"]


@pytest.mark.parametrize("act", ACTS)
async def test_each_act_is_an_event_with_who_did_it_and_its_note_beside(act: str) -> None:
    office = an_office()
    request_id = await FITTING[act](office)
    shown = await office.acts(request_id, act, note="she rang us\n\ttwice")
    journal, notes = shown["journal"], shown["notes"]
    assert isinstance(journal, list)
    assert journal[-1]["by"] == f"operator {OLGA}"
    assert notes == [{"event": journal[-1]["number"], "text": "she rang us\n\ttwice"}]
    assert "rang" not in json.dumps(journal)


@pytest.mark.parametrize("act", ACTS)
async def test_who_may_only_read_may_do_nothing(act: str) -> None:
    office = an_office()
    request_id = await FITTING[act](office)
    before = await office.world.store.get(request_id)
    for who in (RITA, NILS):
        await office.is_told(403, "forbidden", "act_on_request", body={}, who=who, id=request_id, act=act)
    assert await office.world.store.get(request_id) == before


@pytest.mark.parametrize("act", ACTS)
async def test_an_act_that_does_not_fit_is_409_and_changes_nothing(act: str) -> None:
    office = an_office()
    request_id = await awaiting(office)
    await office.world.decisions.refuse(request_id, "operator x", "excessive")
    before = await office.world.store.get(request_id)
    body = {"reason": REASONS[act]} if act in REASONS else {}
    problem = await office.is_told(
        409, "invalid_transition", "act_on_request", body=body, id=request_id, act=act
    )
    assert request_id not in str(problem)
    assert await office.world.store.get(request_id) == before


async def test_two_operators_approve_where_two_must() -> None:
    office = an_office(FourEyes.DELETIONS)
    request_id = await awaiting(office)
    assert (await office.acts(request_id, "approve"))["status"] == "awaiting_approval"
    await office.is_told(409, "invalid_transition", "act_on_request", body={}, id=request_id, act="approve")
    assert (await office.acts(request_id, "approve", OTTO))["status"] == "running"


async def test_an_operator_does_not_approve_what_they_asked_for_as_a_customer() -> None:
    office = an_office(tenant_ids={"contoso": WORKFORCE_TENANT_ID})
    request_id = await awaiting(office)
    stored = await office.world.store.get(request_id)
    hers = f"person:{HASHING.account('contoso', OLGA)}"
    await office.world.store.save(replace(stored, request=replace(stored.request, submitter=hers)))
    await office.is_told(403, "own_request", "act_on_request", body={}, id=request_id, act="approve")
    assert (await office.acts(request_id, "approve", OTTO))["status"] == "running"


READS: tuple[tuple[str, dict[str, str], object], ...] = (
    ("list_requests", {}, None),
    ("show_request", {"id": REQUEST_ID}, None),
    ("search_people", {}, {"name": "ada"}),
)


@pytest.mark.parametrize(("name", "route", "body"), READS)
async def test_who_has_no_role_reads_nothing(name: str, route: dict[str, str], body: object) -> None:
    await an_office().is_told(403, "forbidden", name, body=body, who=NILS, **route)


@pytest.mark.parametrize(
    ("name", "route", "body"), [*READS, ("act_on_request", {"id": REQUEST_ID, "act": "approve"}, {})]
)
async def test_neither_an_app_nor_nobody_is_an_operator(
    name: str, route: dict[str, str], body: object
) -> None:
    office, roles = an_office(), ("PrivacyRequests.Operate", "PrivacyRequests.Read", "Exports.Submit")
    answers = [
        await office.functions.call(name, body, headers, None, **route)
        for headers in (bearer(an_app(NOW, *roles)), {}, {"authorization": "Bearer x"})
    ]
    assert {(one.status_code, one.get_body(), str(one.headers)) for one in answers} == {
        (401, answers[0].get_body(), str(answers[0].headers))
    }


@pytest.mark.parametrize("act", ["", "link", "delete", "Approve", "approve ", "../approve"])
async def test_an_act_that_nobody_knows_is_404(act: str) -> None:
    office = an_office()
    request_id = await awaiting(office)
    await office.is_told(404, "unknown_request", "act_on_request", body={}, id=request_id, act=act)


@pytest.mark.parametrize("unknown", [REQUEST_ID, "", "-" * 36, "1" * 37, REQUEST_ID.upper() + "Z", "ä" * 36])
async def test_an_id_that_nobody_knows_is_404(unknown: str) -> None:
    office = an_office()
    await office.is_told(404, "unknown_request", "show_request", id=unknown)
    await office.is_told(404, "unknown_request", "act_on_request", body={}, id=unknown, act="cancel")


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("refuse", {}, "/reason"),
        ("refuse", {"reason": "complexity"}, "/reason"),
        ("extend", {"reason": "excessive"}, "/reason"),
        ("pause", {"reason": "Ada asked"}, "/reason"),
        ("approve", {"reason": "excessive"}, "/reason"),
        ("cancel", {"note": ""}, "/note"),
        ("cancel", {"note": "x" * (LONGEST_NOTE + 1)}, "/note"),
        *(("cancel", {"note": f"x{control}"}, "/note") for control in "\x00\x08\x0b\r\x1b\x7f\x85\x9b"),
        ("cancel", {"text": "x"}, "/text"),
        ("cancel", {"note": 7}, "/note"),
    ],
)
async def test_an_act_that_breaks_a_rule_is_told_by_field_and_not_done(
    act: str, body: dict[str, object], field: str
) -> None:
    office = an_office()
    request_id = await awaiting(office)
    before = await office.world.store.get(request_id)
    faults = await office.fields_at_fault("act_on_request", body=body, id=request_id, act=act)
    assert faults == [field]
    assert await office.world.store.get(request_id) == before


def test_the_acts_are_those_of_the_contract() -> None:
    operation = OPENAPI["paths"]["/operations/requests/{id}/{act}"]["post"]
    assert isinstance(operation, dict)
    (named,) = (one["schema"]["enum"] for one in operation["parameters"] if one.get("name") == "act")
    assert sorted(named) == list(ACTS)


async def test_acts_and_searches_are_counted_for_each_operator() -> None:
    office = an_office()
    for _ in range(100):
        await office.seen("search_people", "Found", body={"objectId": ADA})
    response = await office.call("search_people", {"objectId": ADA})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "10")
    request_id = await accepted(office)
    await office.is_told(429, "too_many_requests", "act_on_request", body={}, id=request_id, act="cancel")
    await office.seen("search_people", "Found", body={"objectId": ADA}, who=RITA)
    await office.seen("list_requests", "RequestList")


async def test_neither_names_nor_notes_nor_operators_are_logged() -> None:
    office = an_office()
    request_id = await awaiting(office)
    await office.acts(request_id, "refuse", note="she rang us")
    await office.found(name="ada@example.com")
    lines = repr(office.world.log.lines)
    assert not [word for word in ("ada@", "rang", OLGA, RITA, ADA) if word in lines]

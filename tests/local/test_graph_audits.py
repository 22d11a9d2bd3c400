"""The simulator's audit events, page by page."""

from collections.abc import Iterator

import httpx
import pytest

from tests.local.graph_client import all_values, code, graph_client, values
from tests.running import Simulator, started_simulator

AUDITS = "/auditLogs/directoryAudits"


@pytest.fixture(scope="module")
def small_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with started_simulator(tmp_path_factory.mktemp("graph"), "--page-size", "10") as running:
        yield running


@pytest.fixture
def http(small_pages: Simulator) -> Iterator[httpx.Client]:
    small_pages.reset()
    with graph_client(small_pages) as client:
        yield client


def as_target(object_id: str) -> str:
    return f"targetResources/any(t: t/id eq '{object_id}')"


def as_initiator(object_id: str) -> str:
    return f"initiatedBy/user/id eq '{object_id}'"


def event_ids(http: httpx.Client, filter_by: str) -> list[str]:
    pages = all_values(http, AUDITS, {"$filter": filter_by})
    return [str(event["id"]) for page in pages for event in page]


def test_both_queries_together_give_every_event_and_some_twice(
    small_pages: Simulator, http: httpx.Client
) -> None:
    object_id = small_pages.add_user(audit_events=45)
    target, initiator = event_ids(http, as_target(object_id)), event_ids(http, as_initiator(object_id))
    assert sorted({*target, *initiator}) == small_pages.event_ids("contoso", object_id)
    assert len(set(target)) == len(target)
    assert set(target) & set(initiator)


def test_events_are_shaped_as_b2c_s_and_newest_first(small_pages: Simulator, http: httpx.Client) -> None:
    object_id = small_pages.add_user(audit_events=9)
    events = values(http.get(AUDITS, params={"$filter": as_target(object_id)}))
    times = [str(event["activityDateTime"]) for event in events]
    assert times == sorted(times, reverse=True)
    assert all(len(time.partition(".")[2]) == len("1234567Z") for time in times)
    assert {"Authentication", "UserManagement"} == {event["category"] for event in events}


def test_a_next_link_is_opaque_on_the_same_host_and_repeats_the_query(
    small_pages: Simulator, http: httpx.Client
) -> None:
    object_id = small_pages.add_user(audit_events=60)
    answer = http.get(AUDITS, params={"$filter": as_target(object_id), "$top": "5"}).json()
    link = httpx.URL(answer["@odata.nextLink"])
    assert str(link).startswith(f"{small_pages.url}/v1.0{AUDITS}?")
    assert (link.params["$filter"], link.params["$top"]) == (as_target(object_id), "5")
    assert not link.params["$skiptoken"].isdigit()


def test_an_empty_page_has_a_next_link_and_loses_nothing(small_pages: Simulator, http: httpx.Client) -> None:
    object_id = small_pages.add_user(audit_events=60)
    whole = event_ids(http, as_target(object_id))
    small_pages.ask("POST", "audit-pages", empty_page_at=2)
    pages = all_values(http, AUDITS, {"$filter": as_target(object_id)})
    assert [len(page) for page in pages][:3] == [10, 0, 10]
    assert [event["id"] for page in pages for event in page] == whole


@pytest.mark.parametrize("token", ["damaged", "W10=", "e30="])
def test_a_damaged_page_token_has_expired(http: httpx.Client, token: str) -> None:
    answer = http.get(AUDITS, params={"$skiptoken": token})
    assert (answer.status_code, code(answer)) == (400, "Directory_ExpiredPageToken")


def test_events_can_be_cut_by_time(small_pages: Simulator, http: httpx.Client) -> None:
    object_id = small_pages.add_user(audit_events=20)
    by_person = as_target(object_id)
    whole = event_ids(http, by_person)
    middle = str(values(http.get(AUDITS, params={"$filter": by_person}))[5]["activityDateTime"])
    later = event_ids(http, f"{by_person} and activityDateTime ge {middle}")
    earlier = event_ids(http, f"{by_person} and activityDateTime le {middle}")
    assert (later, earlier) == (whole[:6], whole[5:])


@pytest.mark.parametrize(
    "filter_by",
    [
        "initiatedBy/user/id eq 'x' or initiatedBy/user/id eq 'y'",
        "contains(activityDisplayName,'x')",
        "category eq 'x'",
        "activityDateTime gt yesterday",
        "not (id eq 'x')",
    ],
)
def test_a_filter_outside_the_documented_table_is_400(http: httpx.Client, filter_by: str) -> None:
    answer = http.get(AUDITS, params={"$filter": filter_by})
    assert (answer.status_code, code(answer)) == (400, "BadRequest")

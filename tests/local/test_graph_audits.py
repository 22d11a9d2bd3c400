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


def test_events_that_come_between_two_pages_repeat_and_hide_nothing(
    small_pages: Simulator, http: httpx.Client
) -> None:
    object_id = small_pages.add_user(audit_events=60)
    whole = event_ids(http, as_target(object_id))
    first = http.get(AUDITS, params={"$filter": as_target(object_id)})
    http.delete(f"/users/{object_id}")
    second = http.get(first.json()["@odata.nextLink"])
    assert [event["id"] for event in (*values(first), *values(second))] == whole[:20]
    assert len(event_ids(http, as_target(object_id))) == len(whole) + 1


def test_a_page_token_is_good_for_its_own_query_alone(small_pages: Simulator, http: httpx.Client) -> None:
    object_id = small_pages.add_user(audit_events=60)
    link = http.get(AUDITS, params={"$filter": as_target(object_id)}).json()["@odata.nextLink"]
    token = httpx.URL(link).params["$skiptoken"]
    answer = http.get(AUDITS, params={"$filter": as_initiator(object_id), "$skiptoken": token})
    assert (answer.status_code, code(answer)) == (400, "Directory_ExpiredPageToken")


def test_the_oldest_can_come_first(small_pages: Simulator, http: httpx.Client) -> None:
    object_id = small_pages.add_user(audit_events=40)
    asked = {"$filter": as_target(object_id), "$orderby": "activityDateTime asc"}
    given = [event["id"] for page in all_values(http, AUDITS, asked) for event in page]
    assert given == event_ids(http, as_target(object_id))[::-1]


@pytest.mark.parametrize("token", ["damaged", "W10=", "e30=", "MQ==", "00" * 20])
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


def test_a_time_without_a_fraction_is_the_beginning_of_its_second(
    small_pages: Simulator, http: httpx.Client
) -> None:
    by_person = as_target(small_pages.add_user(audit_events=20))
    whole = event_ids(http, by_person)
    moment = str(values(http.get(AUDITS, params={"$filter": by_person}))[5]["activityDateTime"])
    second = moment.partition(".")[0] + "Z"
    assert event_ids(http, f"{by_person} and activityDateTime ge {second}") == whole[:6]
    assert event_ids(http, f"{by_person} and activityDateTime le {second}") == whole[6:]


@pytest.mark.parametrize(
    ("filter_by", "found"),
    [
        ("activityDisplayName eq 'Update user'", True),
        ("startswith(activityDisplayName,'Issue')", True),
        ("loggedByService eq 'B2C'", True),
        ("initiatedBy/app/displayName eq 'privacy requests'", False),
        ("startswith(initiatedBy/user/userPrincipalName,'ada')", False),
        ("targetResources/any(t:t/displayName eq 'Ada')", False),
        ("targetResources/any(t: startswith(t/displayName,'Ada'))", False),
        ("activityDateTime ge 2000-01-01", True),
    ],
)
def test_events_can_be_found_by_what_graph_s_table_names(
    small_pages: Simulator, http: httpx.Client, filter_by: str, *, found: bool
) -> None:
    object_id = small_pages.add_user(audit_events=9)
    assert bool(event_ids(http, f"{as_target(object_id)} and {filter_by}")) is found


def test_two_targets_at_once_are_not_simulated(http: httpx.Client) -> None:
    answer = http.get(AUDITS, params={"$filter": f"{as_target('x')} and {as_target('y')}"})
    assert answer.status_code == 501


def test_events_of_somebody_unknown_are_an_empty_list(http: httpx.Client) -> None:
    assert event_ids(http, as_target("nobody")) == event_ids(http, as_initiator("nobody")) == []


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

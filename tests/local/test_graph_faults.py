"""What the simulator does not know, and the faults it shows on demand."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from tests.local.graph_client import code, graph_client, token
from tests.running import Simulator, started_simulator


@pytest.fixture
def http(simulator: Simulator) -> Iterator[httpx.Client]:
    with graph_client(simulator) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("GET", "/groups", "/v1.0/groups"),
        ("POST", "/groups", "POST"),
        ("GET", "/users?$expand=manager", "$expand"),
        ("GET", "/users?$orderby=displayName", "$orderby"),
        ("GET", "/users?$filter=startswith(city,'A')", "startswith(city,'')"),
        ("GET", "/auditLogs/directoryAudits?$select=id", "$select"),
        ("GET", "/auditLogs/directoryAudits?$orderby=id", "$orderby"),
        ("GET", "/users/{id}/manager", "/manager"),
        ("OPTIONS", "/users", "OPTIONS"),
        ("PATCH", "/users/{id}", "PATCH of anything but accountEnabled"),
    ],
)
def test_what_it_does_not_know_is_501_and_named(
    simulator: Simulator, http: httpx.Client, method: str, path: str, named: str
) -> None:
    path = path.replace("{id}", simulator.add_user())
    answer = http.request(method, path, json={"displayName": "x"} if method == "PATCH" else None)
    assert (answer.status_code, code(answer)) == (501, "NotSimulated")
    assert named in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("429", "TooManyRequests"),
        ("500", "InternalServerError"),
        ("503", "serviceNotAvailable"),
        ("504", "UnknownError"),
    ],
)
@pytest.mark.parametrize("wait", [None, 7])
def test_a_fault_says_when_to_come_again_or_does_not(
    simulator: Simulator, http: httpx.Client, kind: str, told: str, wait: int | None
) -> None:
    simulator.fault(kind, retry_after=wait)
    answer = http.get("/users")
    assert (answer.status_code, code(answer)) == (int(kind), told)
    assert answer.headers.get("retry-after") == (None if wait is None else str(wait))
    assert http.get("/users").status_code == 200


def test_too_many_requests_are_told_as_graph_documents_it(simulator: Simulator, http: httpx.Client) -> None:
    simulator.fault("429")
    error = http.get("/users").json()["error"]
    inner = {name: error["innerError"][name] for name in ("code", "message", "status")}
    assert error["message"] == "Please retry again later."
    assert inner == {"code": "429", "message": "Please retry after", "status": "429"}


def test_a_bad_gateway_speaks_html(simulator: Simulator, http: httpx.Client) -> None:
    simulator.fault("502")
    answer = http.get("/users")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<html>")


def test_a_slow_call_is_answered_late_and_rightly(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    simulator.fault("slow", seconds=0.4)
    started = time.monotonic()
    answer = http.get(f"/users/{object_id}")
    assert time.monotonic() - started >= 0.4
    assert answer.json()["id"] == object_id


def test_a_slow_call_has_its_effect_though_the_caller_has_given_up(
    simulator: Simulator, http: httpx.Client
) -> None:
    object_id = simulator.add_user()
    simulator.fault("slow", seconds=1, method="DELETE")
    with pytest.raises(httpx.ReadTimeout):
        http.delete(f"/users/{object_id}", timeout=0.1)
    assert simulator.state("contoso", object_id) == "active"
    time.sleep(1.2)
    assert simulator.state("contoso", object_id) == "soft_deleted"


def test_a_slow_body_comes_in_pieces_and_is_whole(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    simulator.fault("slow_body", seconds=0.4)
    with http.stream("GET", f"/users/{object_id}") as answer:
        started = time.monotonic()
        pieces = list(answer.iter_raw())
    assert time.monotonic() - started >= 0.3
    assert len(pieces) > 3
    assert json.loads(b"".join(pieces))["id"] == object_id


def test_a_truncated_body_is_as_long_as_its_head_says_and_no_json(
    simulator: Simulator, http: httpx.Client
) -> None:
    whole = http.get("/users")
    simulator.fault("truncated")
    answer = http.get("/users")
    assert (answer.status_code, answer.headers["content-type"]) == (200, whole.headers["content-type"])
    assert int(answer.headers["content-length"]) == len(answer.content) == len(whole.content) // 2
    with pytest.raises(ValueError):
        answer.json()


def test_an_answer_of_something_between_is_called_good_and_no_json(
    simulator: Simulator, http: httpx.Client
) -> None:
    simulator.fault("no_json")
    answer = http.get("/users")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    with pytest.raises(ValueError):
        answer.json()


def test_a_page_expires_only_where_one_is_asked_for(simulator: Simulator, http: httpx.Client) -> None:
    simulator.fault("expired_page")
    link = http.get("/users", params={"$top": "1"}).json()["@odata.nextLink"]
    assert simulator.struck() == [0]
    answer = http.get(link)
    assert (answer.status_code, code(answer)) == (400, "Directory_ExpiredPageToken")
    assert http.get(link).status_code == 200


@pytest.mark.parametrize(("kind", "left"), [("cut_before", "active"), ("cut_after", "soft_deleted")])
def test_a_cut_connection_comes_before_the_effect_or_after_it(
    simulator: Simulator, http: httpx.Client, kind: str, left: str
) -> None:
    object_id = simulator.add_user()
    simulator.fault(kind, method="DELETE")
    with pytest.raises(httpx.RemoteProtocolError):
        http.delete(f"/users/{object_id}")
    assert simulator.state("contoso", object_id) == left


def test_a_fault_hits_the_calls_it_was_asked_for_as_often_as_it_was(
    simulator: Simulator, http: httpx.Client
) -> None:
    object_id = simulator.add_user()
    simulator.fault("503", path=object_id, method="GET", tenant="contoso", after=1, times=2)
    statuses = [http.get(f"/users/{object_id}").status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]
    simulator.fault("503", tenant="fabrikam")
    assert http.get("/users").status_code == 200
    with graph_client(simulator, "fabrikam") as other:
        assert other.get("/users").status_code == 503


def test_a_fault_without_times_goes_on_until_cleared(simulator: Simulator, http: httpx.Client) -> None:
    simulator.fault("503", times=None)
    assert [http.get("/users").status_code for _ in range(5)] == [503] * 5
    assert simulator.struck() == [5]
    simulator.ask("DELETE", "faults")
    assert http.get("/users").status_code == 200


def test_a_fault_by_chance_strikes_some_and_the_same_ones_each_time(
    simulator: Simulator, http: httpx.Client
) -> None:
    outcomes = []
    for _ in range(2):
        simulator.ask("DELETE", "faults")
        simulator.fault("503", probability=0.5, times=None)
        outcomes.append([http.get("/users").status_code for _ in range(20)])
    assert outcomes[0] == outcomes[1]
    assert set(outcomes[0]) == {200, 503}


def test_faults_of_one_kind_of_call_do_not_change_the_luck_of_others(
    simulator: Simulator, http: httpx.Client
) -> None:
    def luck(*, interrupted: bool) -> list[int]:
        simulator.ask("DELETE", "faults")
        simulator.fault("503", probability=0.5, times=None, path="/users/")
        if interrupted:
            simulator.fault("500", probability=0.5, times=None, path="/applications")
        statuses = []
        for _ in range(10):
            http.get("/applications")
            statuses.append(http.get("/users/nobody").status_code)
        return statuses

    assert luck(interrupted=False) == luck(interrupted=True)


def test_it_tells_how_often_each_fault_has_met_a_call_and_struck(
    simulator: Simulator, http: httpx.Client
) -> None:
    simulator.fault("503", path="/users", after=1, times=1)
    simulator.fault("504", path="/nothing")
    for _ in range(4):
        http.get("/users")
    assert simulator.ask("GET", "faults").json() == [
        {"fault": "503", "path": "/users", "met": 2, "struck": 1},
        {"fault": "504", "path": "/nothing", "met": 0, "struck": 0},
    ]


@pytest.mark.parametrize("kind", ["429", "500", "503", "504"])
def test_a_fault_may_be_of_the_login_endpoint(simulator: Simulator, kind: str) -> None:
    simulator.fault(kind, endpoint="login", tenant="contoso", retry_after=3)
    assert token(simulator, "fabrikam").status_code == 200
    answer = token(simulator)
    assert (answer.status_code, answer.json()["error"]) == (int(kind), "temporarily_unavailable")
    assert answer.headers["retry-after"] == "3"
    assert token(simulator).status_code == 200


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_the_connection_to_the_login_endpoint_may_be_cut(simulator: Simulator, kind: str) -> None:
    simulator.fault(kind, endpoint="login")
    with pytest.raises(httpx.RemoteProtocolError):
        token(simulator)


def test_a_fault_may_be_for_one_query_alone(simulator: Simulator, http: httpx.Client) -> None:
    simulator.fault("503", path="mail eq 'ada@example.com'")
    assert http.get("/users", params={"$filter": "mail eq 'eve@example.com'"}).status_code == 200
    assert http.get("/users", params={"$filter": "mail eq 'ada@example.com'"}).status_code == 503


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"fault": "earthquake"}, "429"),
        ({}, "fault"),
        ({"fault": "429", "retry-after": 1}, "retry-after"),
        ({"fault": "429", "seconds": 1}, "seconds"),
        ({"fault": "cut_after", "retry_after": 1}, "retry_after"),
        ({"fault": "429", "tenant": "nowhere"}, "contoso"),
        ({"fault": "429", "times": "often"}, "often"),
        ({"fault": "429", "times": 0}, "times"),
        ({"fault": "429", "times": True}, "times"),
        ({"fault": "429", "after": -1}, "after"),
        ({"fault": "429", "retry_after": 0.5}, "retry_after"),
        ({"fault": "429", "probability": 0}, "probability"),
        ({"fault": "429", "probability": 1.5}, "probability"),
        ({"fault": "429", "method": "delete"}, "DELETE"),
        ({"fault": "slow", "seconds": -1}, "seconds"),
        ({"fault": "truncated", "method": "DELETE"}, "GET"),
        ({"fault": "slow_body", "method": "PATCH"}, "POST"),
        ({"fault": "expired_page", "method": "POST"}, "GET"),
        ({"fault": "expired_page", "endpoint": "login"}, "graph"),
        ({"fault": "429", "endpoint": "login", "method": "GET"}, "POST"),
        ({"fault": "429", "endpoint": "elsewhere"}, "login"),
    ],
)
def test_a_fault_that_would_never_strike_is_refused(
    simulator: Simulator, asked: dict[str, object], told: str
) -> None:
    answer = simulator.control.post("/_control/faults", json=asked)
    assert answer.status_code == 400
    assert told in answer.json()["error"]


@pytest.mark.parametrize("body", ["", "[]", "{"])
@pytest.mark.parametrize("what", ["faults", "quotas", "lag"])
def test_what_is_asked_must_be_a_json_object(simulator: Simulator, what: str, body: str) -> None:
    assert simulator.control.post(f"/_control/{what}", content=body).status_code == 400


def test_calls_are_remembered_with_their_tenant_and_fault(simulator: Simulator, http: httpx.Client) -> None:
    http.get("/users")
    httpx.get(f"{simulator.url}/v1.0/users", trust_env=False)
    simulator.fault("503")
    http.get("/users")
    known = {"tenant": "contoso", "app_id": simulator.tenants[0]["client_id"]}
    assert simulator.calls() == [
        {**known, "method": "GET", "path": "/v1.0/users", "status": 200},
        {"tenant": None, "method": "GET", "path": "/v1.0/users", "status": 401},
        {**known, "method": "GET", "path": "/v1.0/users", "status": 503, "fault": "503"},
    ]


def _started(folder: Path) -> AbstractContextManager[Simulator]:
    return started_simulator(folder, "--seed=5", "--users=40", "--tenants=3", "--audit-events=4")


def test_people_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    with _started(tmp_path / "one") as one, _started(tmp_path / "two") as two:
        assert one.ready["sample_users"] == two.ready["sample_users"]
        assert one.tenants == two.tenants


def test_people_are_of_many_kinds(tmp_path: Path) -> None:
    with _started(tmp_path) as running:
        samples = _samples(running)
        users = [_user(running, sample) for sample in samples]
        counts = [len(running.event_ids(one["tenant"], one["object_id"])) for one in samples]
    assert Counter(sample["tenant"] for sample in samples) == {"contoso": 14, "fabrikam": 13, "litware": 13}
    assert {"emailAddress", "userName", "federated"} <= {kind for user in users for kind in _kinds(user)}
    assert not all(str(user["displayName"]).isascii() for user in users)
    assert (counts[0], 0 in counts, max(counts) > 0) == (4, True, True)


def test_some_people_have_an_account_in_two_tenants(tmp_path: Path) -> None:
    with _started(tmp_path) as running:
        homes = Counter(sample["email"] for sample in _samples(running) if "email" in sample)
        places = {(sample.get("email"), sample["tenant"]) for sample in _samples(running)}
    twins = [address for address, count in homes.items() if count == 2]
    assert twins
    assert all(len([place for place in places if place[0] == address]) == 2 for address in twins)


def _samples(simulator: Simulator) -> list[dict[str, str]]:
    users = simulator.ready["sample_users"]
    assert isinstance(users, list)
    return users


def _user(simulator: Simulator, sample: dict[str, str]) -> dict[str, object]:
    answer = simulator.ask("GET", f"users/{sample['tenant']}/{sample['object_id']}").json()
    user: dict[str, object] = answer["user"]
    return user


def _kinds(user: dict[str, object]) -> list[str]:
    identities = user["identities"]
    assert isinstance(identities, list)
    return [str(identity["signInType"]) for identity in identities]

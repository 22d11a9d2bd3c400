"""What the simulator does not know, and the faults it shows on demand."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from tests.local.graph_client import code, graph_client
from tests.running import Simulator, started_simulator


@pytest.fixture
def http(simulator: Simulator) -> Iterator[httpx.Client]:
    with graph_client(simulator) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("GET", "/groups", "/v1.0/groups"),
        ("POST", "/users", "POST"),
        ("GET", "/users?$expand=manager", "$expand"),
        ("GET", "/users?$orderby=displayName", "$orderby"),
        ("GET", "/users?$filter=startswith(displayName,'A')", "startswith(displayName,'')"),
        ("GET", "/auditLogs/directoryAudits?$select=id", "$select"),
        ("GET", "/auditLogs/directoryAudits?$orderby=id", "$orderby"),
        ("GET", "/users/{id}/memberOf", "/memberOf"),
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


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("503", 503)])
@pytest.mark.parametrize("wait", [None, 7])
def test_a_fault_says_when_to_come_again_or_does_not(
    simulator: Simulator, http: httpx.Client, kind: str, status: int, wait: int | None
) -> None:
    simulator.fault(kind, retry_after=wait)
    answer = http.get("/users")
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == (None if wait is None else str(wait))
    assert http.get("/users").status_code == 200


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


def test_a_fault_may_be_for_one_query_alone(simulator: Simulator, http: httpx.Client) -> None:
    simulator.fault("503", path="mail eq 'ada@example.com'")
    assert http.get("/users", params={"$filter": "mail eq 'eve@example.com'"}).status_code == 200
    assert http.get("/users", params={"$filter": "mail eq 'ada@example.com'"}).status_code == 503


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"fault": "earthquake"}, "429"),
        ({"fault": "429", "retry-after": 1}, "retry-after"),
        ({"fault": "429", "tenant": "nowhere"}, "contoso"),
        ({"fault": "429", "times": "often"}, "often"),
    ],
)
def test_a_fault_that_would_never_strike_is_refused(
    simulator: Simulator, asked: dict[str, object], told: str
) -> None:
    answer = simulator.control.post("/_control/faults", json=asked)
    assert answer.status_code == 400
    assert told in answer.json()["error"]


def test_calls_are_remembered_with_their_tenant(simulator: Simulator, http: httpx.Client) -> None:
    http.get("/users")
    httpx.get(f"{simulator.url}/v1.0/users", trust_env=False)
    assert simulator.calls() == [
        {"tenant": "contoso", "method": "GET", "path": "/v1.0/users", "status": 200},
        {"tenant": None, "method": "GET", "path": "/v1.0/users", "status": 401},
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

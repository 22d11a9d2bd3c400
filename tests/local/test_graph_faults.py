"""What the simulator does not know, and the faults it shows on demand."""

from collections.abc import Iterator

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


def test_an_unknown_fault_is_refused(simulator: Simulator) -> None:
    answer = simulator.control.post("/_control/faults", json={"fault": "earthquake"})
    assert answer.status_code == 400
    assert "429" in answer.json()["error"]


def test_calls_are_remembered_with_their_tenant(simulator: Simulator, http: httpx.Client) -> None:
    http.get("/users")
    httpx.get(f"{simulator.url}/v1.0/users", trust_env=False)
    assert simulator.calls() == [
        {"tenant": "contoso", "method": "GET", "path": "/v1.0/users", "status": 200},
        {"tenant": None, "method": "GET", "path": "/v1.0/users", "status": 401},
    ]


def test_people_are_many_kinds_and_the_same_for_the_same_seed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    options = ("--seed", "5", "--users", "40", "--tenants", "3", "--audit-events", "4")
    folders = (tmp_path_factory.mktemp("graph") for _ in range(2))
    ready = []
    for folder in folders:
        with started_simulator(folder, *options) as running:
            ready.append(running.ready)
            names = [_user(running, user)["displayName"] for user in _samples(running.ready)]
            counts = {
                len(running.event_ids(user["tenant"], user["object_id"])) for user in _samples(running.ready)
            }
    assert _samples(ready[0]) == _samples(ready[1])
    assert {"contoso", "fabrikam", "litware"} == {user["tenant"] for user in _samples(ready[0])}
    assert {"email", "user_name"} <= {key for user in _samples(ready[0]) for key in user}
    assert not all(str(name).isascii() for name in names)
    assert 0 in counts


def _samples(ready: object) -> list[dict[str, str]]:
    assert isinstance(ready, dict)
    users: list[dict[str, str]] = ready["sample_users"]
    return users


def _user(simulator: Simulator, sample: dict[str, str]) -> dict[str, object]:
    held: dict[str, object] = simulator.ask("GET", f"users/{sample['tenant']}/{sample['object_id']}").json()[
        "user"
    ]
    return held

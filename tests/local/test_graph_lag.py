"""Replication lag: reads are behind, writes are not."""

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest

from tests.local.graph_client import graph_client, values
from tests.running import Simulator

LAG = 1.5


@pytest.fixture
def http(simulator: Simulator) -> Iterator[httpx.Client]:
    with graph_client(simulator) as client:
        yield client


def behind(simulator: Simulator, seconds: float = LAG) -> None:
    simulator.ask("POST", "lag", seconds=seconds)


def statuses(http: httpx.Client, object_id: str) -> tuple[int, int]:
    """What reads say of a user: among the users, in the recycle bin."""
    paths = (f"/users/{object_id}", f"/directory/deletedItems/{object_id}")
    users, recycled = (http.get(path).status_code for path in paths)
    return users, recycled


def seconds_until(seen: Callable[[], bool]) -> float:
    started = time.monotonic()
    while not seen():
        assert time.monotonic() - started < 10
        time.sleep(0.05)
    return time.monotonic() - started


def test_a_deleted_user_still_shows_for_a_while_and_is_not_in_the_bin_yet(
    simulator: Simulator, http: httpx.Client
) -> None:
    object_id = simulator.add_user()
    behind(simulator)
    http.delete(f"/users/{object_id}")
    assert simulator.state("contoso", object_id) == "soft_deleted"
    assert statuses(http, object_id) == (200, 404)
    assert seconds_until(lambda: statuses(http, object_id) == (404, 200)) > LAG / 2


def test_a_new_user_is_not_found_at_first(simulator: Simulator, http: httpx.Client) -> None:
    behind(simulator)
    mail = f"{uuid4().hex}@example.com"
    object_id = simulator.add_user(mail=mail)
    by_mail = {"$filter": f"mail eq '{mail}'"}
    assert simulator.state("contoso", object_id) == "active"
    assert http.get(f"/users/{object_id}").status_code == 404
    assert values(http.get("/users", params=by_mail)) == []
    assert seconds_until(lambda: len(values(http.get("/users", params=by_mail))) == 1) > LAG / 2


def test_writes_meet_what_is_really_so(simulator: Simulator, http: httpx.Client) -> None:
    behind(simulator)
    object_id = simulator.add_user()
    recycled = f"/directory/deletedItems/{object_id}"
    assert http.delete(f"/users/{object_id}").status_code == 204
    assert http.delete(f"/users/{object_id}").status_code == 404
    assert http.post(f"{recycled}/restore").status_code == 200
    assert http.delete(f"/users/{object_id}").status_code == 204
    assert http.delete(recycled).status_code == 204
    assert http.delete(recycled).status_code == 404
    assert simulator.state("contoso", object_id) == "gone"


def test_a_restored_user_and_one_deleted_for_good_show_so_after_the_lag(
    simulator: Simulator, http: httpx.Client
) -> None:
    restored, purged = simulator.add_user(), simulator.add_user()
    for object_id in (restored, purged):
        http.delete(f"/users/{object_id}")
    behind(simulator)
    http.post(f"/directory/deletedItems/{restored}/restore")
    http.delete(f"/directory/deletedItems/{purged}")
    assert statuses(http, restored) == statuses(http, purged) == (404, 200)
    seconds_until(lambda: statuses(http, restored) == (200, 404))
    seconds_until(lambda: statuses(http, purged) == (404, 404))


def test_changed_properties_show_after_the_lag(simulator: Simulator, http: httpx.Client) -> None:
    object_id, asked = simulator.add_user(), {"$select": "accountEnabled"}
    behind(simulator)
    http.patch(f"/users/{object_id}", json={"accountEnabled": False})

    def enabled() -> bool:
        return bool(http.get(f"/users/{object_id}", params=asked).json()["accountEnabled"])

    assert enabled()
    assert simulator.ask("GET", f"users/contoso/{object_id}").json()["user"]["accountEnabled"] is False
    assert seconds_until(lambda: not enabled()) > LAG / 2


def test_the_state_after_each_write_shows_in_turn(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    behind(simulator)
    http.delete(f"/users/{object_id}")
    time.sleep(LAG / 3)
    http.delete(f"/directory/deletedItems/{object_id}")
    seen, deadline = [404], time.monotonic() + 10
    while seen.count(404) < 2 and time.monotonic() < deadline:  # not there yet, not there any more
        status = http.get(f"/directory/deletedItems/{object_id}").status_code
        seen += [status] if status != seen[-1] else []
        time.sleep(0.05)
    assert seen == [404, 200, 404]


def test_audit_events_show_after_the_lag(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user(audit_events=3)
    asked = {"$filter": f"targetResources/any(t: t/id eq '{object_id}')"}
    before = len(values(http.get("/auditLogs/directoryAudits", params=asked)))
    behind(simulator)
    http.delete(f"/users/{object_id}")

    def shown() -> int:
        return len(values(http.get("/auditLogs/directoryAudits", params=asked)))

    assert shown() == before
    assert len(simulator.event_ids("contoso", object_id)) == 3 + 1
    assert seconds_until(lambda: shown() == before + 1) > LAG / 2


def test_without_lag_everything_shows_at_once(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    behind(simulator, 60)
    http.delete(f"/users/{object_id}")
    simulator.reset()
    assert statuses(http, object_id) == (404, 200)


@pytest.mark.parametrize("asked", [{}, {"seconds": "long"}, {"seconds": -1}, {"seconds": True}])
def test_a_lag_is_a_number_of_seconds(simulator: Simulator, asked: dict[str, object]) -> None:
    answer = simulator.control.post("/_control/lag", json=asked)
    assert (answer.status_code, "seconds" in answer.json()["error"]) == (400, True)

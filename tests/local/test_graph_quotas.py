"""Graph's documented limits, when they are switched on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from local.graph.answers import GraphError
from local.graph.directory import Tenant
from local.graph.quotas import WRITES, Quotas, Usage
from tests.local.graph_client import code, graph_client
from tests.running import Simulator

AUDITS = "/auditLogs/directoryAudits"
CONTOSO = Tenant("contoso", "tenant-id", "contoso.onmicrosoft.com", "client-id", "secret", "app")
READ = Usage("GET", "users/x", {})
WRITE = Usage("DELETE", "users/x", {})
REPORT = Usage("GET", "auditLogs/directoryAudits", {})


@dataclass
class Seconds:
    """A clock that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def quotas(clock: Seconds) -> Quotas:
    limits = Quotas(clock)
    limits.switch(on=True)
    return limits


@pytest.fixture
def http(simulator: Simulator) -> Iterator[httpx.Client]:
    with graph_client(simulator) as client:
        yield client


def fitting(quotas: Quotas, usage: Usage, tenant: Tenant = CONTOSO) -> int:
    """How many such calls are taken at one moment before the first is refused."""
    for number in range(10_000):
        try:
            quotas.take(tenant, usage)
        except GraphError:
            return number
    raise AssertionError("there is no limit")


@pytest.mark.parametrize(
    ("method", "path", "options", "units"),
    [
        ("GET", "users/x", {}, 1),
        ("GET", "users/x", {"$select": "id"}, 1),
        ("GET", "users", {}, 2),
        ("GET", "Users", {"$select": "id"}, 1),
        ("GET", "users", {"$top": "19"}, 1),
        ("GET", "users", {"$top": "20"}, 2),
        ("GET", "users", {"$select": "id", "$top": "5"}, 1),
        ("GET", "users", {"$expand": "manager"}, 3),
        ("GET", "users/x/memberOf", {}, 2),
        ("GET", "users/x/transitiveMemberOf", {}, 2),
        ("POST", "users/x/revokeSignInSessions", {}, 1),
        ("GET", "applications", {}, 2),
        ("DELETE", "users/x", {}, 1),
        ("PATCH", "users/x", {}, 1),
    ],
)
def test_a_call_costs_what_is_documented(method: str, path: str, options: dict[str, str], units: int) -> None:
    assert Usage(method, path, options).resource_units == units


@pytest.mark.parametrize(("users", "units"), [(0, 3500), (49, 3500), (50, 5000), (500, 5000), (501, 8000)])
def test_the_larger_the_tenant_the_more_resource_units_it_has(quotas: Quotas, users: int, units: int) -> None:
    tenant = replace(CONTOSO, users={str(number): {} for number in range(users)})
    assert fitting(quotas, READ, tenant) == units


def test_of_writes_there_are_3000_in_150_seconds(quotas: Quotas, clock: Seconds) -> None:
    assert fitting(quotas, WRITE) == 3000
    with pytest.raises(GraphError) as refused:
        quotas.take(CONTOSO, WRITE)
    assert refused.value.headers["x-ms-throttle-information"] == "WriteLimitExceeded"
    clock.now += 1
    assert fitting(quotas, WRITE) == 20 - 2  # two were refused, and count


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "users/x"),
        ("POST", "users/x/revokeSignInSessions"),
        ("DELETE", "directory/deletedItems/x"),
        ("POST", "directory/deletedItems/x/restore"),
    ],
)
def test_writes_of_every_kind_are_counted_together(quotas: Quotas, method: str, path: str) -> None:
    quotas.take(CONTOSO, Usage(method, path, {}))
    assert fitting(quotas, WRITE) == 3000 - 1


def test_after_the_wait_that_was_asked_for_there_is_room_again(quotas: Quotas, clock: Seconds) -> None:
    assert fitting(quotas, REPORT) == 5
    with pytest.raises(GraphError) as refused:
        quotas.take(CONTOSO, REPORT)
    clock.now += int(refused.value.headers["Retry-After"]) - 0.1
    with pytest.raises(GraphError) as refused:
        quotas.take(CONTOSO, REPORT)
    clock.now += int(refused.value.headers["Retry-After"])
    assert quotas.take(CONTOSO, REPORT)


def test_calls_that_are_refused_count_but_not_without_end(quotas: Quotas, clock: Seconds) -> None:
    for _ in range(100):
        fitting(quotas, REPORT)
    clock.now += 10
    assert fitting(quotas, REPORT) == 1


def test_reports_use_no_resource_units_and_other_tenants_have_limits_of_their_own(quotas: Quotas) -> None:
    assert fitting(quotas, REPORT) == 5
    assert fitting(quotas, REPORT, replace(CONTOSO, name="fabrikam")) == 5
    assert fitting(quotas, READ) == 3500


def test_switching_on_begins_with_nothing_used(quotas: Quotas) -> None:
    fitting(quotas, REPORT)
    quotas.switch(on=True)
    assert fitting(quotas, REPORT) == 5


@pytest.mark.parametrize("used", [0.0, 0.9, 1.0])
def test_a_limit_allows_what_its_bucket_takes_and_no_more(
    quotas: Quotas, clock: Seconds, used: float
) -> None:
    """Asked for ever again, without a refusal that would count."""
    quotas.switch(on=True, used=used)
    taken = 0
    for _ in range(300):
        free = WRITES.allows(clock.now, used) - taken
        for _ in range(int(free + 1e-6)):
            quotas.take(CONTOSO, WRITE)
            taken += 1
        clock.now += 0.1
    assert taken == int(WRITES.allows(29.9, used) + 1e-6)
    clock.now -= 0.1
    with pytest.raises(GraphError):
        quotas.take(CONTOSO, WRITE)


def test_limits_can_begin_with_a_part_used(quotas: Quotas, clock: Seconds) -> None:
    clock.now += 100
    quotas.switch(on=True, used=0.9)
    assert fitting(quotas, WRITE) == 300
    assert fitting(quotas, READ, replace(CONTOSO, name="fabrikam")) == 350


def test_the_sixth_report_within_ten_seconds_is_refused_as_documented(
    simulator: Simulator, http: httpx.Client
) -> None:
    simulator.ask("POST", "quotas", on=True)
    answers = [http.get(AUDITS) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    refused, home = answers[-1], simulator.tenants[0]
    assert code(refused) == "TooManyRequests"
    assert refused.json()["error"]["innerError"]["status"] == "429"
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    scope = f"Tenant_Application/ReadWrite/{home['client_id']}/{home['tenant_id']}"
    assert refused.headers["x-ms-throttle-scope"] == scope
    assert refused.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert float(refused.headers["x-ms-throttle-limit-percentage"]) > 1
    assert http.get("/users").status_code == 200


def test_answers_say_how_much_of_a_limit_is_used_when_that_is_a_lot(
    simulator: Simulator, http: httpx.Client
) -> None:
    simulator.ask("POST", "quotas", on=True)
    told = [http.get(AUDITS).headers.get("x-ms-throttle-limit-percentage") for _ in range(5)]
    assert told[:4] == [None] * 4
    assert 0.8 < float(told[4] or 0) <= 1


@pytest.mark.parametrize("on", [True, False])
def test_answers_say_what_they_cost_whether_limits_hold_or_not(
    simulator: Simulator, http: httpx.Client, *, on: bool
) -> None:
    simulator.ask("POST", "quotas", on=on)
    assert http.get("/users").headers["x-ms-resource-unit"] == "2"
    assert http.get("/users/nobody").headers["x-ms-resource-unit"] == "1"
    assert "x-ms-resource-unit" not in http.get(AUDITS).headers


def test_the_simulator_takes_limits_that_are_used_up(simulator: Simulator, http: httpx.Client) -> None:
    simulator.ask("POST", "quotas", on=True, used=1)
    assert http.get(AUDITS).status_code == 429


def test_without_quotas_nothing_is_refused(simulator: Simulator, http: httpx.Client) -> None:
    simulator.ask("POST", "quotas", on=True)
    simulator.reset()
    assert {http.get(AUDITS).status_code for _ in range(12)} == {200}


@pytest.mark.parametrize("asked", [{}, {"on": "yes"}, {"on": None}])
def test_quotas_are_on_or_off(simulator: Simulator, asked: dict[str, object]) -> None:
    answer = simulator.control.post("/_control/quotas", json=asked)
    assert (answer.status_code, "true or false" in answer.json()["error"]) == (400, True)

"""What the simulator tells of a tenant's set-up, and the users that an app makes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import uuid4

import httpx
import pytest

from local.graph.directory import ALL_ROLES
from tests.local.graph_client import code, graph_client, token, values
from tests.running import Simulator

MADE = {
    "accountEnabled": False,
    "displayName": f"Made {uuid4()}",
    "mailNickname": "throw-away",
    "userPrincipalName": "throw-away@contoso.onmicrosoft.com",
    "passwordProfile": {"password": "never-shown", "forceChangePasswordNextSignIn": True},
}


@pytest.fixture
def maker(simulator: Simulator) -> Iterator[httpx.Client]:
    """An app that may make users."""
    simulator.ask("POST", "roles", tenant="contoso", roles=[*ALL_ROLES, "User.ReadWrite.All"])
    with graph_client(simulator) as http:
        yield http


def objects(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


def test_a_tenant_tells_its_domains(simulator: Simulator) -> None:
    with graph_client(simulator) as http:
        (organization,) = values(http.get("/organization", params={"$select": "id,verifiedDomains"}))
    (domain,) = objects(organization["verifiedDomains"])
    assert set(organization) == {"id", "verifiedDomains"}
    assert (domain["name"], domain["isInitial"]) == ("contoso.onmicrosoft.com", True)


def test_a_registration_tells_when_its_secret_ends_and_how_it_begins(simulator: Simulator) -> None:
    home = simulator.tenants[0]
    simulator.ask("POST", "secrets", tenant="contoso", days=3)
    asked = {"$filter": f"appId eq '{home['client_id']}'", "$select": "id,passwordCredentials"}
    with graph_client(simulator) as http:
        (application,) = values(http.get("/applications", params=asked))
        assert values(http.get("/applications", params={"$filter": "appId eq 'x'"})) == []
    (secret,) = objects(application["passwordCredentials"])
    left = datetime.fromisoformat(str(secret["endDateTime"])) - datetime.now(UTC)
    assert timedelta(days=2) < left <= timedelta(days=3)
    assert (secret["hint"], secret["secretText"]) == (home["client_secret"][:3], None)


def test_a_secret_that_has_ended_gets_no_token(simulator: Simulator) -> None:
    simulator.ask("POST", "secrets", tenant="contoso", days=0)
    refused = token(simulator)
    assert (refused.status_code, refused.json()["error_codes"]) == (401, [7000222])
    simulator.ask("DELETE", "secrets")
    assert token(simulator).status_code == 200


def test_the_clock_can_be_wrong_and_there_is_one(simulator: Simulator) -> None:
    simulator.ask("POST", "clock", ahead=600)
    with graph_client(simulator) as http:
        dates = http.get("/organization").headers.get_list("date")
    assert len(dates) == 1
    away = parsedate_to_datetime(dates[0]) - datetime.now(UTC)
    assert timedelta(seconds=590) < away < timedelta(seconds=610)


def test_a_user_is_made_found_by_how_its_names_begin_and_deleted(
    simulator: Simulator, maker: httpx.Client
) -> None:
    made = maker.post("/users", json=MADE)
    assert made.status_code == 201
    object_id = str(made.json()["id"])
    assert "never-shown" not in made.text
    begins = {"$filter": "startswith(userPrincipalName,'throw-')", "$select": "id"}
    assert [one["id"] for one in values(maker.get("/users", params=begins))] == [object_id]
    assert maker.post("/users", json=MADE).json()["error"]["code"] == "Request_BadRequest"
    maker.delete(f"/users/{object_id}").raise_for_status()
    shown = {"$filter": f"startswith(displayName,'{MADE['displayName']}')", "$select": "id"}
    recycled = maker.get("/directory/deletedItems/microsoft.graph.user", params=shown)
    assert [one["id"] for one in values(recycled)] == [object_id]
    maker.delete(f"/directory/deletedItems/{object_id}").raise_for_status()
    assert simulator.state("contoso", object_id) == "gone"


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"userPrincipalName": "x@elsewhere.example"}, 400), ({"city": "Berlin"}, 501)],
)
def test_a_user_is_not_made_under_another_domain_nor_as_the_simulator_does_not_know(
    maker: httpx.Client, changed: dict[str, str], status: int
) -> None:
    assert maker.post("/users", json={**MADE, **changed}).status_code == status


def test_a_user_is_made_by_who_may(simulator: Simulator) -> None:
    with graph_client(simulator) as http:
        refused = http.post("/users", json=MADE)
    assert (refused.status_code, code(refused)) == (403, "Authorization_RequestDenied")

"""What the simulator does about accounts that are deleted, or must not be, as Graph documents it."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from local.graph.kinds import USER_ADMINISTRATOR
from tests.local.graph_client import all_values, code, graph_client, values
from tests.running import Simulator

DENIED = (403, "Authorization_RequestDenied")
LEAST = ["User.EnableDisableAccount.All", "User.Read.All"]


@pytest.fixture
def http(simulator: Simulator) -> Iterator[httpx.Client]:
    with graph_client(simulator) as client:
        yield client


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, code(answer)


def recycled(simulator: Simulator, http: httpx.Client, days: float = 0) -> str:
    """A user who has been in the recycle bin for so long."""
    object_id = simulator.add_user()
    http.delete(f"/users/{object_id}").raise_for_status()
    simulator.ask("POST", "recycled", tenant="contoso", object_id=object_id, days=days)
    return object_id


def read(http: httpx.Client, object_id: str) -> dict[str, object]:
    names = "userType,creationType,externalUserState,userPrincipalName,identities,mail"
    user: dict[str, object] = http.get(f"/users/{object_id}", params={"$select": names}).json()
    return user


def test_a_guest_looks_as_one_invited_from_another_company(simulator: Simulator, http: httpx.Client) -> None:
    guest = read(http, simulator.add_user(kind="guest"))
    assert (guest["userType"], guest["creationType"], guest["externalUserState"]) == (
        *("Guest", "Invitation"),
        "Accepted",
    )
    name = str(guest["mail"]).replace("@", "_")
    assert guest["userPrincipalName"] == f"{name}#EXT#@contoso.onmicrosoft.com"
    assert {"signInType": "federated", "issuer": "ExternalAzureAD", "issuerAssignedId": None} in list(
        guest["identities"]  # type: ignore[call-overload]  # a list, in JSON
    )


@pytest.mark.parametrize("kind", ["employee", "admin"])
def test_an_employee_is_a_member_without_an_identity_of_a_consumer(
    simulator: Simulator, http: httpx.Client, kind: str
) -> None:
    employee = read(http, simulator.add_user(kind=kind))
    assert (employee["userType"], employee["creationType"]) == ("Member", None)
    name = employee["userPrincipalName"]
    domain = "contoso.onmicrosoft.com"
    assert employee["identities"] == [
        {"signInType": "userPrincipalName", "issuer": domain, "issuerAssignedId": name}
    ]


def test_what_is_given_goes_before_what_is_usual_of_a_kind(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user(kind="guest", mail="ada@example.net")
    assert read(http, object_id)["mail"] == "ada@example.net"


def test_memberships_are_direct_or_all(simulator: Simulator, http: httpx.Client) -> None:
    inner = simulator.add_group(memberOf=[USER_ADMINISTRATOR])
    outer = simulator.add_group(memberOf=[inner])
    user = simulator.add_user(related={"memberOf": [outer, inner]})
    assert values(http.get(f"/users/{user}/memberOf")) == [outer, inner]
    assert values(http.get(f"/users/{user}/transitiveMemberOf")) == [outer, inner, USER_ADMINISTRATOR]


def test_groups_in_a_circle_end(simulator: Simulator, http: httpx.Client) -> None:
    first, second = ({"@odata.type": "#microsoft.graph.group", "id": str(uuid4())} for _ in range(2))
    simulator.add_group(**first, memberOf=[second])
    simulator.add_group(**second, memberOf=[first])
    user = simulator.add_user(related={"memberOf": [first]})
    assert values(http.get(f"/users/{user}/transitiveMemberOf")) == [first, second]


def test_all_memberships_come_in_pages(simulator: Simulator, http: httpx.Client) -> None:
    groups = [{"@odata.type": "#microsoft.graph.group", "id": f"{number}"} for number in range(130)]
    user = simulator.add_user(related={"memberOf": groups})
    pages = all_values(http, f"/users/{user}/transitiveMemberOf", {})
    assert [len(page) for page in pages] == [100, 30]
    assert [item for page in pages for item in page] == groups


def admins(simulator: Simulator) -> list[str]:
    """One by a role, one through a group, one in a group that roles may be given to."""
    group = simulator.add_group(memberOf=[USER_ADMINISTRATOR])
    assignable = simulator.add_group(isAssignableToRole=True)
    members = [simulator.add_user(related={"memberOf": [one]}) for one in (group, assignable)]
    return [simulator.add_user(kind="admin"), *members]


def test_permissions_alone_do_not_reach_administrators(simulator: Simulator, http: httpx.Client) -> None:
    for object_id in admins(simulator):
        assert told(http.delete(f"/users/{object_id}")) == DENIED
        assert told(http.patch(f"/users/{object_id}", json={"accountEnabled": False})) == DENIED
        assert simulator.state("contoso", object_id) == "active"
        assert http.post(f"/users/{object_id}/revokeSignInSessions").status_code == 200


def test_an_app_of_a_higher_rank_reaches_administrators(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user(kind="admin")
    simulator.ask("POST", "rank", outranks=True)
    assert http.patch(f"/users/{object_id}", json={"accountEnabled": False}).status_code == 204
    assert http.delete(f"/users/{object_id}").status_code == 204
    simulator.ask("POST", "rank", outranks=False)
    assert told(http.post(f"/directory/deletedItems/{object_id}/restore")) == DENIED


def test_a_plain_group_gives_no_power(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user(related={"memberOf": [simulator.add_group(displayName="Newsletter")]})
    assert http.delete(f"/users/{object_id}").status_code == 204


def test_hard_deletion_of_a_protected_user_is_denied_for_seven_days(
    simulator: Simulator, http: httpx.Client
) -> None:
    object_id = recycled(simulator, http, days=6.9)
    place = f"/directory/deletedItems/{object_id}"
    simulator.ask("POST", "protection", tenant="contoso", object_id=object_id)
    assert told(http.delete(place)) == DENIED
    assert simulator.state("contoso", object_id) == "soft_deleted"
    simulator.ask("POST", "recycled", tenant="contoso", object_id=object_id, days=0.2)
    assert http.delete(place).status_code == 204


def test_protection_begins_anew_with_each_soft_delete(simulator: Simulator, http: httpx.Client) -> None:
    object_id = recycled(simulator, http, days=8)
    place = f"/directory/deletedItems/{object_id}"
    simulator.ask("POST", "protection", tenant="contoso", object_id=object_id)
    http.post(f"{place}/restore").raise_for_status()
    http.delete(f"/users/{object_id}").raise_for_status()
    assert told(http.delete(place)) == DENIED


def test_time_in_the_recycle_bin_can_be_added(simulator: Simulator, http: httpx.Client) -> None:
    object_id = recycled(simulator, http, days=29)
    assert simulator.state("contoso", object_id) == "soft_deleted"
    simulator.ask("POST", "recycled", tenant="contoso", object_id=object_id, days=1)
    assert simulator.state("contoso", object_id) == "gone"
    assert http.get(f"/directory/deletedItems/{object_id}").status_code == 404


def test_every_write_that_took_effect_is_witnessed(simulator: Simulator, http: httpx.Client) -> None:
    object_id, nobody = simulator.add_user(), str(uuid4())
    simulator.ask("DELETE", "writes")
    http.get(f"/users/{object_id}")
    http.patch(f"/users/{object_id}", json={"accountEnabled": False})
    http.delete(f"/users/{nobody}")
    simulator.fault("503")
    http.delete(f"/users/{object_id}")
    simulator.fault("cut_after")
    with pytest.raises(httpx.TransportError):
        http.delete(f"/users/{object_id}")
    about = {"tenant": "contoso", "path": f"users/{object_id}", "object_id": object_id}
    patched = {**about, "method": "PATCH", "body": {"accountEnabled": False}}
    assert simulator.writes() == [patched, {**about, "method": "DELETE"}]


def test_what_somebody_else_changes_shows_and_is_no_write_of_the_app(
    simulator: Simulator, http: httpx.Client
) -> None:
    object_id = simulator.add_user()
    before = simulator.everybody()
    simulator.change("contoso", object_id, displayName="Eve")
    after = simulator.everybody()
    assert {one for one in after if after[one] != before[one]} == {("contoso", object_id)}
    assert http.get(f"/users/{object_id}").json()["displayName"] == "Eve"
    http.delete(f"/users/{object_id}")
    assert simulator.everybody()["contoso", object_id]["state"] == "soft_deleted"
    assert len(simulator.writes()) == 1


@pytest.mark.parametrize("roles", [["User.ReadWrite.All"], LEAST])
def test_accounts_are_switched_by_either_way_to_be_allowed(simulator: Simulator, roles: list[str]) -> None:
    simulator.ask("POST", "roles", tenant="contoso", roles=roles)
    with graph_client(simulator) as http:
        patched = http.patch(f"/users/{simulator.add_user()}", json={"accountEnabled": False})
    assert patched.status_code == 204


@pytest.mark.parametrize("role", LEAST)
def test_half_of_a_way_is_not_enough(simulator: Simulator, role: str) -> None:
    simulator.ask("POST", "roles", tenant="contoso", roles=[role])
    with graph_client(simulator) as http:
        assert told(http.patch(f"/users/{simulator.add_user()}", json={"accountEnabled": False})) == DENIED


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        ("protection", {"tenant": "contoso", "object_id": "nobody"}),
        ("protection", {"tenant": "nowhere", "object_id": "nobody"}),
        ("recycled", {"tenant": "contoso", "object_id": "nobody", "days": 1}),
        ("recycled", {"tenant": "contoso", "object_id": "nobody", "days": -1}),
        ("changes", {"tenant": "contoso", "object_id": "nobody", "displayName": "Eve"}),
        ("groups", {"tenant": "nowhere"}),
        ("rank", {"outranks": "very"}),
        ("users", {"tenant": "contoso", "kind": "robot"}),
    ],
)
def test_what_would_change_nothing_is_refused(
    simulator: Simulator, what: str, asked: dict[str, object]
) -> None:
    answer = simulator.control.post(f"/_control/{what}", json=asked)
    assert (answer.status_code, set(answer.json())) == (400, {"error"})

"""The simulator's users and recycle bin, as Graph documents them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from tests.local.graph_client import all_values, code, graph_client, values
from tests.running import Simulator

DEFAULTS = {
    *("businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone"),
    *("officeLocation", "preferredLanguage", "surname", "userPrincipalName"),
}
DOMAIN = "contoso.onmicrosoft.com"


@pytest.fixture
def http(simulator: Simulator) -> Iterator[httpx.Client]:
    with graph_client(simulator) as client:
        yield client


def identity(kind: str, issuer: str, assigned: str) -> dict[str, str]:
    return {"signInType": kind, "issuer": issuer, "issuerAssignedId": assigned}


def by_identity(assigned: str, issuer: str = DOMAIN) -> dict[str, str]:
    quoted = assigned.replace("'", "''")
    return {
        "$filter": f"identities/any(c:c/issuerAssignedId eq '{quoted}' and c/issuer eq '{issuer}')",
        "$select": "id,identities",
    }


def ids(answer: httpx.Response) -> list[object]:
    return [user["id"] for user in values(answer)]


def test_without_select_there_are_the_default_properties_alone(
    simulator: Simulator, http: httpx.Client
) -> None:
    user = http.get(f"/users/{simulator.add_user(city='Bern')}").json()
    assert set(user) - {"@odata.context"} == DEFAULTS


def test_a_selection_gives_what_it_names_and_no_more(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user(city="Bern")
    user = http.get(f"/users/{object_id}", params={"$select": "city,department,proxyAddresses"}).json()
    context = f"{simulator.url}/v1.0/$metadata#users(city,department,proxyAddresses)/$entity"
    assert user == {"@odata.context": context, "city": "Bern", "department": None, "proxyAddresses": []}


@pytest.mark.parametrize(
    ("select", "status", "told"),
    [
        ("id;city", 400, "BadRequest"),
        ("id,", 400, "BadRequest"),
        ("id,aboutMe", 501, "NotImplemented"),
        ("signInActivity", 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"),
    ],
)
def test_what_cannot_be_selected_is_refused(http: httpx.Client, select: str, status: int, told: str) -> None:
    answer = http.get("/users", params={"$select": select})
    assert (answer.status_code, code(answer)) == (status, told)


def test_custom_attributes_come_by_their_exact_name_and_unknown_names_are_left_out(
    simulator: Simulator, http: httpx.Client
) -> None:
    name = "extension_00000000000040008000000000000000_ShoeSize"
    asked_for = {"tenant": "contoso", name: 42}
    object_id = simulator.ask("POST", "users", **asked_for).json()["object_id"]
    asked = {"$select": f"id,{name},extension_x_Unknown"}
    assert http.get(f"/users/{object_id}", params=asked).json()[name] == 42
    assert set(http.get(f"/users/{object_id}", params=asked).json()) == {"@odata.context", "id", name}


def test_the_custom_attributes_of_a_tenant_can_be_listed(http: httpx.Client) -> None:
    found = http.get("/applications", params={"$filter": "startswith(displayName,'b2c-extensions-app')"})
    (app,) = values(found)
    names = [str(one["name"]) for one in values(http.get(f"/applications/{app['id']}/extensionProperties"))]
    assert all(name.startswith("extension_") and name.count("_") == 2 for name in names)


def test_a_local_identity_is_found_whatever_issuer_is_given(simulator: Simulator, http: httpx.Client) -> None:
    address = f"o'brien+{uuid4().hex}@example.com"
    object_id = simulator.add_user(identities=[identity("emailAddress", DOMAIN, address)])
    for issuer in (DOMAIN, "another.example"):
        assert ids(http.get("/users", params=by_identity(address.upper(), issuer))) == [object_id]


def test_a_federated_identity_is_found_by_its_own_issuer_alone(
    simulator: Simulator, http: httpx.Client
) -> None:
    subject = uuid4().hex
    object_id = simulator.add_user(identities=[identity("federated", "google.com", subject)])
    assert ids(http.get("/users", params=by_identity(subject, "google.com"))) == [object_id]
    assert ids(http.get("/users", params=by_identity(subject, "facebook.com"))) == []


def test_an_address_in_the_tenant_s_domain_is_found_by_principal_name_alone(
    simulator: Simulator, http: httpx.Client
) -> None:
    address = f"ada{uuid4().hex}@{DOMAIN}"
    mine = identity("emailAddress", DOMAIN, address)
    object_id = simulator.add_user(identities=[mine], userPrincipalName=address)
    assert ids(http.get("/users", params=by_identity(address))) == []
    assert ids(http.get("/users", params={"$filter": f"userPrincipalName eq '{address}'"})) == [object_id]
    assert http.get(f"/users/{address}").json()["id"] == object_id


def test_an_address_in_the_tenant_s_domain_becomes_the_principal_name(
    simulator: Simulator, http: httpx.Client
) -> None:
    address = f"ada{uuid4().hex}@{DOMAIN}"
    object_id = simulator.add_user(identities=[identity("emailAddress", DOMAIN, address)])
    user = http.get(f"/users/{address}", params={"$select": "id,identities"}).json()
    assert user["id"] == object_id
    assert user["identities"] == [identity("userPrincipalName", DOMAIN, address)]


def test_a_user_is_found_by_mail_and_by_other_mails(simulator: Simulator, http: httpx.Client) -> None:
    address = f"{uuid4().hex}@example.com"
    object_id = simulator.add_user(mail=address, otherMails=[address])
    assert ids(http.get("/users", params={"$filter": f"mail eq '{address}'"})) == [object_id]
    anywhere = {"$filter": f"otherMails/any(m:m eq '{address}')"}
    assert ids(http.get("/users", params=anywhere)) == [object_id]


@pytest.mark.parametrize(
    "params",
    [
        {"$filter": "mail ne 'x'"},
        {"$filter": "not(mail eq 'x')"},
        {"$filter": "endsWith(mail,'x')"},
        {"$filter": "identities/any(c:c/issuerAssignedId eq 'x')"},
        {"$filter": "identities/any(c:c/issuerAssignedId eq 'x' and c/signInType eq 'emailAddress')"},
        {"$count": "true"},
        {"$search": '"displayName:x"'},
        {"$top": "1000"},
        {"$top": "²"},
    ],
)
def test_a_query_that_graph_refuses_is_400(http: httpx.Client, params: dict[str, str]) -> None:
    answer = http.get("/users", params=params)
    assert (answer.status_code, code(answer)) == (400, "Request_UnsupportedQuery")


def test_a_beginning_of_an_identity_cannot_be_looked_for(http: httpx.Client) -> None:
    answer = http.get(
        "/users",
        params={"$filter": "identities/any(c:startswith(c/issuerAssignedId,'x') and c/issuer eq 'y')"},
    )
    assert (answer.status_code, code(answer)) == (400, "Request_BadRequest")


def test_the_number_of_users_is_an_advanced_query(http: httpx.Client) -> None:
    assert http.get("/users/$count").status_code == 400


def test_no_match_is_an_empty_list(http: httpx.Client) -> None:
    assert values(http.get("/users", params=by_identity(f"{uuid4()}@example.com"))) == []


@pytest.mark.parametrize("path", ["//users", "/Users", "/users/"])
def test_paths_are_read_as_leniently_as_graph_does(http: httpx.Client, path: str) -> None:
    assert http.get(f"{http.base_url}"[:-1] + path).status_code == 200


@pytest.mark.parametrize("address", ["/v1.0/users?$filter=", "/V1.0/USERS?%24FILTER="])
def test_names_of_options_are_read_as_leniently(
    simulator: Simulator, http: httpx.Client, address: str
) -> None:
    mail = f"{uuid4().hex}@example.com"
    object_id = simulator.add_user(mail=mail)
    assert ids(http.get(f"{simulator.url}{address}mail%20eq%20'{mail}'")) == [object_id]


def test_a_user_deleted_between_two_pages_hides_nobody_else(simulator: Simulator) -> None:
    with graph_client(simulator, "fabrikam") as http:
        everybody = ids(http.get("/users", params={"$top": "999"}))
        first = http.get("/users", params={"$top": "3"})
        http.delete(f"/users/{ids(first)[0]}")
        second = http.get(first.json()["@odata.nextLink"])
    assert ids(first) + ids(second) == everybody[:6]


@pytest.mark.parametrize("token", ["damaged", "3", "00" * 20])
def test_a_page_token_that_is_not_its_own_has_expired(http: httpx.Client, token: str) -> None:
    answer = http.get("/users", params={"$skiptoken": token})
    assert (answer.status_code, code(answer)) == (400, "Directory_ExpiredPageToken")


def test_pages_of_users_are_linked_on_the_same_host(simulator: Simulator, http: httpx.Client) -> None:
    everybody = ids(http.get("/users", params={"$top": "999"}))
    pages = all_values(http, "/users", {"$top": "3", "$select": "id"})
    assert [user["id"] for page in pages for user in page] == everybody
    assert len(pages) == -(-len(everybody) // 3)
    first = http.get("/users", params={"$top": "3"}).json()
    assert first["@odata.nextLink"].startswith(f"{simulator.url}/v1.0/users?")


def test_a_delete_is_soft_and_mangles_the_principal_name(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    name = http.get(f"/users/{object_id}").json()["userPrincipalName"]
    assert (http.delete(f"/users/{object_id}").status_code, http.get(f"/users/{name}").status_code) == (
        204,
        404,
    )
    recycled = http.get(f"/directory/deletedItems/{object_id}").json()
    assert recycled["userPrincipalName"] == object_id.replace("-", "") + name
    assert recycled["deletedDateTime"].endswith("Z")
    again = http.delete(f"/users/{object_id}")
    assert (again.status_code, code(again)) == (404, "Request_ResourceNotFound")


def test_the_recycle_bin_can_be_listed(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    http.delete(f"/users/{object_id}")
    for kind in ("microsoft.graph.user", "graph.user"):
        pages = all_values(http, f"/directory/deletedItems/{kind}", {"$select": "id,deletedDateTime"})
        assert object_id in [user["id"] for page in pages for user in page]


def test_the_recycle_bin_keeps_for_30_days(simulator: Simulator, http: httpx.Client) -> None:
    for days, state in ((29, "soft_deleted"), (31, "gone")):
        deleted = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        object_id = simulator.add_user(deletedDateTime=deleted)
        found = http.get(f"/directory/deletedItems/{object_id}").status_code
        assert (simulator.state("contoso", object_id), found) == (state, 404 if state == "gone" else 200)


def test_a_user_deleted_for_good_is_nowhere(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    assert http.delete(f"/directory/deletedItems/{object_id}").status_code == 404
    http.delete(f"/users/{object_id}")
    assert http.delete(f"/directory/deletedItems/{object_id}").status_code == 204
    for path in (f"/users/{object_id}", f"/directory/deletedItems/{object_id}"):
        assert http.get(path).status_code == 404
    assert simulator.state("contoso", object_id) == "gone"


def test_a_restored_user_has_the_old_name_again(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    name = http.get(f"/users/{object_id}").json()["userPrincipalName"]
    http.delete(f"/users/{object_id}")
    assert http.post(f"/directory/deletedItems/{object_id}/restore").status_code == 200
    assert http.get(f"/users/{object_id}").json()["userPrincipalName"] == name
    assert http.get(f"/directory/deletedItems/{object_id}").status_code == 404


def test_sign_in_can_be_blocked_and_sessions_revoked(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    assert http.patch(f"/users/{object_id}", json={"accountEnabled": False}).status_code == 204
    asked = {"$select": "accountEnabled"}
    assert http.get(f"/users/{object_id}", params=asked).json()["accountEnabled"] is False
    name = http.get(f"/users/{object_id}").json()["userPrincipalName"]
    assert http.post(f"/users/{name}/revokeSignInSessions").json()["value"] is True
    asked = {"$select": "signInSessionsValidFromDateTime"}
    assert http.get(f"/users/{object_id}", params=asked).json()[asked["$select"]] is not None


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_a_body_that_is_no_json_object_is_400(simulator: Simulator, http: httpx.Client, body: bytes) -> None:
    answer = http.patch(f"/users/{simulator.add_user()}", content=body)
    assert (answer.status_code, code(answer)) == (400, "BadRequest")


def test_what_was_done_to_a_user_is_in_the_audit_log(simulator: Simulator, http: httpx.Client) -> None:
    object_id = simulator.add_user()
    name = object_id.replace("-", "") + http.get(f"/users/{object_id}").json()["userPrincipalName"]
    http.delete(f"/users/{object_id}", headers={"user-agent": "mine"})
    http.delete(f"/directory/deletedItems/{object_id}")
    asked = {"$filter": f"targetResources/any(t: t/id eq '{object_id}')"}
    hard, soft = http.get("/auditLogs/directoryAudits", params=asked).json()["value"]
    assert soft["additionalDetails"] == [{"key": "User-Agent", "value": "mine"}]
    assert (soft["operationType"], hard["operationType"]) == ("Delete", "Delete")
    assert (soft["activityDisplayName"], hard["activityDisplayName"]) == ("Delete user", "Hard Delete user")
    for event, said, named in ((soft, '"False"', name), (hard, '"True"', None)):
        (target,) = event["targetResources"]
        (change,) = target["modifiedProperties"]
        assert (change["displayName"], change["newValue"]) == ("Is Hard Deleted", said)
        assert target["userPrincipalName"] == named

"""Exports through the running stack: function URL to download."""

from collections import Counter
from uuid import uuid4

from azure.storage.blob import ContainerClient

from local.client import Json
from tests.end_to_end.archives import downloaded
from tests.running import RunningStack

EVENTS = 25_000


def outcomes(status: Json) -> dict[str, str]:
    tenants = status["tenants"]
    assert isinstance(tenants, list)
    return {tenant["tenant"]: tenant["outcome"] for tenant in tenants}


async def test_a_person_gets_what_every_linked_tenant_holds(stack: RunningStack) -> None:
    first, address = stack.graph.add_person("contoso", audit_events=7, city="Zürich")
    identity = {
        "signInType": "emailAddress",
        "issuer": "fabrikam.onmicrosoft.com",
        "issuerAssignedId": address.upper(),
    }
    second = stack.graph.add_user("fabrikam", identities=[identity], audit_events=3)
    status = stack.app.ended(stack.app.submit("exports", {"email": address}))
    assert outcomes(status) == {"contoso": "collected", "fabrikam": "collected", "litware": "not_found"}
    export = downloaded(stack.app, status)
    assert (export.profile("contoso")["id"], export.profile("contoso")["city"]) == (first, "Zürich")
    assert export.profile("fabrikam")["id"] == second
    for tenant, object_id in (("contoso", first), ("fabrikam", second)):
        assert sorted(export.events(tenant)) == stack.graph.event_ids(tenant, object_id)


async def test_custom_attributes_are_in_the_profile(stack: RunningStack) -> None:
    person = next(user for user in stack.ready.sample_users if user["tenant"] == "contoso")
    subject = {"objectId": person["object_id"], "tenant": "contoso"}
    status = stack.app.ended(stack.app.submit("exports", subject))
    profile = downloaded(stack.app, status).profile("contoso")
    attributes = {name.rpartition("_")[2] for name in profile if name.startswith("extension_")}
    assert attributes == {"LoyaltyNumber", "Newsletter", "ShoeSize", "MemberSince"}


async def test_a_user_name_is_looked_for_in_its_tenant_alone(stack: RunningStack) -> None:
    name = f"ada_{uuid4().hex[:8]}"
    for tenant in ("contoso", "fabrikam"):
        identity = {
            "signInType": "userName",
            "issuer": f"{tenant}.onmicrosoft.com",
            "issuerAssignedId": name,
        }
        stack.graph.add_user(tenant, identities=[identity])
    accepted = stack.app.submit("exports", {"userName": name, "tenant": "contoso"})
    status = stack.app.ended(accepted)
    assert outcomes(status) == {
        "contoso": "collected",
        "fabrikam": "not_searched",
        "litware": "not_searched",
    }


async def test_of_25_000_events_on_26_pages_and_an_empty_one_each_is_there_once(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("contoso", audit_events=EVENTS)
    stack.graph.ask("POST", "audit-pages", empty_page_at=3)
    status = stack.app.ended(stack.app.submit("exports", {"email": address}))
    events = Counter(downloaded(stack.app, status).events("contoso"))
    assert events == Counter(stack.graph.event_ids("contoso", object_id))
    assert len(events) == EVENTS
    pages = [call for call in stack.graph.calls() if str(call["path"]).endswith("directoryAudits")]
    assert len(pages) >= 2 + EVENTS // 1000 + 2


async def test_a_person_found_nowhere_is_refused_after_the_second_look(stack: RunningStack) -> None:
    status = stack.app.ended(stack.app.submit("exports", {"email": f"nobody.{uuid4().hex}@example.com"}))
    assert (status["status"], status["reason"]) == ("refused", "subject_not_found")
    assert set(outcomes(status).values()) == {"not_found"}
    looks = [call for call in stack.graph.calls() if call["path"] == "/v1.0/users"]
    assert len(looks) == 2 * 3


async def test_staging_is_gone_when_the_archive_is_there(stack: RunningStack) -> None:
    _, address = stack.graph.add_person("contoso", audit_events=1)
    status = stack.app.ended(stack.app.submit("exports", {"email": address}))
    with ContainerClient.from_connection_string(stack.ready.storage_connection_string, "exports") as blobs:
        names = [str(blob.name) for blob in blobs.list_blobs(name_starts_with=str(status["id"]))]
    assert [name.rpartition("/")[2] for name in names] == ["export.zip"]

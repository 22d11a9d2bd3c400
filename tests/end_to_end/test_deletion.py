"""Deletions through the running stack, read back in the directory itself."""

from datetime import datetime, timedelta
from uuid import uuid4

from local.client import Json
from tests.running import RunningStack


def in_tenants(status: Json) -> dict[str, dict[str, str]]:
    tenants = status["tenants"]
    assert isinstance(tenants, list)
    return {tenant["tenant"]: tenant for tenant in tenants}


def outcomes(status: Json) -> dict[str, str]:
    return {name: tenant["outcome"] for name, tenant in in_tenants(status).items()}


async def test_a_person_is_soft_deleted_wherever_they_were_found(stack: RunningStack) -> None:
    first, address = stack.graph.add_person("contoso")
    identity = {
        "signInType": "emailAddress",
        "issuer": "litware.onmicrosoft.com",
        "issuerAssignedId": address,
    }
    second = stack.graph.add_user("litware", identities=[identity])
    status = stack.app.ended(stack.app.submit("deletions", {"email": address}))
    assert status["status"] == "completed"
    assert outcomes(status) == {"contoso": "soft_deleted", "fabrikam": "not_found", "litware": "soft_deleted"}
    for tenant, object_id in (("contoso", first), ("litware", second)):
        assert stack.graph.state(tenant, object_id) == "soft_deleted"
    until = datetime.fromisoformat(in_tenants(status)["contoso"]["restorableUntil"])
    ended = datetime.fromisoformat(str(status["updatedAt"]))
    assert timedelta(days=29, hours=23) < until - ended <= timedelta(days=30)


async def test_nobody_else_is_touched(stack: RunningStack) -> None:
    others = [(str(user["tenant"]), str(user["object_id"])) for user in stack.ready.sample_users]
    before = [stack.graph.state(*other) for other in others]
    object_id, address = stack.graph.add_person("fabrikam")
    stack.app.ended(stack.app.submit("deletions", {"email": address}))
    assert [stack.graph.state(*other) for other in others] == before
    deletes = [call for call in stack.graph.calls() if call["method"] == "DELETE"]
    assert [call["path"] for call in deletes] == [f"/v1.0/users/{object_id}"]


async def test_one_who_was_in_the_recycle_bin_before_is_said_to_have_been(stack: RunningStack) -> None:
    object_id, _ = stack.graph.add_person("contoso")
    subject = {"objectId": object_id, "tenant": "contoso"}
    stack.app.ended(stack.app.submit("deletions", subject))
    again = stack.app.ended(stack.app.submit("deletions", subject))
    assert again["status"] == "completed"
    assert outcomes(again)["contoso"] == "already_soft_deleted"
    exported = stack.app.ended(stack.app.submit("exports", subject))
    assert (exported["status"], exported["reason"]) == ("refused", "subject_soft_deleted")


async def test_a_person_found_nowhere_is_not_found_in_each_tenant_after_two_looks(
    stack: RunningStack,
) -> None:
    status = stack.app.ended(stack.app.submit("deletions", {"email": f"nobody.{uuid4().hex}@example.com"}))
    assert status["status"] == "completed"
    assert outcomes(status) == dict.fromkeys(("contoso", "fabrikam", "litware"), "not_found")
    looks = [call for call in stack.graph.calls() if call["path"] == "/v1.0/users"]
    assert len(looks) == 2 * 3


async def test_no_answer_says_more_than_was_verified(stack: RunningStack) -> None:
    _, address = stack.graph.add_person("contoso")
    accepted = stack.app.submit("deletions", {"email": address})
    said = "".join(str(status) for status in stack.app.follow(accepted)).lower().replace("soft_deleted", "")
    assert not any(word in said for word in ("deleted", "erased", "purged"))

"""Deletions through the running stack, read back in the directory itself, which has seen every write."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from local.client import Json
from local.graph.kinds import USER_ADMINISTRATOR
from tests.contract_of_api import check_answer
from tests.running import RunningStack

PATIENCE = 30.0
TRUE_OF = {"soft_deleted": {"soft_deleted", "gone"}, "purged": {"gone"}}
"""Where the account is when an answer says this: what is read back later can only be further on."""


def in_tenants(status: Json) -> dict[str, dict[str, str]]:
    tenants = status["tenants"]
    assert isinstance(tenants, list)
    return {tenant["tenant"]: tenant for tenant in tenants}


def outcomes(status: Json) -> dict[str, str]:
    return {name: tenant["outcome"] for name, tenant in in_tenants(status).items()}


def waiting(stack: RunningStack, accepted: Json, reason: str) -> Json:
    """The status, once it waits for this."""
    return next(status for status in stack.app.follow(accepted) if status["reason"] == reason)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def in_litware(address: str) -> dict[str, str]:
    """The sign-in by this address."""
    issuer = "litware.onmicrosoft.com"
    return {"signInType": "emailAddress", "issuer": issuer, "issuerAssignedId": address}


def enabled(stack: RunningStack, object_id: str) -> bool:
    return bool(stack.graph.ask("GET", f"users/contoso/{object_id}").json()["user"]["accountEnabled"])


async def test_a_person_is_deleted_for_good_wherever_they_were_found(stack: RunningStack) -> None:
    first, address = stack.graph.add_person("contoso")
    second = stack.graph.add_user("litware", identities=[in_litware(address)])
    status = stack.app.ended(stack.app.submit("deletions", {"email": address}))
    assert status["status"] == "completed"
    assert outcomes(status) == {"contoso": "purged", "fabrikam": "not_found", "litware": "purged"}
    for tenant, object_id in (("contoso", first), ("litware", second)):
        assert stack.graph.state(tenant, object_id) == "gone"
        assert in_tenants(status)[tenant]["restorableUntil"] is None
    until = datetime.fromisoformat(in_tenants(status)["contoso"]["auditEventsUntil"])
    ended = datetime.fromisoformat(str(status["updatedAt"]))
    assert abs(until - ended - timedelta(days=7)) < timedelta(minutes=1)


async def test_nobody_else_is_touched(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("fabrikam")
    before = stack.graph.everybody()
    stack.app.ended(stack.app.submit("deletions", {"email": address}))
    after = stack.graph.everybody()
    assert before.keys() - after.keys() == {("fabrikam", object_id)}
    assert after == {one: held for one, held in before.items() if one != ("fabrikam", object_id)}
    user, recycled = f"users/{object_id}", f"directory/deletedItems/{object_id}"
    assert [(write["method"], write["path"]) for write in stack.graph.writes()] == [
        ("PATCH", user),
        ("POST", f"{user}/revokeSignInSessions"),
        ("DELETE", user),
        ("DELETE", recycled),
    ]


async def test_an_administrator_with_the_customer_s_address_is_kept(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("contoso")
    role = {"memberOf": [USER_ADMINISTRATOR]}
    admin = stack.graph.add_user("litware", identities=[in_litware(address)], related=role)
    status = stack.app.ended(stack.app.submit("deletions", {"email": address}))
    assert status["status"] == "completed"
    assert outcomes(status) == {"contoso": "purged", "fabrikam": "not_found", "litware": "retained"}
    assert in_tenants(status)["litware"]["reason"] == "directory_role"
    assert {write["object_id"] for write in stack.graph.writes()} == {object_id}
    assert stack.graph.state("litware", admin) == "active"


async def test_where_the_purge_is_refused_the_answer_says_until_when_the_account_can_be_restored(
    stack: RunningStack,
) -> None:
    object_id, address = stack.graph.add_person("contoso")
    stack.graph.ask("POST", "protection", tenant="contoso", object_id=object_id)
    status = waiting(stack, stack.app.submit("deletions", {"email": address}), "purge_falls_due")
    assert (status["status"], outcomes(status)["contoso"]) == ("waiting", "soft_deleted")
    until = datetime.fromisoformat(in_tenants(status)["contoso"]["restorableUntil"])
    assert timedelta(days=29, hours=23) < until - datetime.now(UTC) <= timedelta(days=30)
    assert stack.graph.state("contoso", object_id) == "soft_deleted"


async def test_one_who_was_in_the_recycle_bin_before_is_said_to_have_been(stack: RunningStack) -> None:
    deleted = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    subject = {"objectId": stack.graph.add_user("contoso", deletedDateTime=deleted), "tenant": "contoso"}
    status = waiting(stack, stack.app.submit("deletions", subject), "purge_falls_due")
    assert outcomes(status)["contoso"] == "already_soft_deleted"
    assert stack.graph.writes() == []
    exported = stack.app.ended(stack.app.submit("exports", subject))
    assert (exported["status"], exported["reason"]) == ("refused", "subject_soft_deleted")


async def test_an_account_that_was_blocked_can_be_used_again_when_the_request_is_withdrawn(
    stack: RunningStack,
) -> None:
    object_id, address = stack.graph.add_person("contoso")
    revoke = f"users/{object_id}/revokeSignInSessions"
    stack.graph.fault("slow", path=revoke, seconds=2)  # the worker is at it meanwhile
    accepted = stack.app.submit("deletions", {"email": address})
    wait_until(lambda: not enabled(stack, object_id))
    withdrawn = check_answer(stack.app.http.post(f"/api/deletions/{accepted['id']}/withdraw"))
    assert withdrawn.json()["status"] == "cancelled"
    wait_until(lambda: enabled(stack, object_id))
    wait_until(lambda: any(write["path"] == revoke for write in stack.graph.writes()))
    assert stack.app.ended(accepted)["status"] == "cancelled"
    assert stack.graph.state("contoso", object_id) == "active"


async def test_a_person_found_nowhere_is_not_found_in_each_tenant_after_two_looks(
    stack: RunningStack,
) -> None:
    status = stack.app.ended(stack.app.submit("deletions", {"email": f"nobody.{uuid4().hex}@example.com"}))
    assert status["status"] == "completed"
    assert outcomes(status) == dict.fromkeys(("contoso", "fabrikam", "litware"), "not_found")
    looks = [call for call in stack.graph.calls() if call["path"] == "/v1.0/users"]
    assert len(looks) == 2 * 3


async def test_no_answer_says_more_than_is_so(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("contoso")
    stack.graph.ask("POST", "lag", seconds=0.2)
    said = []
    for status in stack.app.follow(stack.app.submit("deletions", {"email": address})):
        said.append(outcomes(status).get("contoso"))
        state = stack.graph.state("contoso", object_id)
        assert state in TRUE_OF.get(str(said[-1]), {"active", "soft_deleted", "gone"})
    assert said[-1] == "purged"

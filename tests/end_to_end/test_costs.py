"""What a request costs in Graph requests; the figures stand in docs/limits.md."""

import re
from collections import Counter
from collections.abc import Mapping
from uuid import uuid4

from local.client import Json
from tests.paths import ROOT
from tests.running import RunningStack

ACCOUNT = re.compile(r"/(?:users|deletedItems)/([0-9a-f-]{36})")


def calls_about(stack: RunningStack, tenant: str, object_id: str = "") -> list[Json]:
    """What was asked of a tenant, but for accounts of requests that were left under way before."""
    asked = [call for call in stack.graph.calls() if call["tenant"] == tenant]
    return [call for call in asked if set(ACCOUNT.findall(str(call["path"]))) <= {object_id}]


async def test_an_export_of_one_account_takes_nineteen_requests(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("contoso", audit_events=20)
    assert stack.app.ended(stack.app.submit("exports", {"email": address}))["status"] == "completed"
    assert len(calls_about(stack, "contoso", object_id)) == 19


async def test_a_deletion_of_one_account_takes_twenty_two_requests(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("contoso")
    assert stack.app.ended(stack.app.submit("deletions", {"email": address}))["status"] == "completed"
    assert len(calls_about(stack, "contoso", object_id)) == 22


async def test_a_tenant_without_the_person_takes_two_requests(stack: RunningStack) -> None:
    stack.app.ended(stack.app.submit("exports", {"email": f"nobody.{uuid4().hex}@example.com"}))
    assert len(calls_about(stack, "litware")) == 2


def kinds_of(stack: RunningStack, tenant: str, object_id: str) -> Counter[str]:
    """Requests by the quota that Graph counts them in; docs/operations.md reckons with these."""
    return Counter(map(_quota, calls_about(stack, tenant, object_id)))


def _quota(call: Mapping[str, object]) -> str:
    path = str(call["path"])
    if call["method"] != "GET":
        return "writes"
    if "/identityProtection/" in path:
        return "identity protection"
    return "reports" if "/auditLogs/" in path or "/authentication/" in path else "all else"


def needs(column: int) -> Counter[str]:
    """What the page says that one needs."""
    table = (ROOT / "docs/operations.md").read_text().partition("| quota |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return +Counter({row[0]: int(row[column]) for row in rows})


async def test_an_export_needs_of_each_quota_what_operations_reckon_with(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("contoso", audit_events=20)
    stack.app.ended(stack.app.submit("exports", {"email": address}))
    assert kinds_of(stack, "contoso", object_id) == needs(2)


async def test_a_deletion_needs_of_each_quota_what_operations_reckon_with(stack: RunningStack) -> None:
    object_id, address = stack.graph.add_person("contoso")
    stack.app.ended(stack.app.submit("deletions", {"email": address}))
    assert kinds_of(stack, "contoso", object_id) == needs(4)

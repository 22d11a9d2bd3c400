"""What a request costs in Graph requests; the figures stand in docs/limits.md."""

from uuid import uuid4

from tests.running import RunningStack


def requests_to(stack: RunningStack, tenant: str) -> int:
    return sum(call["tenant"] == tenant for call in stack.graph.calls())


async def test_an_export_of_one_account_takes_nineteen_requests(stack: RunningStack) -> None:
    _, address = stack.graph.add_person("contoso", audit_events=20)
    assert stack.app.ended(stack.app.submit("exports", {"email": address}))["status"] == "completed"
    assert requests_to(stack, "contoso") == 19


async def test_a_deletion_of_one_account_takes_twenty_two_requests(stack: RunningStack) -> None:
    _, address = stack.graph.add_person("contoso")
    assert stack.app.ended(stack.app.submit("deletions", {"email": address}))["status"] == "completed"
    assert requests_to(stack, "contoso") == 22


async def test_a_tenant_without_the_person_takes_two_requests(stack: RunningStack) -> None:
    stack.app.ended(stack.app.submit("exports", {"email": f"nobody.{uuid4().hex}@example.com"}))
    assert requests_to(stack, "litware") == 2

"""The same call again: the same request, once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx

from tests.contract_of_api import check_answer
from tests.running import RunningStack


def post(stack: RunningStack, collection: str, address: str, key: str | None = None) -> httpx.Response:
    body = {"subject": {"email": address}, "regulation": "gdpr"}
    headers = {"Idempotency-Key": key} if key else {}
    return check_answer(stack.app.http.post(f"/api/{collection}", json=body, headers=headers))


async def test_the_same_key_and_body_is_the_same_request_and_ticket(stack: RunningStack) -> None:
    address, key = f"{uuid4()}@example.com", str(uuid4())
    first, second = (post(stack, "exports", address, key).json() for _ in range(2))
    assert (first["id"], first["ticket"]) == (second["id"], second["ticket"])
    assert second["dueAt"] == first["dueAt"]


async def test_the_same_key_with_another_body_is_422(stack: RunningStack) -> None:
    key = str(uuid4())
    post(stack, "exports", f"{uuid4()}@example.com", key)
    answer = post(stack, "exports", f"{uuid4()}@example.com", key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    other_kind = post(stack, "deletions", f"{uuid4()}@example.com", key)
    assert other_kind.status_code == 422


async def test_without_a_key_a_call_repeated_is_the_open_request_and_a_new_one_after_its_end(
    stack: RunningStack,
) -> None:
    address = f"{uuid4()}@example.com"
    first, second = (post(stack, "exports", address).json() for _ in range(2))
    assert (first["id"], first["ticket"]) == (second["id"], second["ticket"])
    assert post(stack, "deletions", address).json()["id"] != first["id"]
    stack.app.ended(first)
    assert post(stack, "exports", address).json()["id"] != first["id"]


async def test_the_same_call_ten_times_at_once_makes_one_request_that_deletes_once(
    stack: RunningStack,
) -> None:
    object_id, address = stack.graph.add_person("contoso")
    key = str(uuid4())
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post(stack, "deletions", address, key), range(10)))
    assert {answer.status_code for answer in answers} == {202}
    (accepted,) = {answer.json()["id"]: answer.json() for answer in answers}.values()
    status = stack.app.ended(accepted)
    assert status["status"] == "completed"
    deletes = [call for call in stack.graph.calls() if call["method"] == "DELETE"]
    places = (f"users/{object_id}", f"directory/deletedItems/{object_id}")
    assert [call["path"] for call in deletes] == [f"/v1.0/{place}" for place in places]

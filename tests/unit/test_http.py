from collections.abc import Mapping
from datetime import timedelta

import azure.functions as func
import pytest

from delete_function.blueprint import delete_blueprint
from export_function.blueprint import export_blueprint
from shared.adapters.storage_errors import HomeMissing
from shared.domain.errors import StorageUnavailable, UnknownHashKey
from shared.domain.ports import Entry, Stored
from shared.domain.request import PrivacyRequest
from tests.contract_of_api import check_schema
from tests.fakes import MemoryRegister, MemoryStore
from tests.unit.http import SUBMISSION, Functions, desk_of, json_of
from tests.unit.receipts import signer_of
from tests.unit.test_upkeep import pass_time
from tests.unit.world import World


def exports(world: World) -> Functions:
    return Functions(export_blueprint(desk_of(world), world.links))


def check(response: func.HttpResponse, schema: str) -> dict[str, object]:
    """The body, held to the contract."""
    body = json_of(response)
    check_schema(body, schema)
    assert response.headers["Cache-Control"] == "no-store"
    return body


async def test_a_submission_is_answered_with_its_address_and_ticket() -> None:
    response = await exports(World()).call("submit_export", SUBMISSION)
    body = check(response, "Accepted")
    assert response.status_code == 202
    assert response.headers["Location"] == f"/api/exports/{body['id']}"
    assert response.headers["Retry-After"] == "2"
    assert body["dueAt"] == "2026-12-24T23:59:59Z"


async def test_an_export_is_followed_to_its_link() -> None:
    world = World()
    world.person("contoso")
    functions = exports(world)
    request_id = str(json_of(await functions.call("submit_export", SUBMISSION))["id"])
    early = await functions.call("link_export", id=request_id)
    assert (early.status_code, check(early, "Problem")["code"]) == (409, "archive_not_ready")
    await world.settle(request_id)
    status = check(await functions.call("show_export", id=request_id), "Status")
    assert status["status"] == "completed"
    link = check(await functions.call("link_export", id=request_id), "Link")
    assert request_id in str(link["url"])
    await world.clock.sleep(timedelta(days=8))
    late = await functions.call("link_export", id=request_id)
    assert (late.status_code, check(late, "Problem")["code"]) == (410, "archive_expired")


async def test_a_deletion_is_followed_and_never_says_more_than_was_verified() -> None:
    world = World()
    account = world.person("contoso")
    world.tenants["contoso"].purge_protected = {account.object_id}
    functions = Functions(delete_blueprint(desk_of(world), signer_of()))
    request_id = str(json_of(await functions.call("submit_deletion", SUBMISSION))["id"])
    await pass_time(world, timedelta(hours=2))
    response = await functions.call("show_deletion", id=request_id)
    check(response, "Status")
    words = response.get_body().decode().replace("soft_deleted", "").replace("purge_falls_due", "")
    assert not [word for word in ("deleted", "erased", "purged") if word in words]
    assert "purge_falls_due" in response.get_body().decode()


@pytest.mark.parametrize("unknown", ["22222222-2222-4222-8222-222222222222", "", "../etc", "Ä" * 36])
async def test_an_unknown_id_is_404(unknown: str) -> None:
    response = await exports(World()).call("show_export", id=unknown)
    assert (response.status_code, check(response, "Problem")["code"]) == (404, "unknown_request")


async def test_an_export_is_not_found_among_the_deletions() -> None:
    world = World()
    request_id = str(json_of(await exports(world).call("submit_export", SUBMISSION))["id"])
    response = await Functions(delete_blueprint(desk_of(world), signer_of())).call(
        "show_deletion", id=request_id
    )
    assert response.status_code == 404


async def test_the_same_key_with_another_body_is_422() -> None:
    functions, key = exports(World()), {"idempotency-key": "k"}
    first = json_of(await functions.call("submit_export", SUBMISSION, key))
    again = json_of(await functions.call("submit_export", SUBMISSION, key))
    assert (first["id"], first["ticket"]) == (again["id"], again["ticket"])
    other = await functions.call("submit_export", {**SUBMISSION, "regulation": "ccpa"}, key)
    assert (other.status_code, check(other, "Problem")["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), ({"subject": {}}, 400), (b" " * 20_000, 413), ({**SUBMISSION, "x": 1}, 400)],
)
async def test_bad_input_is_a_problem_and_nothing_is_recorded(body: object, status: int) -> None:
    world = World()
    response = await exports(world).call("submit_export", body)
    check(response, "Problem")
    assert response.status_code == status
    assert world.store.records == {}
    assert world.queue.messages == []


async def test_storage_that_is_down_is_503_and_a_repeat_succeeds() -> None:
    class Down(MemoryStore):
        async def add(self, request: PrivacyRequest) -> Stored:  # noqa: ARG002 - the port names it
            self.add = super().add  # type: ignore[method-assign] # down for the first call only
            raise StorageUnavailable

    functions = exports(World(store=Down()))
    first = await functions.call("submit_export", SUBMISSION)
    assert (first.status_code, first.headers["Retry-After"]) == (503, "10")
    assert (await functions.call("submit_export", SUBMISSION)).status_code == 202


async def test_a_table_that_is_gone_is_storage_that_does_not_answer() -> None:
    class Gone(MemoryStore):
        async def get(self, request_id: str) -> Stored:
            raise HomeMissing(request_id)

    response = await exports(World(store=Gone())).call(
        "show_export", id="22222222-2222-4222-8222-222222222222"
    )
    assert (response.status_code, check(response, "Problem")["code"]) == (503, "storage_unavailable")


async def test_a_bug_of_ours_is_500_without_its_text() -> None:
    class Broken(MemoryStore):
        async def get(self, request_id: str) -> Stored:
            raise ZeroDivisionError(request_id)

    response = await exports(World(store=Broken())).call(
        "show_export", id="22222222-2222-4222-8222-222222222222"
    )
    assert (response.status_code, check(response, "Problem")["code"]) == (500, "internal_error")
    assert "2222" not in response.get_body().decode()


async def test_a_hash_key_that_the_tables_do_not_know_is_503_and_named() -> None:
    class FilledUnderAnother(MemoryRegister):
        async def insert(self, owner: str, name: str, value: Mapping[str, str]) -> Entry:  # noqa: ARG002 - the port names them
            raise UnknownHashKey

    world = World(register=FilledUnderAnother())
    response = await exports(world).call("submit_export", SUBMISSION)
    problem = check(response, "Problem")
    assert (response.status_code, problem["code"]) == (503, "unknown_hash_key")
    assert "HASH_KEY" in str(problem["detail"])
    assert world.store.records == {}

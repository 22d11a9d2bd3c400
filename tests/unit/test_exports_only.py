"""A tenant in which nothing may be deleted: deletions that would search it are not accepted at all."""

from dataclasses import replace

import pytest

from delete_function.blueprint import delete_blueprint
from shared.domain.errors import NoEraser
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from tests.unit.http import SUBMISSION, Functions, desk_of, json_of
from tests.unit.receipts import signer_of
from tests.unit.samples import linked_pair
from tests.unit.world import World


def world_without_an_eraser_in(tenant: str) -> World:
    return World(replace(linked_pair(), exports_only=frozenset({tenant})))


@pytest.mark.parametrize("tenant", ["contoso", "fabrikam"])
async def test_a_deletion_that_would_search_it_is_answered_with_the_setting(tenant: str) -> None:
    world = world_without_an_eraser_in(tenant)
    functions = Functions(delete_blueprint(desk_of(world), signer_of()))
    response = await functions.call("submit_deletion", SUBMISSION)
    body = json_of(response)
    assert (response.status_code, body["code"]) == (503, "no_eraser")
    assert f"TENANTS__{tenant.upper()}__DELETIONS" in str(body["detail"])
    assert response.headers["Retry-After"]


async def test_nothing_is_recorded_of_it_and_an_export_goes_on() -> None:
    world = world_without_an_eraser_in("contoso")
    functions = Functions(delete_blueprint(desk_of(world), signer_of()))
    await functions.call("submit_deletion", SUBMISSION)
    assert not world.store.records
    world.person("contoso")
    assert (await world.ended(Kind.EXPORT, EmailSubject("ada@example.com"))).status is Status.COMPLETED


async def test_a_deletion_that_was_accepted_before_is_answered_again_under_its_key() -> None:
    world, subject = World(), EmailSubject("ada@example.com")
    first = await world.accept(Kind.DELETION, subject, "key-1")
    world.topology = replace(linked_pair(), exports_only=frozenset({"contoso"}))
    world.wire()
    again = await world.accept(Kind.DELETION, subject, "key-1")
    assert (again.request.id, again.ticket) == (first.request.id, first.ticket)
    with pytest.raises(NoEraser):
        await world.accept(Kind.DELETION, subject, "key-2")

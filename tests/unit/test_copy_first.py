"""A deletion after a copy of the data: it waits until the person has the copy, or the copy has expired."""

from dataclasses import replace
from datetime import timedelta

import pytest

from export_function.links import NotReady
from shared.domain.accept import Submission
from shared.domain.deadlines import Regulation
from shared.domain.errors import InvalidTransition
from shared.domain.journal import What, check
from shared.domain.progress import Outcome
from shared.domain.receipts import claims_in
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from shared.views import text
from tests.unit.test_export_plan import archive_of
from tests.unit.test_upkeep import pass_time
from tests.unit.world import ADA, KEPT, World

EMAIL = EmailSubject("ada@example.com")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def waiting(world: World) -> PrivacyRequest:
    """A deletion whose copy is ready."""
    world.person("contoso")
    submission = Submission(Kind.DELETION, Regulation.GDPR, EMAIL, "key:0", copy_first=True)
    deletion = (await world.acceptance(submission)).request.id
    await pass_time(world, HOUR, timedelta(minutes=5))
    return await world.request(deletion)


async def later(world: World, deletion: str, duration: timedelta = 3 * HOUR) -> PrivacyRequest:
    await pass_time(world, duration, timedelta(minutes=5) if duration < DAY else 6 * HOUR)
    return await world.request(deletion)


async def test_the_copy_is_made_first_and_nothing_is_changed_meanwhile() -> None:
    world = World()
    request = await waiting(world)
    assert (request.status, request.reason) == (Status.WAITING, "copy_to_be_confirmed")
    assert request.archive
    assert request.until == request.archive.expires_at
    assert "data/contoso/profile.json" in archive_of(world, request).namelist()
    assert (await world.links.mint(request.id, "ticket"))[1].url
    assert request.outcome("contoso") is None
    assert world.tenants["contoso"].disabled == set()


async def test_once_the_person_has_it_the_deletion_goes_on_and_the_copy_is_erased() -> None:
    world = World()
    deletion = (await waiting(world)).id
    await world.decisions.confirm_copy(deletion, "ticket")
    request = await later(world, deletion)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    assert world.blobs.committed == {}
    assert request.archive
    assert request.archive.removed_at
    journal = await world.store.journal(deletion)
    check(deletion, journal, request.last)
    assert What.COPY_CONFIRMED in {event.what for event in journal}
    told = claims_in(request.receipt or "")["copy"]
    assert told == {
        "confirmedAt": text(request.copy_confirmed_at),
        "erasedAt": text(request.archive.removed_at),
    }


async def test_without_a_word_it_goes_on_when_the_copy_has_expired() -> None:
    world = World()
    deletion = (await waiting(world)).id
    assert (await later(world, deletion, KEPT - DAY)).irreversible_at is None
    request = await later(world, deletion, 3 * DAY)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    assert world.blobs.committed == {}


async def test_it_can_be_withdrawn_while_it_waits_and_the_account_stays() -> None:
    world = World()
    deletion = (await waiting(world)).id
    await world.decisions.cancel(deletion, "ticket")
    request = await later(world, deletion)
    assert request.status is Status.CANCELLED
    assert ADA in world.tenants["contoso"].users
    assert world.blobs.committed == {}


async def test_a_copy_is_confirmed_once_and_where_there_is_one() -> None:
    world = World()
    deletion = (await waiting(world)).id
    await world.decisions.confirm_copy(deletion, "ticket")
    with pytest.raises(InvalidTransition):
        await world.decisions.confirm_copy(deletion, "ticket")
    plain = (await world.accept(Kind.DELETION, EMAIL)).request.id
    with pytest.raises(InvalidTransition):
        await world.decisions.confirm_copy(plain, "ticket")


async def test_of_somebody_who_is_found_nowhere_there_is_no_copy_to_wait_for() -> None:
    world = World()
    submission = Submission(Kind.DELETION, Regulation.GDPR, EMAIL, "key:0", copy_first=True)
    deletion = (await world.acceptance(submission)).request.id
    request = await later(world, deletion)
    assert (request.status, request.archive) == (Status.COMPLETED, None)


async def test_another_deletion_of_the_person_erases_the_copy_too() -> None:
    world = World()
    first = await waiting(world)
    await world.decisions.cancel(first.id, "ticket")
    world.blobs.committed[f"{first.id}/1/export.zip"] = b"left over"
    await world.ended(Kind.DELETION, EMAIL)
    assert world.blobs.committed == {}


async def test_while_it_is_in_doubt_who_asks_nobody_gets_the_copy_which_is_kept_for_longer() -> None:
    world = World()
    request = await waiting(world)
    assert request.archive
    await world.decisions.pause(request.id, "operator", "identity_in_doubt")
    with pytest.raises(NotReady):
        await world.links.mint(request.id, "ticket")
    await later(world, request.id, KEPT + DAY)
    await world.decisions.resume(request.id, "operator")
    resumed = await later(world, request.id, HOUR)
    assert resumed.archive
    assert resumed.archive.expires_at == request.archive.expires_at + KEPT + DAY
    assert (await world.links.mint(request.id, "ticket"))[1].url


async def test_the_copy_of_a_failed_request_that_was_tidied_is_removed_once_an_operator_ends_it() -> None:
    world = World()
    stored = await world.store.get((await waiting(world)).id)
    deletion, now = stored.request.id, world.clock.now()
    stored = await world.store.save(replace(stored, request=stored.request.claimed(now, now)))
    stored = await world.store.save(replace(stored, request=stored.request.failed(now, "unexpected_error")))
    await world.store.save(replace(stored, request=stored.request.with_tidied(now)))
    await world.decisions.close(deletion, "operator")
    assert (await later(world, deletion)).status is Status.CANCELLED
    assert world.blobs.committed == {}


async def test_a_copy_expires_though_an_operator_has_not_decided_about_the_deletion() -> None:
    world = World()
    stored = await world.store.get((await waiting(world)).id)
    claimed = stored.request.claimed(world.clock.now(), world.clock.now())
    stored = await world.store.save(replace(stored, request=claimed))
    asking = stored.request.awaiting_approval(world.clock.now(), "legal_hold")
    await world.store.save(replace(stored, request=asking))
    request = await later(world, asking.id, KEPT + DAY)
    assert request.status is Status.AWAITING_APPROVAL
    assert request.archive
    assert request.archive.removed_at
    assert world.blobs.committed == {}

"""Links to archives: who gets one, until when, and what is written down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from export_function.links import Expired, NotReady
from shared.domain.errors import DirectoryUnavailable, InvalidTransition, StorageUnavailable
from shared.domain.journal import What
from shared.domain.sources import Source
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from tests.fakes import FakeLinks
from tests.unit.test_collector import fails_at
from tests.unit.test_upkeep import pass_time
from tests.unit.world import KEPT, LINK_LIVES, World

EMAIL = EmailSubject("ada@example.com")


async def exported() -> tuple[World, str]:
    world = World()
    world.person("contoso")
    return world, (await world.ended(Kind.EXPORT, EMAIL)).id


async def test_every_link_is_an_event_with_who_asked_for_it() -> None:
    world, export = await exported()
    await world.links.mint(export, "key:0")
    await world.links.mint(export, "ticket")
    minted = [event for event in await world.store.journal(export) if event.what is What.LINK_MINTED]
    assert [event.by for event in minted] == ["key:0", "ticket"]


async def test_the_event_is_written_before_the_link_is_made() -> None:
    world, export = await exported()
    with pytest.raises(StorageUnavailable):
        await replace(world.links, links=FakeLinks(StorageUnavailable())).mint(export, "ticket")
    assert (await world.store.journal(export))[-1].what is What.LINK_MINTED


async def test_a_link_lives_for_its_lifetime_and_no_longer_than_the_archive() -> None:
    world, export = await exported()
    _, link = await world.links.mint(export, "ticket")
    assert link.expires_at == world.clock.now() + LINK_LIVES
    archive = (await world.request(export)).archive
    assert archive
    await world.clock.sleep(archive.expires_at - world.clock.now() - timedelta(minutes=1))
    assert (await world.links.mint(export, "ticket"))[1].expires_at == archive.expires_at


async def test_there_is_a_link_until_the_archive_expires_and_its_blob_is_gone_then() -> None:
    world, export = await exported()
    await world.clock.sleep(KEPT)
    with pytest.raises(Expired):
        await world.links.mint(export, "ticket")
    await pass_time(world, timedelta(hours=2))
    assert world.blobs.committed == {}
    with pytest.raises(Expired):
        await world.links.mint(export, "ticket")


async def test_there_is_no_link_before_the_archive() -> None:
    world = World()
    world.person("contoso")
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    with pytest.raises(NotReady):
        await world.links.mint(accepted.request.id, "ticket")


async def test_a_deletion_erases_the_person_s_archives_and_says_so_in_their_journals() -> None:
    world, export = await exported()
    deletion = await world.ended(Kind.DELETION, EMAIL)
    assert world.blobs.committed == {}
    with pytest.raises(Expired):
        await world.links.mint(export, "ticket")
    erased = (await world.store.journal(export))[-1]
    assert (erased.what, erased.by) == (What.ARCHIVE_ERASED, f"deletion {deletion.id}")


async def test_a_deletion_erases_what_a_failed_export_had_collected() -> None:
    world = World()
    world.person("contoso")
    fails_at(world, Source.AUTHENTICATION_METHODS, DirectoryUnavailable("x"))
    assert (await world.ended(Kind.EXPORT, EMAIL)).status is Status.FAILED
    assert world.blobs.committed
    await world.ended(Kind.DELETION, EMAIL)
    assert world.blobs.committed == {}


async def test_archives_of_others_stay() -> None:
    world, _ = await exported()
    world.person("contoso", "bbbbbbbb-0000-4000-8000-000000000002", email="bob@example.com")
    other = await world.ended(Kind.EXPORT, EmailSubject("bob@example.com"))
    await world.ended(Kind.DELETION, EMAIL)
    assert other.archive
    assert set(world.blobs.committed) == {other.archive.blob}
    assert (await world.links.mint(other.id, "ticket"))[1].url


async def test_an_operator_lets_an_archive_expire_at_once() -> None:
    world, export = await exported()
    await world.decisions.end_archive(export, "operator x")
    with pytest.raises(Expired):
        await world.links.mint(export, "ticket")
    await pass_time(world, timedelta(minutes=2), timedelta(minutes=1))
    assert world.blobs.committed == {}
    with pytest.raises(InvalidTransition):
        await world.decisions.end_archive(export, "operator x")


async def test_there_is_no_archive_to_end_before_it_is_made() -> None:
    world = World()
    world.person("contoso")
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    with pytest.raises(InvalidTransition):
        await world.decisions.end_archive(accepted.request.id, "operator x")

"""Whose request goes first about one account: the person's own, or one that rests on an app's word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from delete_function.guarding import Policy
from shared.domain.claims import CLOSED
from shared.domain.errors import DirectoryUnavailable, Overtaken
from shared.domain.journal import What
from shared.domain.ports import Entry, JsonObject, Stored
from shared.domain.progress import Outcome
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Proof, Status
from shared.domain.subject import ObjectIdSubject
from shared.domain.topology import Topology
from tests.unit.samples import CONTOSO
from tests.unit.test_upkeep import pass_time
from tests.unit.world import ADA, PATIENCE, RETENTION, Vanished, World

HERSELF = ObjectIdSubject("contoso", ADA)
APP, PERSON = Proof.APP, Proof.PERSON
WAITS = (Status.WAITING, "another_request")


def a_world() -> World:
    world = World(Topology({"contoso": CONTOSO}, (frozenset({"contoso"}),)))
    world.person("contoso")
    return world


async def accepted(world: World, kind: Kind, proof: Proof) -> str:
    return (await world.accept(kind, HERSELF, f"{kind} {proof}", proof)).request.id


async def until(world: World, step: str, kind: Kind, proof: Proof) -> str:
    """A request whose worker has vanished after this step; others may go on at once."""
    request_id = await accepted(world, kind, proof)
    await world.settle_until(request_id, step)
    world.queue.messages.clear()
    return request_id


async def runs(world: World, request_id: str) -> tuple[Status, str | None]:
    """How a request stands after one run."""
    await world.runner.run(request_id)
    request = await world.request(request_id)
    return request.status, request.reason


async def settled(world: World, *request_ids: str) -> list[PrivacyRequest]:
    for request_id in request_ids:
        await world.queue.send(request_id)
    return [await world.settle(request_id) for request_id in request_ids]


async def test_an_app_s_export_gives_way_to_the_person_s_own_with_all_that_it_had_made() -> None:
    world = a_world()
    app_s = await until(world, "collect:contoso:profile", Kind.EXPORT, APP)
    assert await world.blobs.names(app_s)
    (hers,) = await settled(world, await accepted(world, Kind.EXPORT, PERSON))
    assert hers.status is Status.COMPLETED
    superseded = await world.request(app_s)
    assert (superseded.status, superseded.reason) == (Status.CANCELLED, "superseded")
    ends = [fields["request_id"] for event, fields in world.log.lines if event == "request_ended"]
    assert ends.count(app_s) == 1
    assert await world.blobs.names(app_s) == ()
    last = (await world.store.journal(app_s))[-1]
    assert (last.what, last.by) == (What.CANCELLED, f"export {hers.id}")


async def test_an_app_s_deletion_gives_way_to_the_person_s_own_before_its_mark() -> None:
    world = a_world()
    app_s = await until(world, "claim", Kind.DELETION, APP)
    (hers,) = await settled(world, await accepted(world, Kind.DELETION, PERSON))
    assert (hers.status, hers.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    superseded = await world.request(app_s)
    assert (superseded.status, superseded.irreversible_at) == (Status.CANCELLED, None)


async def test_after_the_mark_of_an_app_s_deletion_the_person_s_own_waits() -> None:
    world = a_world()
    app_s = await until(world, "mark", Kind.DELETION, APP)
    hers = await accepted(world, Kind.DELETION, PERSON)
    assert await runs(world, hers) == WAITS
    first, second = await settled(world, app_s, hers)
    assert first.status is second.status is Status.COMPLETED
    assert first.ended_at
    assert second.irreversible_at
    assert first.ended_at <= second.irreversible_at


async def test_a_person_s_export_goes_on_beside_an_app_s_deletion_which_waits_before_its_mark() -> None:
    world = a_world()
    app_s = await until(world, "claim", Kind.DELETION, APP)
    hers = await until(world, "claim", Kind.EXPORT, PERSON)
    export, deletion = await settled(world, hers, app_s)
    assert export.status is deletion.status is Status.COMPLETED
    assert export.archive
    assert export.ended_at
    assert deletion.irreversible_at
    assert export.ended_at <= deletion.irreversible_at


async def test_an_app_s_deletion_waits_for_the_person_s_export_no_longer_than_its_patience() -> None:
    world = a_world()

    async def down(object_id: str) -> JsonObject | None:  # noqa: ARG001 - the port names it
        raise DirectoryUnavailable("read_user")

    world.tenants["contoso"].profile = down  # type: ignore[method-assign] # a fake is bent
    app_s = await until(world, "claim", Kind.DELETION, APP)
    since, hers = world.clock.now(), await until(world, "claim", Kind.EXPORT, PERSON)
    await world.queue.send(app_s)
    deletion = await world.settle(app_s)
    assert deletion.irreversible_at
    assert PATIENCE <= deletion.irreversible_at - since <= PATIENCE + 2 * world.timing.lease
    export = await world.request(hers)
    assert (export.status, export.reason) == (Status.CANCELLED, "superseded")


async def test_an_export_that_comes_while_an_app_s_deletion_cools_off_is_given_patience_too() -> None:
    world = a_world()
    world.policy = Policy(cooling_off=timedelta(days=7))
    world.wire()
    app_s = await until(world, "claim", Kind.DELETION, APP)
    await world.clock.sleep(timedelta(days=7))
    hers = await until(world, "claim", Kind.EXPORT, PERSON)
    assert await runs(world, app_s) == WAITS
    export, deletion = await settled(world, hers, app_s)
    assert export.status is deletion.status is Status.COMPLETED


async def test_what_follows_the_end_of_a_superseded_request_is_promised_at_once() -> None:
    world = a_world()
    app_s = await until(world, "claim", Kind.EXPORT, APP)
    stored = await world.store.get(app_s)
    asking = await world.store.save(
        replace(stored, request=stored.request.awaiting_approval(world.clock.now(), "permission_missing:x"))
    )
    await Promises(world.due, RETENTION, world.timing.margin).renew(asking.request)
    await settled(world, await accepted(world, Kind.EXPORT, PERSON))
    await pass_time(world, timedelta(hours=3))
    superseded = await world.request(app_s)
    assert (superseded.status, superseded.subject) == (Status.CANCELLED, None)


async def test_what_was_exported_while_a_deletion_had_failed_is_erased_when_it_is_tried_again() -> None:
    world = a_world()

    async def down(object_id: str) -> None:  # noqa: ARG001 - the port names it
        raise DirectoryUnavailable("delete_user")

    deletes = world.tenants["contoso"].soft_delete
    world.tenants["contoso"].soft_delete = down  # type: ignore[method-assign] # a fake is bent
    failed = await world.settle(await accepted(world, Kind.DELETION, APP))
    assert (failed.status, "erase-archives" in failed.done) == (Status.FAILED, True)
    export = await world.settle(await accepted(world, Kind.EXPORT, PERSON))
    assert export.archive
    world.tenants["contoso"].soft_delete = deletes  # type: ignore[method-assign] # as above
    await world.decisions.retry(failed.id, "operator x")
    deletion = await world.settle(failed.id)
    assert (deletion.status, deletion.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    assert await world.blobs.names(export.id) == ()


async def test_after_the_mark_of_an_app_s_deletion_the_person_s_export_is_refused() -> None:
    world = a_world()
    await until(world, "mark", Kind.DELETION, APP)
    hers = await accepted(world, Kind.EXPORT, PERSON)
    assert await runs(world, hers) == (Status.REFUSED, "being_deleted")


@pytest.mark.parametrize(
    ("first", "then", "meets"),
    [
        ((Kind.DELETION, PERSON), (Kind.DELETION, PERSON), WAITS),
        ((Kind.DELETION, PERSON), (Kind.DELETION, APP), WAITS),
        ((Kind.DELETION, APP), (Kind.DELETION, APP), WAITS),
        ((Kind.EXPORT, PERSON), (Kind.EXPORT, APP), WAITS),
        ((Kind.EXPORT, APP), (Kind.EXPORT, APP), WAITS),
        ((Kind.EXPORT, PERSON), (Kind.DELETION, PERSON), WAITS),
        ((Kind.EXPORT, APP), (Kind.DELETION, PERSON), WAITS),
        ((Kind.DELETION, PERSON), (Kind.EXPORT, PERSON), (Status.REFUSED, "being_deleted")),
        ((Kind.DELETION, PERSON), (Kind.EXPORT, APP), (Status.REFUSED, "being_deleted")),
        ((Kind.DELETION, APP), (Kind.EXPORT, APP), (Status.REFUSED, "being_deleted")),
    ],
)
async def test_where_neither_gives_way_the_second_waits_and_an_export_is_refused(
    first: tuple[Kind, Proof], then: tuple[Kind, Proof], meets: tuple[Status, str]
) -> None:
    world = a_world()
    standing = await until(world, "claim", *first)
    other = await world.accept(then[0], HERSELF, "another", then[1])
    assert await runs(world, other.request.id) == meets
    assert (await world.request(standing)).status is Status.RUNNING


async def test_an_export_that_claims_just_before_the_mark_is_seen() -> None:
    """The look and the mark are two writes: in between, an export must not get past."""
    world = a_world()
    app_s, hers = await until(world, "claim", Kind.DELETION, APP), await accepted(world, Kind.EXPORT, PERSON)
    replaced = world.register.replace

    async def replace_later(entry: Entry) -> Entry:
        if entry.value.get(CLOSED) == app_s:
            world.register.replace = replaced  # type: ignore[method-assign] # bent for one call
            await world.settle_until(hers, "claim")
        return await replaced(entry)

    await world.clock.sleep(world.timing.lease + world.timing.margin)
    world.register.replace = replace_later  # type: ignore[method-assign] # a fake is bent
    assert await runs(world, app_s) == WAITS
    assert "claim" in (await world.request(hers)).done
    assert (await world.request(app_s)).irreversible_at is None


async def test_an_export_whose_claim_comes_just_after_the_mark_is_refused() -> None:
    world = a_world()
    app_s, hers = await until(world, "claim", Kind.DELETION, APP), await accepted(world, Kind.EXPORT, PERSON)
    replaced = world.register.replace

    async def replace_later(entry: Entry) -> Entry:
        if entry.value.get(Kind.EXPORT) == hers:
            world.register.replace = replaced  # type: ignore[method-assign] # bent for one call
            await world.settle_until(app_s, "mark")
        return await replaced(entry)

    await world.clock.sleep(world.timing.lease + world.timing.margin)
    world.register.replace = replace_later  # type: ignore[method-assign] # a fake is bent
    assert await runs(world, hers) == (Status.REFUSED, "being_deleted")
    assert (await world.request(app_s)).irreversible_at


@pytest.mark.parametrize("comes_to_its_mark", [True, False])
async def test_while_a_deletion_is_about_to_set_its_mark_an_export_waits_to_see(
    *, comes_to_its_mark: bool
) -> None:
    world = a_world()
    app_s, saved = await accepted(world, Kind.DELETION, APP), world.store.save

    async def save(stored: Stored) -> Stored:
        if "mark" in stored.request.done:
            raise Vanished
        return await saved(stored)

    world.store.save = save  # type: ignore[method-assign] # a fake is bent
    with pytest.raises(Vanished):
        await world.settle(app_s)
    world.store.save = saved  # type: ignore[method-assign] # as above
    hers = await accepted(world, Kind.EXPORT, PERSON)
    assert await runs(world, hers) == WAITS
    if not comes_to_its_mark:
        await world.decisions.cancel(app_s, "operator x")
    export, deletion = await settled(world, hers, app_s)
    assert (export.status is Status.REFUSED) is comes_to_its_mark
    assert (deletion.status is Status.CANCELLED) is not comes_to_its_mark
    assert export.status is Status.REFUSED or export.archive


async def test_an_export_that_finds_its_account_deleted_meanwhile_is_refused_and_a_later_one_is_not() -> None:
    world = a_world()
    account = world.tenants["contoso"].users[ADA]
    hers = await until(world, "found", Kind.EXPORT, PERSON)
    (deletion,) = await settled(world, await accepted(world, Kind.DELETION, APP))
    (export,) = await settled(world, hers)
    assert deletion.status is Status.COMPLETED
    assert (export.status, export.reason) == (Status.REFUSED, "being_deleted")
    world.tenants["contoso"].users[ADA] = account  # an administrator has restored it
    again = await world.accept(Kind.EXPORT, HERSELF, "again", PERSON)
    assert (await world.settle(again.request.id)).status is Status.COMPLETED


async def test_a_marked_deletion_that_is_tried_again_deletes_nothing_before_it_has_its_claim_again() -> None:
    world = a_world()

    async def down(object_id: str) -> None:  # noqa: ARG001 - the port names it
        raise DirectoryUnavailable("delete_user")

    deletes = world.tenants["contoso"].soft_delete
    world.tenants["contoso"].soft_delete = down  # type: ignore[method-assign] # a fake is bent
    failed = await world.settle(await accepted(world, Kind.DELETION, APP))
    assert (failed.status, failed.irreversible_at is None) == (Status.FAILED, False)
    world.tenants["contoso"].soft_delete = deletes  # type: ignore[method-assign] # as above
    hers = await until(world, "claim", Kind.DELETION, PERSON)
    await world.decisions.retry(failed.id, "operator x")
    assert await runs(world, failed.id) == WAITS
    assert ADA in world.tenants["contoso"].users
    second, first = await settled(world, hers, failed.id)
    assert first.status is second.status is Status.COMPLETED
    assert first.irreversible_at == failed.irreversible_at


async def test_an_export_that_moves_while_it_is_superseded_is_looked_at_again() -> None:
    world = a_world()
    app_s = await until(world, "claim", Kind.EXPORT, APP)
    hers, saved = await accepted(world, Kind.EXPORT, PERSON), world.store.save

    async def save(stored: Stored) -> Stored:
        if stored.request.id == app_s:
            world.store.save = saved  # type: ignore[method-assign] # bent for one call
            standing = await world.store.get(app_s)
            moved = standing.request.with_done("collect:contoso:profile", world.clock.now())
            await saved(replace(standing, request=moved))
        return await saved(stored)

    world.store.save = save  # type: ignore[method-assign] # a fake is bent
    await world.runner.run(hers)
    assert (await world.request(app_s)).status is Status.CANCELLED
    assert ("run_overtaken", {"run": 1}) not in world.log.lines


async def test_a_deletion_whose_account_another_has_taken_sets_no_mark() -> None:
    world = a_world()
    app_s = await until(world, "claim", Kind.DELETION, APP)
    stale = (await world.request(app_s)).claims
    await settled(world, await accepted(world, Kind.DELETION, PERSON))
    request = replace(await world.request(app_s), claims=stale)
    with pytest.raises(Overtaken):
        await world.claims.close_to_exports(request)

"""What operators do about lists, and what becomes of lists that nobody does anything about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.bulk.batch import BatchStatus
from shared.domain.bulk.bounds import AWAITED, BUSY, FOLLOWED, KEPT, MOST_OPEN, STOPPED_KEPT, UPLOAD_LIVES
from shared.domain.bulk.names import interim_name, list_name, piece_name, result_name
from shared.domain.decisions import FourEyes
from shared.domain.errors import InvalidTransition, KeyReused, OwnRequest, StorageUnavailable, UnknownRequest
from shared.domain.states import Kind, Status
from tests.unit.bulk import ANOTHER, MAKER, Bulk, address, csv_of, handed_of
from tests.unit.samples import REQUEST_ID
from tests.unit.test_batch_runner import populated
from tests.unit.world import World

LIST = csv_of([address(0), address(1)])
DAY = timedelta(days=1)


async def test_the_same_key_is_the_same_batch_and_with_another_list_is_refused() -> None:
    bulk = Bulk()
    batch = await bulk.desk.hand_in(MAKER, "k", handed_of(LIST))
    assert await bulk.desk.hand_in(MAKER, "k", handed_of(LIST)) == batch
    with pytest.raises(KeyReused):
        await bulk.desk.hand_in(MAKER, "k", handed_of(LIST, kind=Kind.EXPORT))
    assert (await bulk.desk.hand_in(ANOTHER, "k", handed_of(LIST))).id != batch.id


async def test_an_address_is_given_while_the_list_is_awaited_and_for_an_hour() -> None:
    bulk = Bulk()
    batch = await bulk.uploaded(LIST)
    link = await bulk.desk.upload(batch)
    assert link is not None
    assert link.url.endswith(list_name(batch.id))
    assert link.expires_at == bulk.world.clock.now() + UPLOAD_LIVES
    assert await bulk.desk.upload(await bulk.desk.start(batch.id, MAKER)) is None


@pytest.mark.parametrize("content", [None, b"", LIST + b"x"])
async def test_a_batch_without_its_list_does_not_start(content: bytes | None) -> None:
    bulk = Bulk()
    batch = await bulk.desk.hand_in(MAKER, "k", handed_of(LIST))
    if content is not None:
        bulk.blobs.committed[list_name(batch.id)] = content
    with pytest.raises(InvalidTransition):
        await bulk.desk.start(batch.id, MAKER)
    assert not bulk.nudges.messages


async def test_a_batch_that_is_not_there_is_unknown_to_every_act() -> None:
    desk = Bulk().desk
    for act in (desk.show(REQUEST_ID), desk.start(REQUEST_ID, MAKER), desk.stop(REQUEST_ID)):
        with pytest.raises(UnknownRequest):
            await act
    with pytest.raises(UnknownRequest):
        await desk.result(REQUEST_ID)


async def test_a_batch_under_way_is_neither_started_again_nor_stopped_once_all_is_read() -> None:
    bulk = populated(2)
    batch = await bulk.started(LIST)
    with pytest.raises(InvalidTransition):
        await bulk.desk.start(batch.id, MAKER)
    with pytest.raises(InvalidTransition):
        await bulk.desk.result(batch.id)
    await bulk.run_what_is_due()
    with pytest.raises(InvalidTransition):
        await bulk.desk.stop(batch.id)


async def test_which_lines_are_bad_is_told_once_all_were_read_though_requests_take_weeks() -> None:
    bulk = populated(1)
    batch = await bulk.started(csv_of([address(0), "nobody"]))
    await bulk.run_what_is_due()
    assert (await bulk.batch(batch.id)).status is BatchStatus.FOLLOWING
    assert (await bulk.desk.result(batch.id)).url.endswith(interim_name(batch.id))
    lines = bulk.blobs.committed[interim_name(batch.id)].decode().splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [["2", "accepted"], ["3", "bad"]]


async def test_there_is_a_result_once_it_has_ended() -> None:
    bulk = populated(2)
    batch = await bulk.ended(LIST)
    assert (await bulk.desk.result(batch.id)).url.endswith(result_name(batch.id))


async def test_more_lists_than_may_be_open_are_refused_and_the_same_again_is_not() -> None:
    bulk = Bulk()
    for number in range(MOST_OPEN):
        await bulk.desk.hand_in(MAKER, str(number), handed_of(LIST))
    with pytest.raises(InvalidTransition):
        await bulk.desk.hand_in(MAKER, "one more", handed_of(LIST))
    await bulk.desk.hand_in(MAKER, "0", handed_of(LIST))


async def test_where_two_decide_another_operator_starts_a_list() -> None:
    bulk = Bulk(World(four_eyes=FourEyes.DELETIONS))
    batch = await bulk.uploaded(LIST)
    with pytest.raises(OwnRequest):
        await bulk.desk.start(batch.id, MAKER)
    assert (await bulk.desk.start(batch.id, ANOTHER)).status is BatchStatus.CHECKING
    for key, more in (("dry", {"dry_run": True}), ("export", {"kind": Kind.EXPORT})):
        alone = await bulk.uploaded(LIST, key, **more)
        assert (await bulk.desk.start(alone.id, MAKER)).status is BatchStatus.CHECKING


async def test_nobody_approves_a_request_of_a_list_they_handed_in() -> None:
    bulk = populated(1)
    bulk.world.person("contoso", "bbbbbbbb-0000-4000-8000-000000000002", email=address(0))
    await bulk.started(csv_of([address(0)]))
    await bulk.run_what_is_due()
    (request_id,) = bulk.world.store.records
    await bulk.world.settle(request_id)
    with pytest.raises(OwnRequest):
        await bulk.world.decisions.approve(request_id, MAKER)
    assert (await bulk.world.decisions.approve(request_id, ANOTHER)).status is not Status.REFUSED


async def test_the_same_list_again_after_its_end_asks_about_nobody_anew() -> None:
    bulk = populated(2)
    batch = await bulk.ended(LIST)
    assert await bulk.desk.hand_in(MAKER, "k", handed_of(LIST)) == await bulk.batch(batch.id)
    assert len(bulk.world.store.records) == 2


async def test_a_failed_list_handed_in_again_goes_on_with_the_same_requests() -> None:
    bulk = populated(2)
    batch = await bulk.started(LIST)
    await bulk.run_what_is_due()
    stored = await bulk.shelf.get(batch.id)
    await bulk.shelf.save(stored, stored.batch.failed(bulk.world.clock.now(), "not_ended_in_time"))
    ended = await bulk.ended(LIST)
    assert (ended.status, ended.tally.counts) == (BatchStatus.COMPLETED, {"accepted": 2})
    assert len(bulk.world.store.records) == 2


async def test_a_list_that_was_forgotten_and_comes_again_asks_about_nobody_anew() -> None:
    bulk = populated(2)
    batch = await bulk.ended(LIST)
    for _ in range(KEPT.days + 2):
        await bulk.world.clock.sleep(DAY)
        await bulk.upkeep.sweep()
    with pytest.raises(UnknownRequest):
        await bulk.batch(batch.id)
    again = await bulk.ended(LIST)
    assert again.id == batch.id
    assert len(bulk.world.store.records) == 2
    assert [(row["answer"], row["status"]) for row in bulk.rows(again)] == [("known", "completed")] * 2


async def test_a_list_that_was_given_up_and_is_handed_in_again_is_followed_as_long_as_the_first_time() -> (
    None
):
    bulk = populated(2)
    batch = await bulk.started(LIST)
    await bulk.world.clock.sleep(FOLLOWED)
    await bulk.upkeep.sweep()
    assert (await bulk.batch(batch.id)).reason == "not_ended_in_time"
    await bulk.started(LIST)
    await bulk.world.clock.sleep(FOLLOWED - timedelta(seconds=1))
    await bulk.upkeep.sweep()
    assert (await bulk.batch(batch.id)).status is BatchStatus.CHECKING


async def test_a_list_that_was_stopped_before_it_was_there_can_still_be_written() -> None:
    bulk = populated(2)
    batch = await bulk.desk.stop((await bulk.desk.hand_in(MAKER, "k", handed_of(LIST))).id)
    assert await bulk.desk.upload(batch) is not None
    assert (await bulk.ended(LIST)).requests == {Status.COMPLETED: 2}
    assert await bulk.desk.upload(await bulk.batch(batch.id)) is None


async def test_a_dry_run_handed_in_again_is_a_new_look() -> None:
    bulk = Bulk()
    await bulk.ended(LIST, dry_run=True)
    again = await bulk.desk.hand_in(MAKER, "k", handed_of(LIST, dry_run=True))
    assert again.status is BatchStatus.AWAITING_LIST


async def test_a_list_is_gone_soon_after_its_last_line_was_read() -> None:
    bulk = populated(2)
    batch = await bulk.started(LIST)
    await bulk.run_what_is_due()
    assert (await bulk.batch(batch.id)).status is BatchStatus.FOLLOWING
    await bulk.upkeep.sweep()
    assert await bulk.blobs.names(list_name(batch.id)) == ()
    assert (await bulk.settle(batch.id)).requests == {Status.COMPLETED: 2}


async def test_of_an_ended_list_the_result_alone_is_left_and_goes_with_the_batch() -> None:
    bulk = populated(2)
    batch = await bulk.ended(LIST)
    await bulk.upkeep.sweep()
    assert list(bulk.blobs.committed) == [result_name(batch.id)]
    await bulk.world.clock.sleep(KEPT)
    await bulk.upkeep.sweep()
    assert (bulk.blobs.committed, bulk.register.entries) == ({}, {})


@pytest.mark.parametrize(("patience", "reason"), [(AWAITED, "no_list"), (STOPPED_KEPT, "stopped")])
async def test_a_list_that_nobody_goes_on_with_is_given_up_and_removed(
    patience: timedelta, reason: str
) -> None:
    bulk = Bulk()
    batch = await bulk.uploaded(LIST)
    if reason == "stopped":
        await bulk.desk.stop(batch.id)
    await bulk.world.clock.sleep(patience - timedelta(seconds=1))
    await bulk.upkeep.sweep()
    assert not (await bulk.batch(batch.id)).has_ended
    await bulk.world.clock.sleep(timedelta(seconds=1))
    for _ in range(2):
        await bulk.upkeep.sweep()
    ended = await bulk.batch(batch.id)
    assert (ended.status, ended.reason) == (BatchStatus.FAILED, reason)
    assert list_name(batch.id) not in bulk.blobs.committed


async def test_a_list_whose_requests_do_not_end_is_given_up_with_what_is_known() -> None:
    bulk = populated(1)
    bulk.world.person("contoso", "bbbbbbbb-0000-4000-8000-000000000002", email=address(0))
    batch = await bulk.started(csv_of([address(0)]))
    for _ in range(FOLLOWED.days + 1):
        for _ in range(3):
            await bulk.run_what_is_due()
            await bulk.world.run_what_is_due()
            await bulk.world.clock.sleep(DAY / 3)
        await bulk.upkeep.sweep()
        await bulk.world.upkeep.sweep()
    ended = await bulk.batch(batch.id)
    assert (ended.status, ended.reason) == (BatchStatus.FAILED, "not_ended_in_time")
    assert [row["status"] for row in bulk.rows(ended)] == ["awaiting_approval"]


async def test_a_batch_whose_message_was_lost_is_nudged_by_the_timer() -> None:
    bulk = populated(2)
    batch = await bulk.started(LIST)
    bulk.nudges.messages.clear()
    await bulk.world.clock.sleep(BUSY)
    await bulk.upkeep.sweep()
    assert not bulk.nudges.messages
    await bulk.world.clock.sleep(timedelta(seconds=1))
    await bulk.upkeep.sweep()
    assert [one for _, one in bulk.nudges.messages] == [batch.id]


async def test_one_batch_that_cannot_be_looked_at_holds_up_no_other() -> None:
    bulk = populated(2)
    ended = await bulk.ended(LIST)
    other = await bulk.started(LIST, "other")
    bulk.nudges.messages.clear()
    await bulk.world.clock.sleep(BUSY * 2)
    remove = bulk.blobs.remove

    async def failing(prefix: str) -> None:
        if prefix.startswith(ended.id):
            raise StorageUnavailable
        await remove(prefix)

    bulk.blobs.remove = failing  # type: ignore[method-assign] # the fake is what a test may bend
    await bulk.upkeep.sweep()
    assert [one for _, one in bulk.nudges.messages] == [other.id]
    assert "batch_look_failed" in [event for event, _ in bulk.world.log.lines]


async def test_two_sweeps_at_once_do_no_harm() -> None:
    bulk = populated(2)
    batch = await bulk.ended(LIST)
    stale = await bulk.shelf.get(batch.id)
    await bulk.upkeep.sweep()
    bulk.register.entries["batch", batch.id] = replace(bulk.register.entries["batch", batch.id])
    await bulk.upkeep._look_safely(stale)
    assert (await bulk.batch(batch.id)).tidied
    assert piece_name(batch.id, 0) not in bulk.blobs.committed


async def test_a_sweep_that_comes_late_removes_nothing_of_a_list_that_was_handed_in_again() -> None:
    bulk = populated(2)
    batch = await bulk.started(LIST)
    stored = await bulk.shelf.get(batch.id)
    failed = await bulk.shelf.save(stored, stored.batch.failed(bulk.world.clock.now(), "list_sha256"))
    await bulk.started(LIST)
    await bulk.upkeep._look_safely(failed)
    assert list_name(batch.id) in bulk.blobs.committed
    assert (await bulk.settle(batch.id)).requests == {Status.COMPLETED: 2}

"""A batch's states, and what its transitions leave."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.batch_rows import batch_of, text_of
from shared.domain.bulk.answers import AT_REST, Answer, Row, Tally, decoded, encoded
from shared.domain.bulk.batch import AT_WORK, ENDED, LEADS_TO, Batch, BatchStatus, Checked, Pass
from shared.domain.bulk.bounds import AT_ONCE
from shared.domain.bulk.names import piece_name, result_name
from shared.domain.bulk.result import Results
from shared.domain.errors import InvalidTransition, Overtaken
from shared.domain.states import FINAL, Status
from tests.fakes import MemoryBlobs
from tests.paths import ROOT
from tests.unit.bulk import handed_of
from tests.unit.samples import NOW, REQUEST_ID

CHECKED = Checked("v", ("email",), 3, 6, 2)
FRESH = Batch(REQUEST_ID, "operator x", handed_of(b"email\na@b\n"), NOW, NOW)
ROWS = (Row(2, Answer.ACCEPTED, request_id=REQUEST_ID), Row(3, Answer.BAD, "the line is blank"))
MOVES: dict[str, tuple[Callable[[Batch], Batch], BatchStatus]] = {
    "start": (lambda one: one.started(NOW), BatchStatus.CHECKING),
    "list": (lambda one: one.with_list(NOW, CHECKED), BatchStatus.READING),
    "stop": (lambda one: one.stopped(NOW), BatchStatus.STOPPED),
    "complete": (lambda one: one.completed(NOW), BatchStatus.COMPLETED),
    "fail": (lambda one: one.failed(NOW, "no_list"), BatchStatus.FAILED),
    "renew": (lambda one: one.renewed(NOW), BatchStatus.AWAITING_LIST),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", BatchStatus)
def test_a_transition_is_one_that_the_table_has_or_is_refused(status: BatchStatus, move: str) -> None:
    make, towards = MOVES[move]
    if towards in LEADS_TO[status]:
        assert make(replace(FRESH, status=status)).status is towards
    else:
        with pytest.raises(InvalidTransition):
            make(replace(FRESH, status=status))


def test_the_page_draws_every_transition_and_no_other() -> None:
    chapter = (ROOT / "docs/architecture.md").read_text().partition("## Lists")[2].partition("\n## ")[0]
    drawn = set(re.findall(r"^ {4}(\w+) --> (\w+)", chapter, re.MULTILINE))
    assert drawn == {(one.value, to.value) for one, nexts in LEADS_TO.items() for to in nexts}


def test_a_batch_is_read_back_from_its_row_as_it_was_written() -> None:
    looking = Pass(2, {"completed": 1}, 1, {"completed": 1}, NOW)
    rich = replace(
        FRESH.started(NOW).with_list(NOW, CHECKED),
        tally=Tally().plus(ROWS),
        looking=looking,
        requests={"completed": 1},
        until=NOW,
        ended_at=NOW,
        reason="list_changed",
        again_at=NOW,
    )
    assert batch_of(text_of(rich)) == rich


def test_a_piece_is_read_back_as_it_was_written() -> None:
    assert decoded(encoded(ROWS)) == ROWS


def test_a_stopped_batch_goes_on_where_it_was() -> None:
    reading = FRESH.started(NOW).with_list(NOW, CHECKED).with_slice(NOW, 20, 4, Tally().plus(ROWS))
    onward = reading.stopped(NOW).started(NOW)
    assert (onward.status, onward.offset, onward.line, onward.pieces) == (BatchStatus.READING, 20, 4, 1)
    assert onward.tally == reading.tally


def test_a_renewed_batch_keeps_what_its_requests_are_made_of_and_nothing_else() -> None:
    failed = FRESH.started(NOW).with_list(NOW, CHECKED).failed(NOW, "list_changed")
    assert failed.renewed(NOW) == replace(FRESH, again_at=NOW)


def test_a_dry_run_and_a_list_without_a_request_have_nothing_to_wait_for() -> None:
    reading = FRESH.started(NOW).with_list(NOW, CHECKED)
    assert reading.all_read(NOW).status is BatchStatus.COMPLETED
    assert replace(reading, tally=Tally().plus(ROWS)).all_read(NOW).status is BatchStatus.FOLLOWING


def test_whoever_held_a_batch_too_long_writes_nothing() -> None:
    busy = FRESH.busy(NOW, NOW + timedelta(seconds=1))
    busy.check_turn(NOW)
    with pytest.raises(Overtaken):
        busy.check_turn(NOW + timedelta(seconds=1))
    with pytest.raises(Overtaken):
        FRESH.check_turn(NOW)


def test_nobody_works_at_a_batch_that_waits_for_somebody_or_has_ended() -> None:
    assert set(BatchStatus) - AT_WORK == ENDED | {BatchStatus.AWAITING_LIST, BatchStatus.STOPPED}
    for status in BatchStatus:
        assert replace(FRESH, status=status).is_ready(NOW) is (status in AT_WORK)


def test_a_request_is_waited_for_until_it_can_go_no_further_by_itself() -> None:
    waited_for = {status for status in Status if replace(ROWS[0], status=status).is_open}
    assert waited_for == set(Status) - FINAL - {Status.FAILED}
    assert AT_REST >= FINAL


async def test_a_result_has_the_rows_of_every_piece_in_the_order_of_the_list() -> None:
    blobs, count = MemoryBlobs(), 2 * AT_ONCE + 3
    for number in range(count):
        blobs.committed[piece_name(REQUEST_ID, number)] = encoded([Row(number + 2, Answer.FITS)])
    batch = replace(FRESH, pieces=count, status=BatchStatus.COMPLETED)
    await Results(blobs).write(batch)
    lines = blobs.committed[result_name(REQUEST_ID)].decode().splitlines()
    assert [line.partition(",")[0] for line in lines] == [
        "line",
        *(str(number + 2) for number in range(count)),
    ]

"""Lists, line by line, become requests, and are followed to their ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.bulk.batch import BatchStatus, ListForm
from shared.domain.bulk.bounds import BUSY, LONGEST_LINE, SLICE, WINDOW
from shared.domain.bulk.names import list_name, piece_name
from shared.domain.bulk.reading import NO_ERASER
from shared.domain.errors import DirectoryUnavailable, StorageUnavailable
from shared.domain.request import Origin
from shared.domain.states import Kind, Proof, Status
from tests.unit.bulk import MAKER, Bulk, address, csv_of, handed_of
from tests.unit.samples import NOW, pair_and_stranger
from tests.unit.world import ADA, World


def object_id(number: int) -> str:
    return f"aaaaaaaa-0000-4000-8000-{number:012}"


def populated(count: int) -> Bulk:
    bulk = Bulk()
    for number in range(count):
        bulk.world.person("contoso", object_id(number), email=address(number))
    return bulk


async def test_each_person_of_a_list_is_deleted_and_nobody_else() -> None:
    bulk = populated(12)
    batch = await bulk.ended(csv_of([address(number) for number in range(10)]))
    assert batch.status is BatchStatus.COMPLETED
    assert batch.requests == {Status.COMPLETED: 10}
    assert set(bulk.world.tenants["contoso"].users) == {object_id(10), object_id(11)}


async def test_a_request_says_whose_list_it_stood_in_and_when_its_person_asked() -> None:
    bulk = populated(2)
    content = csv_of([f"{address(0)},2026-11-20T09:30:00Z", f"{address(1)},"], "email,receivedAt")
    batch = await bulk.ended(content)
    made = {one.request.origin: one.request for one in bulk.world.store.records.values()}
    first, second = (made[Origin(batch.id, line)] for line in (2, 3))
    assert (first.received_at.day, second.received_at) == (20, batch.made_at)
    assert (first.submitter, first.proof, first.verified) == (MAKER.name, Proof.OPERATOR, False)


async def test_bad_lines_are_told_by_number_and_the_good_ones_go_on() -> None:
    bulk = populated(2)
    bad = ["", "nobody", '"never ends', "a\0b@example.com", "x,y", f"{'x' * LONGEST_LINE}@example.com"]
    batch = await bulk.ended(csv_of([address(0), *bad, address(1)]))
    rows = {int(row["line"]): row for row in bulk.rows(batch)}
    assert [number for number, row in rows.items() if row["answer"] == "bad"] == [3, 4, 5, 6, 7, 8]
    assert all(rows[number]["detail"] for number in range(3, 9))
    assert (rows[2]["outcome"], rows[9]["outcome"]) == ("not_found purged",) * 2
    assert batch.tally.counts == {"accepted": 2, "bad": 6}


async def test_who_stands_in_a_list_twice_is_one_request_wherever_the_slices_end() -> None:
    bulk = populated(SLICE + 20)
    lines = [address(number) for number in range(SLICE + 10)]
    batch = await bulk.ended(csv_of([*lines, lines[3], lines[SLICE + 5]]))
    twice = [row for row in bulk.rows(batch) if row["answer"] == "duplicate"]
    by_line = {row["line"]: row["requestId"] for row in bulk.rows(batch)}
    assert [(row["line"], row["requestId"]) for row in twice] == [
        (str(SLICE + 12), by_line["5"]),
        (str(SLICE + 13), by_line[str(SLICE + 7)]),
    ]
    assert len(bulk.world.store.records) == SLICE + 10


async def test_the_same_person_said_to_have_asked_at_two_times_is_one_request() -> None:
    bulk = populated(1)
    times = [f"{address(0)},2026-11-2{day}T00:00:00Z" for day in (1, 2)]
    batch = await bulk.ended(csv_of(times, "email,receivedAt"))
    assert batch.tally.counts == {"accepted": 1, "duplicate": 1}
    assert len({row["requestId"] for row in bulk.rows(batch)}) == 1


async def test_who_does_not_say_when_they_asked_did_when_the_list_was_handed_in() -> None:
    bulk = populated(1)
    batch = await bulk.started(csv_of([address(0)]))
    await bulk.world.clock.sleep(timedelta(days=2))
    await bulk.settle(batch.id)
    (request,) = (one.request for one in bulk.world.store.records.values())
    assert request.received_at == batch.made_at < request.accepted_at


async def test_a_list_has_not_ended_while_an_early_request_is_open_though_later_ones_have() -> None:
    bulk = populated(SLICE + 10)
    twin = "bbbbbbbb-0000-4000-8000-000000000002"
    bulk.world.person("contoso", twin, email=address(0))
    batch = await bulk.started(csv_of([address(number) for number in range(SLICE + 10)]))
    for _ in range(60):
        await bulk.run_what_is_due()
        await bulk.world.run_what_is_due()
        await bulk.world.clock.sleep(timedelta(minutes=1))
    seen = await bulk.batch(batch.id)
    assert (seen.status, seen.looking.settled) == (BatchStatus.FOLLOWING, 0)
    assert seen.requests == {Status.AWAITING_APPROVAL: 1, Status.COMPLETED: SLICE + 9}


async def test_a_line_that_is_too_long_is_bad_whatever_it_says() -> None:
    bulk = populated(1)
    batch = await bulk.ended(csv_of([address(0) + " " * LONGEST_LINE]))
    assert [row["detail"] for row in bulk.rows(batch)] == ["the line is too long"]


async def test_a_line_longer_than_a_window_is_one_bad_line() -> None:
    bulk = populated(2)
    batch = await bulk.ended(csv_of([address(0), "x" * (3 * WINDOW), address(1)]))
    assert [row["answer"] for row in bulk.rows(batch)] == ["accepted", "bad", "accepted"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
async def test_ends_of_lines_and_marks_of_editors_make_no_difference(ends: str, mark: bytes) -> None:
    bulk = populated(2)
    content = mark + ends.join(["email", address(0), address(1)]).encode()
    batch = await bulk.ended(content)
    assert batch.tally.counts == {"accepted": 2}
    assert not bulk.world.tenants["contoso"].users


async def test_a_list_of_json_objects_is_read_as_a_submission_is() -> None:
    bulk = populated(1)
    bulk.world.person("contoso", ADA)
    good = f'{{"objectId": "{ADA.upper()}", "tenant": "contoso"}}\n{{"email": "{address(0)}"}}\n'
    bad = '{"email": "a@b", "email": "c@d"}\n[]\n{"email": null}\n{"tenant": "contoso"}\n{"x": 1}\n'
    batch = await bulk.ended((good + bad).encode(), form=ListForm.NDJSON)
    assert [row["answer"] for row in bulk.rows(batch)] == ["accepted"] * 2 + ["bad"] * 5
    assert not bulk.world.tenants["contoso"].users


async def test_a_dry_run_makes_no_request_and_says_what_would_not_fit() -> None:
    bulk = populated(2)
    batch = await bulk.ended(csv_of([address(0), "", address(1)]), dry_run=True)
    assert [row["answer"] for row in bulk.rows(batch)] == ["fits", "bad", "fits"]
    assert not bulk.world.store.records
    assert len(bulk.world.tenants["contoso"].users) == 2


async def test_an_export_for_each_person_of_a_list() -> None:
    bulk = populated(3)
    batch = await bulk.ended(csv_of([address(number) for number in range(3)]), kind=Kind.EXPORT)
    assert {row["outcome"] for row in bulk.rows(batch)} == {"collected not_found"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"email\n", "list_lines"),
        (b"\n", "list_lines"),
        (b"name\na@b\n", "list_header"),
        (b"email,email\na@b,c@d\n", "list_header"),
        (b"\xff\xfee\x00m\x00\n\x00a\n", "list_header"),
        (b"e" * 5000 + b"\na@b\n", "list_header"),
    ],
    ids=["header alone", "nothing", "unknown column", "a column twice", "UTF-16", "endless header"],
)
async def test_a_list_that_cannot_be_read_makes_no_request(content: bytes, reason: str) -> None:
    batch = await (bulk := Bulk()).ended(content)
    assert (batch.status, batch.reason) == (BatchStatus.FAILED, reason)
    assert not bulk.world.store.records


async def test_a_list_that_is_not_what_was_announced_makes_no_request() -> None:
    bulk = populated(1)
    batch = await bulk.started(csv_of([address(0)]))
    bulk.blobs.committed[list_name(batch.id)] = csv_of([address(1)])
    ended = await bulk.settle(batch.id)
    assert (ended.status, ended.reason) == (BatchStatus.FAILED, "list_sha256")
    assert not bulk.world.store.records


async def test_a_list_that_is_replaced_after_it_was_checked_is_read_no_further() -> None:
    bulk = populated(SLICE * 2)
    bulk.most_waiting = 1
    bulk.wire()
    content = csv_of([address(number) for number in range(SLICE * 2)])
    batch = await bulk.started(content)
    await bulk.run_what_is_due()
    bulk.blobs.committed[list_name(batch.id)] = content.replace(b"p", b"q")
    ended = await bulk.settle(batch.id)
    assert (ended.status, ended.reason) == (BatchStatus.FAILED, "list_changed")
    assert len(bulk.world.store.records) == len(bulk.rows(ended)) == SLICE


async def test_no_line_is_accepted_while_the_queue_is_long_and_all_are_in_the_end() -> None:
    bulk = populated(SLICE * 3)
    bulk.most_waiting = 1
    bulk.wire()
    batch = await bulk.started(csv_of([address(number) for number in range(SLICE * 3)]))
    await bulk.run_what_is_due()
    assert len(bulk.world.store.records) == SLICE
    for _ in range(20):
        await bulk.world.clock.sleep(timedelta(seconds=10))
        await bulk.run_what_is_due()
    assert len(bulk.world.store.records) == SLICE
    assert (await bulk.settle(batch.id)).requests == {Status.COMPLETED: SLICE * 3}


async def test_a_stopped_batch_accepts_nothing_more_until_it_goes_on() -> None:
    bulk = populated(SLICE * 2)
    bulk.most_waiting = 1
    bulk.wire()
    batch = await bulk.started(csv_of([address(number) for number in range(SLICE * 2)]))
    await bulk.run_what_is_due()
    await bulk.desk.stop(batch.id)
    for _ in range(30):
        await bulk.world.clock.sleep(timedelta(minutes=1))
        await bulk.run_what_is_due()
        await bulk.world.run_what_is_due()
        await bulk.upkeep.sweep()
    assert len(bulk.world.store.records) == SLICE
    await bulk.desk.start(batch.id, MAKER)
    assert (await bulk.settle(batch.id)).requests == {Status.COMPLETED: SLICE * 2}


async def test_a_list_ends_although_requests_fail_and_says_so() -> None:
    bulk = populated(2)
    bulk.world.tenants["contoso"].faults = [DirectoryUnavailable("find_users")] * 100_000
    batch = await bulk.ended(csv_of([address(0), address(1)]))
    assert (batch.status, batch.requests) == (BatchStatus.COMPLETED, {Status.FAILED: 2})
    assert {row["status"] for row in bulk.rows(batch)} == {"failed"}


async def test_a_request_that_is_kept_no_longer_is_waited_for_no_longer() -> None:
    bulk = populated(2)
    batch = await bulk.started(csv_of([address(0), address(1)]))
    await bulk.run_what_is_due()
    gone = next(iter(bulk.world.store.records))
    del bulk.world.store.records[gone]
    ended = await bulk.settle(batch.id)
    assert ended.requests == {Status.COMPLETED: 1, "removed": 1}


async def test_looks_get_rarer_while_nothing_changes() -> None:
    bulk = populated(1)
    batch = await bulk.started(csv_of([address(0)]))
    pauses = []
    for _ in range(14):
        await bulk.run_what_is_due()
        pauses.append(bulk.nudges.until_next())
        await bulk.world.clock.sleep(pauses[-1] or timedelta())
    seconds = [pause.total_seconds() for pause in pauses if pause]
    assert seconds == sorted(seconds)
    assert seconds[-1] == 900
    assert (await bulk.batch(batch.id)).status is BatchStatus.FOLLOWING


async def test_a_message_for_a_batch_that_somebody_is_at_does_nothing_but_come_again() -> None:
    bulk = populated(1)
    batch = await bulk.started(csv_of([address(0)]))
    stored = await bulk.shelf.get(batch.id)
    await bulk.shelf.save(stored, stored.batch.busy(NOW, NOW + BUSY))
    await bulk.run_what_is_due()
    assert not bulk.world.store.records
    assert bulk.nudges.until_next() == BUSY


async def test_a_message_without_a_batch_is_dropped() -> None:
    bulk = Bulk()
    await bulk.runner.run(ADA)
    assert [event for event, _ in bulk.world.log.lines] == ["message_without_batch"]


async def test_a_slice_that_took_too_long_is_not_said_to_be_read() -> None:
    bulk = populated(1)
    batch = await bulk.started(csv_of([address(0)]))
    accept = bulk.world.store.add

    async def slow(request: object) -> object:
        await bulk.world.clock.sleep(BUSY)
        return await accept(request)  # type: ignore[arg-type] # handed on

    bulk.world.store.add = slow  # type: ignore[method-assign,assignment] # the fake is what a test may bend
    await bulk.run_what_is_due()
    assert piece_name(batch.id, 0) not in bulk.blobs.committed
    assert (await bulk.batch(batch.id)).pieces == 0


async def test_storage_that_does_not_answer_is_no_end() -> None:
    bulk = populated(3)
    batch = await bulk.started(csv_of([address(number) for number in range(3)]))
    look = bulk.blobs.look

    async def away(_name: str) -> None:
        raise StorageUnavailable

    bulk.blobs.look = away  # type: ignore[method-assign,assignment] # as above
    with pytest.raises(StorageUnavailable):
        await bulk.run_what_is_due()
    bulk.blobs.look = look  # type: ignore[method-assign] # as above
    assert (await bulk.settle(batch.id)).requests == {Status.COMPLETED: 3}


async def test_nothing_that_is_kept_of_a_list_names_anybody_but_the_list_itself() -> None:
    bulk = populated(3)
    content = csv_of([address(0), f"bad {address(1)}", address(2)])
    batch = await bulk.ended(content)
    kept = [data for name, data in bulk.blobs.committed.items() if name != list_name(batch.id)]
    kept += [str(entry.value).encode() for entry in bulk.register.entries.values()]
    kept += [str(bulk.world.log.lines).encode()]
    assert kept
    assert not any(b"example.com" in data for data in kept)


async def test_the_digest_of_what_was_handed_in_is_what_names_it() -> None:
    one, other = handed_of(b"email\na@b\n"), handed_of(b"email\na@c\n")
    assert one != other
    assert replace(other, sha256=one.sha256) == one


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_line_whose_tenant_lets_nothing_be_deleted_is_bad_and_the_others_go_on(
    *, dry_run: bool
) -> None:
    bulk = Bulk(World(replace(pair_and_stranger(), exports_only=frozenset({"litware"}))))
    bulk.world.person("contoso", ADA)
    lines = [f"{ADA},litware", f"{ADA},contoso"]
    batch = await bulk.ended(csv_of(lines, "objectId,tenant"), dry_run=dry_run)
    answer = "fits" if dry_run else "accepted"
    assert [(row["answer"], row["detail"]) for row in bulk.rows(batch)] == [("bad", NO_ERASER), (answer, "")]


async def test_a_line_that_became_a_request_stays_one_though_settings_let_nothing_be_deleted_by_now() -> None:
    bulk = Bulk(World(pair_and_stranger()))
    bulk.world.person("contoso", ADA)
    batch, put = await bulk.started(csv_of([f"{ADA},contoso"], "objectId,tenant")), bulk.blobs.put

    async def lost(name: str, data: bytes) -> None:  # noqa: ARG001 - the port names them
        raise StorageUnavailable

    bulk.blobs.put = lost  # type: ignore[method-assign] # the fake is what a test may bend
    with pytest.raises(StorageUnavailable):
        await bulk.run_what_is_due()
    bulk.blobs.put = put  # type: ignore[method-assign] # as above
    bulk.world.topology = replace(pair_and_stranger(), exports_only=frozenset({"contoso"}))
    bulk.world.wire()
    bulk.wire()
    ended = await bulk.settle(batch.id)
    assert [row["answer"] for row in bulk.rows(ended)] == ["accepted"]


async def test_a_header_that_is_too_long_is_refused_and_shifts_no_line() -> None:
    batch = await (bulk := Bulk()).ended(csv_of([address(0)], "email" + " " * (LONGEST_LINE + 50)))
    assert (batch.status, batch.reason) == (BatchStatus.FAILED, "list_header")
    assert not bulk.world.store.records


async def test_a_name_that_stands_where_a_field_belongs_is_not_told() -> None:
    bulk = Bulk()
    batch = await bulk.ended(b'{"AdaLovelace": "x"}\n', form=ListForm.NDJSON)
    assert [row["detail"] for row in bulk.rows(batch)] == ["the line has a field that is not known"]

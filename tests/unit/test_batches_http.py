"""Lists over HTTP: what operators send and see."""

import pytest

from shared.domain.bulk.bounds import MOST_BYTES
from shared.domain.bulk.names import list_name
from tests.unit.bulk import address, csv_of, handed_of
from tests.unit.staff import OLGA, OTTO, RITA, Office, an_office, bearer, token_of

LIST = csv_of([address(0), "nobody"])
BODY = {
    "kind": "deletion",
    "regulation": "gdpr",
    "format": "csv",
    "size": len(LIST),
    "sha256": handed_of(LIST).sha256,
}


async def announced(office: Office, key: str = "k", who: str = OLGA, **body: object) -> dict[str, object]:
    headers = {**bearer(token_of(who, office.world.clock.now())), "idempotency-key": key}
    response = await office.functions.call("make_batch", {**BODY, **body}, headers)
    return office.read(response, "AnnouncedBatch")


async def test_a_list_is_announced_written_started_followed_and_its_result_linked() -> None:
    office = an_office()
    batch = await announced(office)
    batch_id, upload = str(batch["id"]), batch["upload"]
    assert isinstance(upload, dict)
    office.bulk.blobs.committed[list_name(batch_id)] = LIST
    assert (await office.seen("start_batch", "Batch", id=batch_id))["status"] == "checking"
    await office.bulk.settle(batch_id)
    seen = await office.seen("show_batch", "Batch", who=RITA, id=batch_id)
    assert seen["lines"] == {
        "total": 2,
        "read": 2,
        "accepted": 1,
        "known": 0,
        "duplicate": 0,
        "fits": 0,
        "bad": 1,
    }
    counts = seen["requests"]
    assert isinstance(counts, dict)
    assert (counts["completed"], counts["underWay"]) == (1, 0)
    assert (await office.seen("link_result", "BlobLink", who=RITA, id=batch_id))["url"]
    (request_id,) = office.world.store.records
    view = await office.seen("show_request", "OperatorsView", who=RITA, id=request_id)
    assert (view["origin"], view["proof"]) == ({"batch": batch_id, "line": 2}, "operator")


async def test_every_batch_is_listed_the_newest_first() -> None:
    office = an_office()
    first = await announced(office, "first")
    office.world.clock._now = office.world.clock.now().replace(hour=23)
    second = await announced(office, "second", OTTO)
    batches = (await office.seen("list_batches", "BatchList", who=RITA))["batches"]
    assert isinstance(batches, list)
    assert [one["id"] for one in batches] == [second["id"], first["id"]]
    assert [one["by"] for one in batches] == [f"operator {OTTO}", f"operator {OLGA}"]


async def test_the_same_call_again_is_the_same_batch_and_address() -> None:
    office = an_office()
    assert await announced(office) == await announced(office)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "x"}, "/kind"),
        ({"regulation": "x"}, "/regulation"),
        ({"format": "xlsx"}, "/format"),
        ({"size": 0}, "/size"),
        ({"size": MOST_BYTES + 1}, "/size"),
        ({"size": True}, "/size"),
        ({"size": "9"}, "/size"),
        ({"size": 1.5}, "/size"),
        ({"size": float("inf")}, "/size"),
        ({"size": float("nan")}, "/size"),
        ({"sha256": "x"}, "/sha256"),
        ({"sha256": "A" * 64}, "/sha256"),
        ({"dryRun": "yes"}, "/dryRun"),
        ({"list": "x"}, "/list"),
    ],
)
async def test_what_breaks_a_rule_is_told_by_field(body: dict[str, object], field: str) -> None:
    office = an_office()
    headers = {**bearer(token_of(OLGA, office.world.clock.now())), "idempotency-key": "k"}
    response = await office.functions.call("make_batch", {**BODY, **body}, headers)
    assert [one["field"] for one in office.read(response, "Problem", 400)["errors"]] == [field]  # type: ignore[attr-defined] # a list
    assert not office.bulk.register.entries


async def test_a_list_without_a_key_is_refused() -> None:
    assert await an_office().fields_at_fault("make_batch", body=BODY) == ["Idempotency-Key"]


async def test_another_list_under_the_same_key_is_refused() -> None:
    office = an_office()
    await announced(office)
    headers = {**bearer(token_of(OLGA, office.world.clock.now())), "idempotency-key": "k"}
    response = await office.functions.call("make_batch", {**BODY, "kind": "export"}, headers)
    assert office.read(response, "Problem", 422)["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("name", ["start_batch", "stop_batch"])
async def test_who_may_only_read_may_neither_start_nor_stop(name: str) -> None:
    office = an_office()
    batch = await announced(office)
    await office.is_told(403, "forbidden", name, who=RITA, id=batch["id"])


async def test_what_is_no_batch_is_unknown_and_what_is_too_early_a_conflict() -> None:
    office = an_office()
    batch = await announced(office)
    for batch_id in ("x", "3fa85f64-5717-4562-b3fc-2c963f66afa6"):
        for name in ("show_batch", "start_batch", "stop_batch", "link_result"):
            await office.is_told(404, "unknown_request", name, id=batch_id)
    for name in ("start_batch", "link_result"):
        await office.is_told(409, "invalid_transition", name, id=batch["id"])
    assert (await office.seen("stop_batch", "Batch", id=str(batch["id"])))["status"] == "stopped"


async def test_calls_about_lists_are_counted_as_an_operator_s_others_are() -> None:
    office = an_office()
    answers = [await office.call("stop_batch", id="x") for _ in range(150)]
    assert 429 in {answer.status_code for answer in answers}

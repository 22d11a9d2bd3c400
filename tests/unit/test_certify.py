"""Certifying: once, what was written first, and never on a journal that does not hold."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from shared.domain.certify import Certifier, lines
from shared.domain.changed import TRIES
from shared.domain.errors import SigningUnavailable, StorageUnavailable
from shared.domain.journal import Event, JournalBroken, What, beginning, check
from shared.domain.ports import JsonObject, Stored
from shared.domain.receipts import JOURNAL, RECEIPT, claims_in
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from tests.fakes import FakeClock, MemoryEvidence, MemoryStore
from tests.unit.receipts import ENDED, STATEMENT, a_life, found, signer_of
from tests.unit.samples import REQUEST_ID


@dataclass
class ShakyStore(MemoryStore):
    """A store of which `before_save` happens before each of the first saves."""

    before_save: list[Callable[["ShakyStore"], None]] = field(default_factory=list)

    async def save(self, stored: Stored) -> Stored:
        if self.before_save:
            self.before_save.pop(0)(self)
        return await super().save(stored)


@dataclass
class Desk:
    """A deletion, and those who certify it."""

    store: ShakyStore = field(default_factory=ShakyStore)
    evidence: MemoryEvidence = field(default_factory=MemoryEvidence)
    clock: FakeClock = field(default_factory=lambda: FakeClock(ENDED))

    def __post_init__(self) -> None:
        self.certifier = Certifier(self.store, signer_of(), self.evidence, self.clock, STATEMENT.claims)

    async def lived(self, *life: PrivacyRequest) -> "Desk":
        stored = await self.store.add(life[0])
        for request in life[1:]:
            stored = await self.store.save(replace(stored, request=request))
        return self

    async def certified(self) -> str | None:
        await self.certifier.run(REQUEST_ID)
        return await self.receipt()

    async def receipt(self) -> str | None:
        return (await self.store.get(REQUEST_ID)).request.receipt

    def kept(self, name: str) -> str:
        return self.evidence.kept[REQUEST_ID, name].decode()


@pytest.fixture
async def desk() -> Desk:
    return await Desk().lived(*a_life(found("soft_deleted")))


def tidied_meanwhile(store: ShakyStore) -> None:
    """Another writer adds an event."""
    stored = store.records[REQUEST_ID]
    noted = stored.request.with_tidied(ENDED)
    store.records[REQUEST_ID] = replace(stored, request=noted, version=str(int(stored.version) + 1))
    store.events[REQUEST_ID] += [noted.last] if noted.last else []


def killed(_store: ShakyStore) -> None:
    raise KeyboardInterrupt


async def test_an_ended_deletion_gets_the_receipt_that_is_kept_as_evidence(desk: Desk) -> None:
    receipt = await desk.certified()
    assert receipt is not None
    assert desk.kept(RECEIPT) == receipt
    events = (await desk.store.journal(REQUEST_ID))[:5]
    assert claims_in(receipt)["journal"] == {"events": 5, "head": events[-1].hash}
    assert desk.kept(JOURNAL).encode() == lines(events)


async def test_the_journal_that_is_kept_can_be_checked_by_itself(desk: Desk) -> None:
    await desk.certified()
    previous = beginning(REQUEST_ID)
    for line in map(json.loads, desk.kept(JOURNAL).splitlines()):
        at = datetime.fromisoformat(line["at"])
        event = Event(line["number"], at, What(line["what"]), line["detail"], line["by"], line["previous"])
        assert (event.previous, event.hash) == (previous, line["hash"])
        previous = event.hash
    receipt = claims_in(desk.kept(RECEIPT))
    assert receipt["journal"] == {"events": 5, "head": previous}


@pytest.mark.parametrize("number", range(1, 5), ids=lambda number: f"after {number} events")
async def test_a_deletion_that_has_not_ended_gets_none(number: int) -> None:
    desk = await Desk().lived(*a_life(found("soft_deleted"))[:number])
    assert await desk.certified() is None
    assert desk.evidence.kept == {}


async def test_a_failed_deletion_gets_none_since_it_may_be_tried_again() -> None:
    life = a_life()[:-1]
    desk = await Desk().lived(*life, life[-1].failed(ENDED, "directory_unavailable"))
    assert await desk.certified() is None


@pytest.mark.parametrize("end", ["refused", "cancelled"])
async def test_a_deletion_that_was_not_done_gets_its_receipt_too(end: str) -> None:
    life = a_life()[:2]
    ended = life[-1].refused(ENDED, "x") if end == "refused" else life[-1].cancelled(ENDED, "x", "person")
    desk = await Desk().lived(*life, ended)
    told = claims_in(str(await desk.certified()))["request"]
    assert isinstance(told, dict)
    assert (told["status"], told["reason"]) == (end, "x")


async def test_an_export_gets_none() -> None:
    life = tuple(replace(one, kind=Kind.EXPORT) for one in a_life())
    desk = await Desk().lived(*life)
    assert await desk.certified() is None


async def test_certified_again_nothing_changes(desk: Desk) -> None:
    first = await desk.certified()
    before = await desk.store.get(REQUEST_ID)
    assert await desk.certified() == first
    assert await desk.store.get(REQUEST_ID) == before


async def test_a_worker_that_dies_before_it_has_saved_leaves_the_receipt_that_the_next_puts_there(
    desk: Desk,
) -> None:
    desk.store.before_save = [killed]
    with pytest.raises(KeyboardInterrupt):
        await desk.certifier.run(REQUEST_ID)
    assert await desk.receipt() is None
    standing = desk.kept(RECEIPT)
    await desk.clock.sleep(timedelta(hours=1))
    assert await desk.certified() == standing
    assert desk.kept(RECEIPT) == standing


async def test_a_journal_that_was_not_kept_before_the_crash_ends_where_its_receipt_says(desk: Desk) -> None:
    await desk.certifier.run(REQUEST_ID)
    receipt, journal = desk.kept(RECEIPT), desk.kept(JOURNAL)
    again = await Desk(evidence=MemoryEvidence({(REQUEST_ID, RECEIPT): receipt.encode()})).lived(
        *a_life(found("soft_deleted"))
    )
    tidied_meanwhile(again.store)
    assert await again.certified() == receipt
    assert again.kept(JOURNAL) == journal


async def test_another_writer_in_between_is_no_obstacle(desk: Desk) -> None:
    desk.store.before_save = [tidied_meanwhile, tidied_meanwhile]
    receipt = await desk.certified()
    assert receipt == desk.kept(RECEIPT)
    events = await desk.store.journal(REQUEST_ID)
    assert [event.what for event in events[5:]] == [What.TIDIED] * 2 + [What.RECEIPT_KEPT]
    check(REQUEST_ID, events, (await desk.store.get(REQUEST_ID)).request.last)


async def test_writers_without_end_are_outwaited_another_time(desk: Desk) -> None:
    desk.store.before_save = [tidied_meanwhile] * TRIES
    with pytest.raises(StorageUnavailable):
        await desk.certifier.run(REQUEST_ID)
    assert desk.store.before_save == []
    assert await desk.certified() == desk.kept(RECEIPT)


async def test_an_event_that_came_after_the_record_was_read_does_not_count(desk: Desk) -> None:
    request = (await desk.store.get(REQUEST_ID)).request
    later = request.with_tidied(ENDED).last
    desk.store.events[REQUEST_ID] += [later] if later else []
    await desk.certifier.run(REQUEST_ID)
    assert json.loads(desk.kept(JOURNAL).splitlines()[-1])["number"] == 5


@pytest.mark.parametrize("number", range(5), ids=lambda number: f"event {number + 1}")
async def test_a_journal_of_which_an_event_was_changed_is_not_certified(desk: Desk, number: int) -> None:
    events = desk.store.events[REQUEST_ID]
    events[number] = replace(events[number], at=events[number].at + timedelta(seconds=1))
    with pytest.raises(JournalBroken):
        await desk.certifier.run(REQUEST_ID)
    assert desk.evidence.kept == {}


async def test_a_journal_of_which_an_event_is_missing_is_not_certified(desk: Desk) -> None:
    del desk.store.events[REQUEST_ID][2]
    with pytest.raises(JournalBroken):
        await desk.certifier.run(REQUEST_ID)


async def test_where_nothing_can_be_signed_nothing_is_kept(desk: Desk) -> None:
    class Mute:
        async def sign(self, _claims: JsonObject) -> str:
            raise SigningUnavailable

        async def public_keys(self) -> JsonObject:
            return {"keys": []}

    certifier = replace(desk.certifier, signer=Mute())
    with pytest.raises(SigningUnavailable):
        await certifier.run(REQUEST_ID)
    assert desk.evidence.kept == {}
    assert await desk.receipt() is None


async def test_a_request_that_is_gone_gets_none() -> None:
    desk = Desk()
    await desk.certifier.run(REQUEST_ID)
    assert desk.evidence.kept == {}

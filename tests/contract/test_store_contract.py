"""What `ports.RequestStore` promises, kept by the fake and by the table alike."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.domain.errors import AlreadyRecorded, BadPlace, Overtaken, UnknownRequest
from shared.domain.journal import check
from shared.domain.ports import RequestStore, Stored
from shared.domain.progress import TenantProgress
from shared.domain.request import Note, PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject, Subject, UserNameSubject
from tests.contract.storage import table_store
from tests.fakes import MemoryStore
from tests.unit.samples import NOW, a_request, a_request_with_everything


@pytest.fixture(params=["in memory", "azurite"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[RequestStore]:
    if request.param == "in memory":
        yield MemoryStore()
        return
    async with table_store(request.getfixturevalue("azurite")) as real:
        yield real


def fresh(kind: Kind = Kind.EXPORT, subject: Subject | None = None) -> PrivacyRequest:
    return replace(a_request(kind, subject), id=str(uuid4()))


async def test_a_request_comes_back_as_it_was(store: RequestStore) -> None:
    request = a_request_with_everything(str(uuid4()))
    added = await store.add(request)
    assert added.request == request
    assert await store.get(request.id) == added


@pytest.mark.parametrize("subject", [EmailSubject("zoë@example.com"), UserNameSubject("contoso", "zoe_1")])
async def test_each_kind_of_subject_comes_back(store: RequestStore, subject: Subject) -> None:
    request = fresh(Kind.DELETION, subject)
    await store.add(request)
    assert (await store.get(request.id)).request == request


async def test_the_same_id_is_recorded_once(store: RequestStore) -> None:
    request = fresh()
    added = await store.add(request)
    with pytest.raises(AlreadyRecorded):
        await store.add(replace(request, submitter="key:1"))
    assert await store.get(request.id) == added


async def test_nobody_knows_an_id_that_was_never_recorded(store: RequestStore) -> None:
    request = fresh()
    with pytest.raises(UnknownRequest):
        await store.get(request.id)
    with pytest.raises(UnknownRequest):
        await store.save(Stored(request, 'W/"never"'))


async def test_a_save_is_read_back_with_its_version(store: RequestStore) -> None:
    added = await store.add(fresh())
    running = added.request.claimed(NOW, NOW).with_progress(TenantProgress("fabrikam", absent_since=NOW))
    saved = await store.save(replace(added, request=running))
    assert saved.request == running
    assert saved.version != added.version
    assert await store.get(running.id) == saved


async def test_a_save_under_an_old_version_changes_nothing(store: RequestStore) -> None:
    added = await store.add(fresh())
    saved = await store.save(replace(added, request=added.request.claimed(NOW, NOW)))
    late = added.request.with_progress(TenantProgress("fabrikam", absent_since=NOW)).with_done("late", NOW)
    with pytest.raises(Overtaken):
        await store.save(replace(added, request=late))
    assert await store.get(added.request.id) == saved


async def test_of_two_savers_at_once_exactly_one_wins(store: RequestStore) -> None:
    added = await store.add(fresh())
    rivals = [store.save(replace(added, request=added.request.with_done(name, NOW))) for name in ("a", "b")]
    results = await asyncio.gather(*rivals, return_exceptions=True)
    (winner,) = (result for result in results if isinstance(result, Stored))
    assert sum(isinstance(result, Overtaken) for result in results) == 1
    assert await store.get(added.request.id) == winner


async def test_every_event_stays_in_the_journal_and_the_chain_holds(store: RequestStore) -> None:
    stored = await store.add(fresh().recorded())
    for request in (stored.request.claimed(NOW, NOW),):
        stored = await store.save(replace(stored, request=request))
    for step in ("one", "two"):
        stored = await store.save(replace(stored, request=stored.request.with_done(step, NOW)))
    events = await store.journal(stored.request.id)
    check(stored.request.id, events, stored.request.last)
    assert [event.what for event in events] == ["accepted", "run_started", "step_done", "step_done"]
    assert await store.journal(str(uuid4())) == ()


async def test_forgetting_removes_the_personal_identifiers_and_nothing_else(store: RequestStore) -> None:
    request = replace(a_request_with_everything(str(uuid4())), status=Status.COMPLETED)
    added = await store.add(request)
    forgotten = await store.save(replace(added, request=request.forgotten(NOW)))
    assert await store.get(request.id) == forgotten
    assert forgotten.request.subject is None
    assert all(progress.account is None for progress in forgotten.request.tenants.values())
    tidied = await store.save(replace(forgotten, request=forgotten.request.with_tidied(NOW)))
    assert await store.get(request.id) == tidied


async def test_notes_are_kept_and_go_with_what_is_personal(store: RequestStore) -> None:
    stored = await store.add(replace(fresh(), status=Status.FAILED).recorded())
    for text in ("she rang us\n\t", '"quoted" \\ 😀'):
        noted = stored.request.extended(NOW, NOW, "complexity", "operator x").with_note(text)
        stored = await store.save(replace(stored, request=replace(noted, extended_for=None)))
        assert await store.get(stored.request.id) == stored
    assert [note.text for note in stored.request.notes] == ["she rang us\n\t", '"quoted" \\ 😀']
    forgotten = await store.save(replace(stored, request=stored.request.forgotten(NOW)))
    assert await store.get(stored.request.id) == forgotten
    assert forgotten.request.notes == ()


async def listed(store: RequestStore, statuses: frozenset[Status], most: int) -> list[PrivacyRequest]:
    """Everything in these states, page by page."""
    page = await store.page(statuses, None, most)
    found = [*page.requests]
    while page.next is not None:
        page = await store.page(statuses, page.next, most)
        assert len(page.requests) <= most
        found += page.requests
    return found


@pytest.mark.parametrize("most", [1, 2, 1000])
async def test_requests_are_listed_by_their_states_page_by_page_in_the_order_of_their_ids(
    store: RequestStore, most: int
) -> None:
    made = [replace(fresh(), status=status) for status in Status for _ in range(3)]
    for request in made:
        await store.add(request)
    mine = {request.id for request in made}
    for statuses in (
        frozenset({Status.FAILED}),
        frozenset({Status.WAITING, Status.RUNNING}),
        frozenset(Status),
    ):
        found = [request for request in await listed(store, statuses, most) if request.id in mine]
        wanted = sorted(request.id for request in made if request.status in statuses)
        assert [request.id for request in found] == wanted
    for request in made:
        await store.remove(request.id)


async def test_a_list_does_not_say_whom_its_requests_are_about(store: RequestStore) -> None:
    request = a_request_with_everything(str(uuid4()))
    noted = replace(request, notes=(Note(1, "she rang us"),))
    await store.add(noted)
    (found,) = [one for one in await listed(store, frozenset({request.status}), 1000) if one.id == request.id]
    assert found == replace(noted, subject=None, tenants={}, notes=())


@pytest.mark.parametrize("place", ["", "x", "ä", "e30=", "bnVsbA==", "WzFd", "eyJQYXJ0aXRpb25LZXkiOiB7fX0="])
async def test_a_list_does_not_go_on_from_a_place_that_it_never_gave(store: RequestStore, place: str) -> None:
    with pytest.raises(BadPlace):
        await store.page(frozenset(Status), place, 1)


async def test_a_removed_request_is_unknown_with_its_journal(store: RequestStore) -> None:
    added = await store.add(a_request_with_everything(str(uuid4())))
    await store.remove(added.request.id)
    with pytest.raises(UnknownRequest):
        await store.get(added.request.id)
    assert await store.journal(added.request.id) == ()
    await store.remove(added.request.id)

"""What `ports.Register` promises, kept by the fake and by the table alike."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.domain.errors import AlreadyRecorded, Overtaken, UnknownHashKey
from shared.domain.ports import Entry, PassingRegister, Register
from tests.contract.storage import passing_register, table_register
from tests.fakes import MemoryRegister
from tests.unit.samples import NOW


@pytest.fixture(params=["in memory", "azurite"])
async def register(request: pytest.FixtureRequest) -> AsyncIterator[Register]:
    if request.param == "in memory":
        yield MemoryRegister()
        return
    async with table_register(request.getfixturevalue("azurite")) as real:
        yield real


@pytest.fixture
def owner() -> str:
    return uuid4().hex * 2


async def test_an_entry_comes_back_as_it_was_written(register: Register, owner: str) -> None:
    value = {"export": str(uuid4()), "export-since": "2026-11-24T12:00:00+00:00"}
    written = await register.insert(owner, "account", value)
    assert await register.read(owner, "account") == written
    assert dict(written.value) == value
    assert await register.read(owner, "archive-x") is None


async def test_a_name_is_taken_once(register: Register, owner: str) -> None:
    first = await register.insert(owner, "given-export", {"request": "1"})
    with pytest.raises(AlreadyRecorded):
        await register.insert(owner, "given-export", {"request": "2"})
    assert await register.read(owner, "given-export") == first


async def test_an_old_version_changes_and_removes_nothing(register: Register, owner: str) -> None:
    old = await register.insert(owner, "account", {"export": "1"})
    new = await register.replace(replace(old, value={"deletion": "2"}))
    with pytest.raises(Overtaken):
        await register.replace(replace(old, value={"export": "3"}))
    with pytest.raises(Overtaken):
        await register.remove(old)
    assert await register.read(owner, "account") == new
    assert dict(new.value) == {"deletion": "2"}


async def test_what_is_removed_is_gone_and_cannot_be_replaced(register: Register, owner: str) -> None:
    entry = await register.insert(owner, "account", {"export": "1"})
    await register.remove(entry)
    await register.remove(entry)
    assert await register.read(owner, "account") is None
    with pytest.raises(Overtaken):
        await register.replace(replace(entry, value={"export": "2"}))


async def test_of_two_writers_at_once_exactly_one_wins(register: Register, owner: str) -> None:
    entry = await register.insert(owner, "account", {"export": "0"})
    rivals = [register.replace(replace(entry, value={"export": name})) for name in ("1", "2")]
    results = await asyncio.gather(*rivals, return_exceptions=True)
    (winner,) = (result for result in results if isinstance(result, Entry))
    assert await register.read(owner, "account") == winner


async def test_of_two_writers_of_the_same_at_once_exactly_one_wins(register: Register, owner: str) -> None:
    entry = await register.insert(owner, "challenge", {"used": ""})
    rivals = [register.replace(replace(entry, value={"used": "once"})) for _ in range(5)]
    results = await asyncio.gather(*rivals, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Entry", *["Overtaken"] * 4]


async def test_of_two_who_insert_the_same_at_once_exactly_one_does(register: Register, owner: str) -> None:
    results = await asyncio.gather(
        *(register.insert(owner, "account", {"export": "1"}) for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["AlreadyRecorded"] * 4 + ["Entry"]


@pytest.fixture(params=["in memory", "azurite"])
async def passing(request: pytest.FixtureRequest) -> AsyncIterator[PassingRegister]:
    if request.param == "in memory":
        yield MemoryRegister()
        return
    async with passing_register(request.getfixturevalue("azurite")) as real:
        for entry in await real.passed(NOW + timedelta(days=9), 1000):
            await real.remove(entry)
        yield real


async def test_an_entry_has_passed_when_its_time_is_over_and_not_before(
    passing: PassingRegister, owner: str
) -> None:
    moments = [NOW, NOW + timedelta(microseconds=1), NOW + timedelta(seconds=1), NOW - timedelta(days=1)]
    for number, until in enumerate(moments):
        await passing.insert(owner, f"n{number}", {"until": until.isoformat(), "used": ""})
    for now in (*moments, NOW + timedelta(milliseconds=1)):
        over = {entry.name for entry in await passing.passed(now, 9)}
        assert over == {f"n{number}" for number, until in enumerate(moments) if until < now}


async def test_at_most_so_many_that_have_passed_are_given_each_as_it_stands(
    passing: PassingRegister, owner: str
) -> None:
    for number in range(5):
        await passing.insert(owner, f"n{number}", {"until": NOW.isoformat()})
    later = NOW + timedelta(days=1)
    while found := await passing.passed(later, 2):
        assert len(found) <= 2
        for entry in found:
            assert await passing.read(owner, entry.name) == entry
            await passing.remove(entry)
    assert await passing.read(owner, "n0") is None


async def test_an_entry_that_was_written_since_it_passed_is_not_removed(
    passing: PassingRegister, owner: str
) -> None:
    await passing.insert(owner, "n", {"until": NOW.isoformat()})
    (old,) = await passing.passed(NOW + timedelta(days=1), 9)
    again = await passing.replace(replace(old, value={"until": (NOW + timedelta(days=2)).isoformat()}))
    with pytest.raises(Overtaken):
        await passing.remove(old)
    assert await passing.read(owner, "n") == again


async def test_tables_filled_under_another_key_are_not_touched(azurite: str, owner: str) -> None:
    async with table_register(azurite) as ours:
        await ours.insert(owner, "account", {})
    async with table_register(azurite, "another fingerprint") as other:
        for _ in range(2):
            with pytest.raises(UnknownHashKey):
                await other.read(owner, "account")


async def test_an_owner_s_entries_are_found_by_how_their_names_begin(register: Register, owner: str) -> None:
    other = uuid4().hex * 2
    names = ("account", "archive-1", f"archive-{uuid4()}", "archive-z")
    written = [await register.insert(owner, name, {"export": name}) for name in names]
    await register.insert(other, "archive-2", {})
    found = await register.beginning_with(owner, "archive-")
    assert sorted(found, key=lambda one: one.name) == sorted(written[1:], key=lambda one: one.name)
    assert await register.beginning_with(uuid4().hex * 2, "archive-") == ()

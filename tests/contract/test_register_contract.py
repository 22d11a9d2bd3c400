"""What `ports.Register` promises, kept by the fake and by the table alike."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.domain.errors import AlreadyRecorded, Overtaken, UnknownHashKey
from shared.domain.ports import Entry, Register
from tests.contract.storage import table_register
from tests.fakes import MemoryRegister


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


async def test_tables_filled_under_another_key_are_not_touched(azurite: str, owner: str) -> None:
    async with table_register(azurite) as ours:
        await ours.insert(owner, "account", {})
    async with table_register(azurite, "another fingerprint") as other:
        for _ in range(2):
            with pytest.raises(UnknownHashKey):
                await other.read(owner, "account")

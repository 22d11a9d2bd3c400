"""What `receipts.Evidence` promises, kept by the fake and by the blob container alike."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.domain.receipts import JOURNAL, RECEIPT, Evidence
from tests.contract.storage import evidence_blobs
from tests.fakes import MemoryEvidence


@pytest.fixture(params=["in memory", "azurite"])
async def evidence(request: pytest.FixtureRequest) -> AsyncIterator[Evidence]:
    if request.param == "in memory":
        yield MemoryEvidence()
        return
    async with evidence_blobs(request.getfixturevalue("azurite")) as real:
        yield real


@pytest.fixture
def request_id() -> str:
    return str(uuid4())


async def test_what_is_kept_first_stands_for_good(evidence: Evidence, request_id: str) -> None:
    assert await evidence.keep(request_id, RECEIPT, b"first") == b"first"
    assert await evidence.keep(request_id, RECEIPT, b"second, and longer") == b"first"
    assert await evidence.keep(request_id, RECEIPT, b"") == b"first"


async def test_each_name_of_each_request_is_by_itself(evidence: Evidence, request_id: str) -> None:
    await evidence.keep(request_id, RECEIPT, b"receipt")
    assert await evidence.keep(request_id, JOURNAL, b"journal") == b"journal"
    assert await evidence.keep(str(uuid4()), RECEIPT, b"another") == b"another"


async def test_an_empty_piece_stands_too(evidence: Evidence, request_id: str) -> None:
    assert await evidence.keep(request_id, JOURNAL, b"") == b""
    assert await evidence.keep(request_id, JOURNAL, b"later") == b""


async def test_of_several_at_once_all_get_what_one_has_written(evidence: Evidence, request_id: str) -> None:
    pieces = [bytes([number]) * 1000 for number in range(5)]
    answers = await asyncio.gather(*(evidence.keep(request_id, RECEIPT, piece) for piece in pieces))
    assert len(set(answers)) == 1
    assert answers[0] in pieces


async def test_a_large_journal_comes_back_whole(evidence: Evidence, request_id: str) -> None:
    data = bytes(range(256)) * 4000
    await evidence.keep(request_id, JOURNAL, data)
    assert await evidence.keep(request_id, JOURNAL, b"") == data

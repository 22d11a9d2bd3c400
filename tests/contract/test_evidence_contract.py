"""What `receipts.Evidence` promises, kept by the fake and by the blob container alike."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.evidence_blobs import EvidenceBlobs, prepare_evidence
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.domain.errors import StorageUnavailable
from shared.domain.receipts import JOURNAL, RECEIPT, Evidence
from tests.contract.failing_storage import failing_storage
from tests.contract.storage import evidence_blobs
from tests.contract.test_storage_faults import ForgetfulTransport
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


async def test_a_write_whose_answer_was_lost_stands_as_ours(azurite: str, request_id: str) -> None:
    """The SDK sends it again, and finds it there."""
    transport = ForgetfulTransport()
    async with BlobServiceClient.from_connection_string(
        azurite, transport=transport, initial_backoff=0, increment_base=0, random_jitter_range=0
    ) as service:
        evidence = EvidenceBlobs(Lazy(lambda: service, prepare_evidence))
        await evidence.keep(request_id, JOURNAL, b"journal")
        transport.forget = True
        assert await evidence.keep(request_id, RECEIPT, b"receipt") == b"receipt"
        assert not transport.forget
        assert await evidence.keep(request_id, RECEIPT, b"another") == b"receipt"


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AuthorizationPermissionMismatch"), (404, "ContainerNotFound")],
    ids=["no role", "no container"],
)
async def test_storage_that_keeps_nothing_is_told_as_such(request_id: str, status: int, code: str) -> None:
    with failing_storage(status, code) as account:
        async with StorageAccount(account).blobs() as service:
            evidence = EvidenceBlobs(Lazy(lambda: service, ready))
            with pytest.raises(StorageUnavailable):
                await evidence.keep(request_id, RECEIPT, b"receipt")


async def ready(_service: BlobServiceClient) -> None: ...

"""What the checks of storage find: on a sound Azurite, and on accounts with each fault."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from azure.storage.blob.aio import BlobServiceClient

from local.azurite.process import ACCOUNT, KEY
from shared.adapters.blob_checks import LEFT, PREFIX
from shared.adapters.clock import SystemClock
from shared.adapters.download_links import AccountKeyLinks
from shared.adapters.evidence_blobs import prepare_evidence
from shared.adapters.export_blobs import CONTAINER, prepare_container
from shared.adapters.local_receipt_keys import LocalReceiptKey
from shared.adapters.storage_clients import Homes, Lazy, StorageAccount
from shared.adapters.table_register import prepare_passing, prepare_register
from shared.adapters.work_queue import QUEUE, prepare_queue
from shared.check_settings import Checkable, build_checks
from shared.domain.checks.check import Name, Place, examine
from shared.domain.checks.reason import Found, Result
from shared.domain.ports import Clock
from tests.contract.azure_like import A_VERSION, SOFT_DELETED, Manners, Refusal, azure_like
from tests.fakes import FakeClock, ListLog
from tests.unit.receipts import PRIVATE

NOWHERE = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};" + "".join(
    f"{name}Endpoint=http://127.0.0.1:1/{ACCOUNT};" for name in ("Blob", "Queue", "Table")
)


class Later(SystemClock):
    """The system's clock, and so much more."""

    def now(self) -> datetime:
        return super().now() + LEFT + timedelta(minutes=1)


@asynccontextmanager
async def homes_of(connection_string: str, fingerprint: str = "f") -> AsyncIterator[Homes]:
    """Every service of the account."""
    account = StorageAccount(connection_string)
    async with AsyncExitStack() as clients:
        tables = await clients.enter_async_context(account.tables())
        queues = await clients.enter_async_context(account.queues())
        blobs = await clients.enter_async_context(account.blobs())

        async def prepare(_service: object) -> None:
            await prepare_register(tables, fingerprint)
            await prepare_passing(tables)

        yield Homes(
            Lazy(lambda: tables, prepare),
            Lazy(lambda: queues, prepare_queue),
            Lazy(lambda: blobs, prepare_evidence),
            Lazy(lambda: blobs, prepare_container),
        )


async def checked(
    connection_string: str, clock: Clock | None = None, *, fingerprint: str = "f", ip_range: str | None = None
) -> dict[Name, Sequence[Found]]:
    """What each check of storage finds there."""
    clock = clock or SystemClock()

    async def never() -> None:
        return None

    async with homes_of(connection_string, fingerprint) as homes:
        what = Checkable(
            homes, lambda: AccountKeyLinks(homes.archives, clock), LocalReceiptKey(PRIVATE), never
        )
        checks = [
            replace(one, patience=timedelta(seconds=60))
            for one in build_checks(what, ip_range, clock)
            if one.place in {Place.STATE, Place.EXPORTS}
        ]
        answers: dict[Name, Sequence[Found]] = {}
        for finding in await examine(checks, ListLog()):
            name = finding.check.name
            answers[name] = (*answers.get(name, ()), finding.found)
        return answers


def codes(answers: Mapping[Name, Sequence[Found]]) -> dict[str, list[str]]:
    return {str(name): [one.code for one in found] for name, found in answers.items()}


SOUND = {
    "tables": ["round_trip"],
    "queues": ["round_trip"],
    "evidence": ["round_trip"],
    "archives": ["round_trip", "erases"],
    "links": ["link_works"],
    "clock": ["clock_right"],
}


async def test_a_sound_account_has_every_check_pass(azurite: str) -> None:
    answers = await checked(azurite)
    assert codes(answers) == SOUND
    assert {one.result for found in answers.values() for one in found} == {Result.OK}


@dataclass(frozen=True)
class Case:
    """A fault of an account: which check tells it by which code, and what the remedy must name."""

    manners: Manners
    check: Name
    code: str
    names: Sequence[str]


def refusing(service: str, status: int, code: str) -> Manners:
    return Manners({service: Refusal(status, code)})


CASES = {
    "shared key disabled, tables": Case(
        refusing("Table", 403, "KeyBasedAuthenticationNotPermitted"),
        Name.TABLES,
        "shared_key_disabled",
        ("STATE__connectionString", "ServiceUri", "identity"),
    ),
    "shared key disabled, archives": Case(
        refusing("Blob", 403, "KeyBasedAuthenticationNotPermitted"),
        Name.ARCHIVES,
        "shared_key_disabled",
        ("EXPORTS__connectionString",),
    ),
    "no role on tables": Case(
        refusing("Table", 403, "AuthorizationPermissionMismatch"),
        Name.TABLES,
        "role_missing",
        ("Storage Table Data Contributor", "STATE"),
    ),
    "no role on queues": Case(
        refusing("Queue", 403, "AuthorizationPermissionMismatch"),
        Name.QUEUES,
        "role_missing",
        ("Storage Queue Data Contributor", "STATE"),
    ),
    "no role on archives": Case(
        refusing("Blob", 403, "AuthorizationPermissionMismatch"),
        Name.ARCHIVES,
        "role_missing",
        ("Storage Blob Data Contributor", "EXPORTS"),
    ),
    "firewall": Case(
        refusing("Blob", 403, "AuthorizationFailure"), Name.EVIDENCE, "network_refused", ("firewall", "STATE")
    ),
    "wrong key": Case(
        refusing("Queue", 403, "AuthenticationFailed"),
        Name.QUEUES,
        "key_refused",
        ("STATE__connectionString",),
    ),
    "an outage": Case(
        refusing("Table", 500, "InternalError"), Name.TABLES, "storage_failed", ("health in the portal",)
    ),
    "soft delete on": Case(
        Manners(stays=SOFT_DELETED), Name.ARCHIVES, "soft_delete_on", ("soft delete", "off", "EXPORTS")
    ),
    "versioning on": Case(
        Manners(stays=A_VERSION), Name.ARCHIVES, "versions_kept", ("versioning off", "EXPORTS")
    ),
    "a clock a bit off": Case(Manners(ahead=timedelta(seconds=90)), Name.CLOCK, "clock_off", ("NTP",)),
    "a clock quite wrong": Case(Manners(ahead=timedelta(minutes=20)), Name.CLOCK, "clock_wrong", ("NTP",)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_each_fault_is_named_with_its_remedy(azurite: str, case: Case) -> None:
    with azure_like(azurite, case.manners) as account:
        answers = await checked(account)
    (said,) = [one for one in answers[case.check] if one.code == case.code]
    assert said.result is (Result.WARNING if case.code == "clock_off" else Result.FAULT)
    assert all(name in said.remedy for name in case.names), said.remedy


async def test_one_service_at_fault_hides_no_other(azurite: str) -> None:
    with azure_like(azurite, refusing("Table", 403, "AuthorizationPermissionMismatch")) as account:
        answers = codes(await checked(account))
    assert answers == {**SOUND, "tables": ["role_missing"]}


async def test_an_account_that_cannot_be_reached_is_named_by_its_setting() -> None:
    answers = await checked(NOWHERE)
    assert {one.code for found in answers.values() for one in found} == {"storage_unreachable"}
    assert "STATE__" in answers[Name.TABLES][0].remedy
    assert "EXPORTS__" in answers[Name.ARCHIVES][0].remedy


async def test_a_clock_is_told_also_by_a_refusal(azurite: str) -> None:
    manners = Manners({"Blob": Refusal(403, "AuthenticationFailed")}, ahead=timedelta(minutes=20))
    with azure_like(azurite, manners) as account:
        assert codes(await checked(account))["clock"] == ["clock_wrong"]


async def test_tables_that_were_filled_under_another_hash_key_are_named_so(azurite: str) -> None:
    await checked(azurite)
    answers = await checked(azurite, fingerprint="another")
    assert [one.code for one in answers[Name.TABLES]] == ["unknown_hash_key"]
    assert "HASH_KEY" in answers[Name.TABLES][0].remedy


async def test_nothing_of_a_check_is_left_and_the_queue_of_requests_is_not_touched(azurite: str) -> None:
    async with homes_of(azurite) as homes:
        requests = (await homes.queues()).get_queue_client(QUEUE)
        await requests.clear_messages()
        await requests.send_message("a nudge")
        await checked(azurite)
        (message,) = await requests.peek_messages(5)
        assert (message.content, message.dequeue_count) == ("a nudge", 0)
        assert await names(await homes.archives()) == []
        queues = {str(queue.name) async for queue in (await homes.queues()).list_queues()}
        assert {QUEUE, "privacy-checks"} <= queues
        await requests.clear_messages()


async def names(service: BlobServiceClient) -> list[str]:
    container = service.get_container_client(CONTAINER)
    return [str(blob.name) async for blob in container.list_blobs(PREFIX)]


async def test_a_blob_that_a_killed_run_left_goes_with_a_later_one_and_others_stay(azurite: str) -> None:
    async with homes_of(azurite) as homes:
        service, request = await homes.archives(), f"{uuid4()}/1/export.zip"
        for name in (f"{PREFIX}left", request):
            await service.get_blob_client(CONTAINER, name).upload_blob(b"x")
        await checked(azurite)
        assert await names(service) == [f"{PREFIX}left"], "it may be another run's"
        await checked(azurite, Later())
        assert await names(service) == []
        assert await service.get_blob_client(CONTAINER, request).exists()


async def test_a_link_that_is_for_other_addresses_is_not_called_a_fault(azurite: str) -> None:
    expired = FakeClock(
        datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    )  # a link that is refused with 403
    for_others = await checked(azurite, expired, ip_range="203.0.113.1-203.0.113.9")
    for_all = await checked(azurite, expired)
    assert [one.code for one in for_others[Name.LINKS]] == ["link_for_others"]
    assert [one.code for one in for_all[Name.LINKS]] == ["link_refused"]


async def test_runs_at_once_do_no_harm(azurite: str) -> None:
    async with homes_of(azurite) as homes:
        await homes.archives()
    first, second = [codes(await checked(azurite)) for _ in range(2)]
    assert first == second == SOUND

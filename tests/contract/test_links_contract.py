"""What `ports.DownloadLinks` promises, kept by links under an account key and under an identity alike."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from azure.core.exceptions import ServiceRequestError
from azure.storage.blob import UserDelegationKey
from azure.storage.blob.aio import BlobServiceClient

from local.azurite.process import Azurite
from shared.adapters.clock import SystemClock
from shared.adapters.download_links import RESULTS, UPLOADS, AccountKeyLinks, DelegationLinks, Purpose
from shared.adapters.export_blobs import LISTS, BlobContainer, prepare_container
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.domain.errors import StorageUnavailable
from shared.domain.ports import DownloadLinks, Link
from tests.contract.any_token import AnyToken


@dataclass(frozen=True)
class Linked:
    """Links to a blob with content `b"data"`, and a client that downloads as anybody would."""

    links: DownloadLinks
    from_addresses: Callable[[str], DownloadLinks]
    blob: str
    http: httpx.AsyncClient

    async def minted(self, life: timedelta = timedelta(minutes=5)) -> Link:
        return await self.links.mint(self.blob, datetime.now(UTC) + life)


@pytest.fixture(params=["account key", "identity"])
async def linked(request: pytest.FixtureRequest) -> AsyncIterator[Linked]:
    if request.param == "identity":
        service, http = _by_identity(*request.getfixturevalue("azurite_with_identities"))
        async with _uploaded(service, DelegationLinks, http) as linked:
            yield linked
    else:
        by_key = StorageAccount(request.getfixturevalue("azurite")).blobs()
        async with _uploaded(by_key, AccountKeyLinks, httpx.AsyncClient(trust_env=False)) as linked:
            yield linked


@pytest.fixture
async def by_identity(
    azurite_with_identities: tuple[Azurite, Path],
) -> AsyncIterator[tuple["CountingService", Linked]]:
    service, http = _by_identity(*azurite_with_identities)
    async with _uploaded(service, DelegationLinks, http) as linked:
        yield service, linked


def _by_identity(running: Azurite, certificate: Path) -> tuple["CountingService", httpx.AsyncClient]:
    service = CountingService(
        running.address("blob", "https"),
        credential=AnyToken("https://storage.azure.com"),
        connection_verify=str(certificate),
    )
    trusting = ssl.create_default_context(cafile=certificate)
    return service, httpx.AsyncClient(verify=trusting, trust_env=False)


@asynccontextmanager
async def _uploaded(
    service: BlobServiceClient, kind: Callable[..., DownloadLinks], http: httpx.AsyncClient
) -> AsyncIterator[Linked]:
    blob, lazy = f"{uuid4()}/1/export.zip", Lazy(lambda: service, prepare_container)
    async with service, http:
        async with BlobContainer(lazy).create(blob) as sink:
            await sink.write(b"data")
        make = partial(kind, lazy, SystemClock())
        yield Linked(make(), make, blob, http)


class CountingService(BlobServiceClient):
    """Counts how often a key is asked for."""

    keys = failures = 0

    async def get_user_delegation_key(
        self, key_start_time: datetime, key_expiry_time: datetime, **_options: object
    ) -> UserDelegationKey:
        self.keys += 1
        await asyncio.sleep(0.01)  # so that others come meanwhile
        if self.keys <= self.failures:
            raise ServiceRequestError("no way there")
        return await super().get_user_delegation_key(key_start_time, key_expiry_time)


def in_five_minutes() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


async def test_anybody_downloads_by_the_link_as_a_file_with_a_neutral_name(linked: Linked) -> None:
    answer = await linked.http.get((await linked.minted()).url)
    assert (answer.status_code, answer.content) == (200, b"data")
    assert answer.headers["content-disposition"] == 'attachment; filename="export.zip"'
    assert answer.headers["content-type"] == "application/zip"


async def test_a_link_says_when_it_ends_and_is_refused_afterwards(linked: Linked) -> None:
    link = await linked.minted(timedelta(seconds=-5))
    assert link.expires_at < datetime.now(UTC)
    assert (await linked.http.get(link.url)).status_code == 403


async def test_a_link_neither_writes_nor_removes_nor_opens_another_blob(linked: Linked) -> None:
    link = await linked.minted()
    headers = {"x-ms-blob-type": "BlockBlob"}
    assert (await linked.http.put(link.url, content=b"other", headers=headers)).status_code == 403
    assert (await linked.http.delete(link.url)).status_code == 403
    other = link.url.replace(linked.blob, f"{uuid4()}/1/export.zip")
    assert (await linked.http.get(other)).status_code == 403
    assert (await linked.http.get(link.url)).content == b"data"


async def test_a_link_cannot_be_made_to_live_longer(linked: Linked) -> None:
    link = await linked.minted()
    longer = httpx.URL(link.url).copy_set_param("se", "2099-01-01T00:00:00Z")
    assert (await linked.http.get(longer)).status_code == 403


async def test_a_link_of_more_than_seven_days_under_an_identity_is_not_made(linked: Linked) -> None:
    if isinstance(linked.links, AccountKeyLinks):
        assert (await linked.minted(timedelta(days=8))).url
    else:
        with pytest.raises(ValueError, match="7 days"):
            await linked.minted(timedelta(days=8))


async def test_a_link_for_an_address_works_from_there_alone(linked: Linked) -> None:
    """Azurite compares no addresses, so what is held here is that the link says them, signed."""
    link = await linked.from_addresses("203.0.113.1-203.0.113.9").mint(linked.blob, in_five_minutes())
    address = httpx.URL(link.url)
    assert address.params["sip"] == "203.0.113.1-203.0.113.9"
    from_everywhere = address.copy_set_param("sip", "0.0.0.0-255.255.255.255")
    assert (await linked.http.get(from_everywhere)).status_code == 403


Reached = tuple[BlobServiceClient, httpx.AsyncClient, Callable[..., DownloadLinks]]


def _reached(request: pytest.FixtureRequest, way: str) -> Reached:
    if way == "identity":
        service, http = _by_identity(*request.getfixturevalue("azurite_with_identities"))
        return service, http, DelegationLinks
    by_key = StorageAccount(request.getfixturevalue("azurite")).blobs()
    return by_key, httpx.AsyncClient(trust_env=False), AccountKeyLinks


@asynccontextmanager
async def _uploads(request: pytest.FixtureRequest, way: str, purpose: Purpose) -> AsyncIterator[Linked]:
    """Links of that purpose to a blob with content, in the container of lists."""
    service, http, kind = _reached(request, way)
    blob, lazy = f"{uuid4()}/list", Lazy(lambda: service, prepare_container)
    async with service, http:
        await BlobContainer(lazy, LISTS).put(blob, b"data")
        make = partial(kind, lazy, SystemClock(), purpose=purpose)
        yield Linked(make(), make, blob, http)


WAYS = ("account key", "identity")


@pytest.mark.parametrize("way", WAYS)
async def test_an_upload_address_writes_its_blob_and_does_nothing_else(
    request: pytest.FixtureRequest, way: str
) -> None:
    async with _uploads(request, way, UPLOADS) as uploads:
        url, http = (await uploads.minted()).url, uploads.http
        headers = {"x-ms-blob-type": "BlockBlob"}
        assert (await http.put(url, content=b"list", headers=headers)).status_code == 201
        other = url.replace(uploads.blob, f"{uuid4()}/list")
        container = str(httpx.URL(url).copy_with(path=httpx.URL(url).path.partition(f"/{uploads.blob}")[0]))
        listing = f"{container}&restype=container&comp=list"
        refused = [
            await http.get(url),
            await http.head(url),
            await http.delete(url),
            await http.put(other, content=b"x", headers=headers),
            await http.get(listing),
        ]
        assert [answer.status_code for answer in refused] == [403] * len(refused)


@pytest.mark.parametrize("way", WAYS)
async def test_a_list_is_uploaded_block_by_block(request: pytest.FixtureRequest, way: str) -> None:
    async with _uploads(request, way, UPLOADS) as uploads:
        url = httpx.URL((await uploads.minted()).url)
        for name, data in (("MDA=", b"one\n"), ("MDE=", b"two\n")):
            block = url.copy_merge_params({"comp": "block", "blockid": name})
            assert (await uploads.http.put(block, content=data)).status_code == 201
        listed = "<BlockList><Latest>MDA=</Latest><Latest>MDE=</Latest></BlockList>"
        whole = await uploads.http.put(url.copy_merge_params({"comp": "blocklist"}), content=listed)
        assert whole.status_code == 201


@pytest.mark.parametrize("way", WAYS)
async def test_a_result_is_read_as_a_file_with_a_neutral_name(
    request: pytest.FixtureRequest, way: str
) -> None:
    async with _uploads(request, way, RESULTS) as results:
        url = (await results.minted()).url
        answer = await results.http.get(url)
        assert (answer.status_code, answer.content) == (200, b"data")
        assert answer.headers["content-disposition"] == 'attachment; filename="result.csv"'
        headers = {"x-ms-blob-type": "BlockBlob"}
        assert (await results.http.put(url, content=b"x", headers=headers)).status_code == 403


async def test_one_key_serves_links_that_come_at_once_and_soon(
    by_identity: tuple[CountingService, Linked],
) -> None:
    service, linked = by_identity
    links = await asyncio.gather(*(linked.minted() for _ in range(8)))
    links.append(await linked.minted(timedelta(minutes=50)))
    assert service.keys == 1
    assert [(await linked.http.get(link.url)).status_code for link in links] == [200] * 9


async def test_a_key_that_ends_before_the_link_is_renewed(
    by_identity: tuple[CountingService, Linked],
) -> None:
    service, linked = by_identity
    first, later = await linked.minted(), await linked.minted(timedelta(hours=2))
    assert service.keys == 2
    keys = {httpx.URL(link.url).params["ske"] for link in (first, later)}
    assert len(keys) == 2
    assert [(await linked.http.get(link.url)).status_code for link in (first, later)] == [200, 200]


async def test_a_key_that_could_not_be_had_is_asked_for_again(
    by_identity: tuple[CountingService, Linked],
) -> None:
    service, linked = by_identity
    service.failures = 1
    with pytest.raises(StorageUnavailable):
        await linked.minted()
    assert (await linked.http.get((await linked.minted()).url)).status_code == 200

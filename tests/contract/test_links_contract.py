"""What `ports.DownloadLinks` promises, kept by links under an account key and under an identity alike."""

import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from azure.storage.blob.aio import BlobServiceClient

from local.azurite.process import Azurite
from local.graph.certificate import write_certificate
from local.node import set_up
from shared.adapters.clock import SystemClock
from shared.adapters.download_links import AccountKeyLinks, DelegationLinks
from shared.adapters.export_blobs import BlobContainer, prepare_container
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.domain.ports import DownloadLinks, Link
from tests.contract.any_token import AnyToken


@pytest.fixture(scope="module")
def azurite_with_identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Azurite, Path]]:
    set_up()
    folder = tmp_path_factory.mktemp("azurite-tls")
    certificate, key = write_certificate(folder)
    with Azurite(folder, "--oauth", "basic", "--cert", str(certificate), "--key", str(key)) as running:
        yield running, certificate


@dataclass(frozen=True)
class Linked:
    """Links to a blob with content `b"data"`, and a client that downloads as anybody would."""

    links: DownloadLinks
    blob: str
    http: httpx.AsyncClient

    async def minted(self, life: timedelta = timedelta(minutes=5)) -> Link:
        return await self.links.mint(self.blob, datetime.now(UTC) + life)


@pytest.fixture(params=["account key", "identity"])
async def linked(request: pytest.FixtureRequest) -> AsyncIterator[Linked]:
    blob = f"{uuid4()}/1/export.zip"
    if request.param == "account key":
        service = StorageAccount(request.getfixturevalue("azurite")).blobs()
        lazy = Lazy(lambda: service, prepare_container)
        links: DownloadLinks = AccountKeyLinks(lazy, SystemClock())
        http = httpx.AsyncClient(trust_env=False)
    else:
        running, certificate = request.getfixturevalue("azurite_with_identities")
        service = BlobServiceClient(
            running.address("blob", "https"),
            credential=AnyToken("https://storage.azure.com"),
            connection_verify=str(certificate),
        )
        lazy = Lazy(lambda: service, prepare_container)
        links = DelegationLinks(lazy, SystemClock())
        http = httpx.AsyncClient(verify=_trusting(certificate), trust_env=False)
    async with service, http:
        async with BlobContainer(lazy).create(blob) as sink:
            await sink.write(b"data")
        yield Linked(links, blob, http)


def _trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


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

"""The check of links where they are signed under an identity."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from azure.core.exceptions import HttpResponseError
from azure.core.rest import AsyncHttpResponse
from azure.storage.blob import UserDelegationKey
from azure.storage.blob.aio import BlobServiceClient

from local.azurite.process import Azurite
from shared.adapters.blob_checks import PREFIX
from shared.adapters.clock import SystemClock
from shared.adapters.download_links import DelegationLinks
from shared.adapters.export_blobs import CONTAINER, prepare_container
from shared.adapters.link_check import LinkCheck
from shared.adapters.storage_clients import Lazy
from shared.domain.checks.reason import Result
from tests.contract.any_token import AnyToken


class Service(BlobServiceClient):
    """Counts how often a key for links is asked for; refuses it once it is told to."""

    keys = 0
    refuses = False

    async def get_user_delegation_key(
        self, key_start_time: datetime, key_expiry_time: datetime, **_options: object
    ) -> UserDelegationKey:
        self.keys += 1
        if self.refuses:
            raise HttpResponseError("kanarienvogel", response=cast("AsyncHttpResponse", Refusing()))
        return await super().get_user_delegation_key(key_start_time, key_expiry_time)


class Refusing:
    """What a refusal has that is looked at."""

    status_code, reason = 403, "Forbidden"
    headers = {"x-ms-error-code": "AuthorizationPermissionMismatch"}  # noqa: RUF012 - never written to


@pytest.fixture
async def service(
    azurite_with_identities: tuple[Azurite, Path], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    running, certificate = azurite_with_identities
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    token = AnyToken("https://storage.azure.com")
    address = running.address("blob", "https")
    async with Service(address, credential=token, connection_verify=str(certificate)) as service:
        yield service


def check_of(service: Service) -> LinkCheck:
    lazy, clock = Lazy[BlobServiceClient](lambda: service, prepare_container), SystemClock()
    return LinkCheck(lazy, lambda: DelegationLinks(lazy, clock), None, clock)


async def test_a_link_under_an_identity_works_with_a_key_of_its_own_each_time(service: Service) -> None:
    check = check_of(service)
    codes = [one.code for _ in range(2) for one in await check.ask()]
    assert (codes, service.keys) == (["link_works", "link_works"], 2)
    container = service.get_container_client(CONTAINER)
    assert [blob async for blob in container.list_blobs(PREFIX)] == []


async def test_an_identity_that_gets_no_key_for_links_lacks_a_role_of_its_own(service: Service) -> None:
    check = check_of(service)
    service.refuses = True
    (said,) = await check.ask()
    assert (said.code, said.result) == ("role_missing", Result.FAULT)
    assert "Storage Blob Delegator on the account of EXPORTS" in said.remedy
    assert "kanarienvogel" not in str(said)

"""How a registration proves itself, by azure-identity's own classes against the simulator's login."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from shared.adapters.clock import SystemClock
from shared.adapters.graph.calls import Principal
from shared.adapters.graph.certificates import read_certificate
from shared.adapters.graph.clouds import CHINA, CLOUDS, GLOBAL, US_GOV, Cloud
from shared.adapters.graph.credentials import ClientSecret, ManagedIdentity, Proof, Registration
from shared.adapters.graph.directory import GraphDirectory, graph_directory
from shared.adapters.graph.endpoints import Endpoints
from shared.domain.errors import CredentialRejected, DirectoryUnavailable
from tests.certificates import Made, certificate
from tests.local.registering import Registered, federate, register, upload
from tests.running import Simulator

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
READS = "User.Read.All"


@dataclass(frozen=True)
class Place:
    """A tenant of the simulator and an administrator of it."""

    simulator: Simulator
    graph: httpx.Client

    @asynccontextmanager
    async def directory(
        self, registered: Registered, proof: Proof, cloud: Cloud = GLOBAL
    ) -> AsyncIterator[GraphDirectory]:
        tenant_id = self.simulator.tenants[0]["tenant_id"]
        one = Registration(tenant_id, registered.app_id, proof)
        endpoints = Endpoints(self.simulator.login, self.simulator.url, cloud)
        opened = graph_directory(dict.fromkeys(Principal, one), endpoints, SystemClock())
        yield opened
        await opened.close()


@pytest.fixture
def place(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("SSL_CERT_FILE", str(simulator.ready["ca_file"]))
    monkeypatch.setenv("IDENTITY_ENDPOINT", simulator.identity["endpoint"])
    monkeypatch.setenv("IDENTITY_HEADER", simulator.identity["header"])
    with simulator.administrator() as graph:
        yield Place(simulator, graph)


async def reads(directory: GraphDirectory) -> bool:
    """Whether Graph answers: nobody has this id."""
    return await directory.account(str(uuid4())) is None


CURRENT = certificate()


@pytest.mark.parametrize(
    "text",
    [CURRENT.pkcs12(), CURRENT.pkcs12(certificate().certificate), CURRENT.key_pem + CURRENT.certificate_pem],
    ids=["PKCS#12", "PKCS#12 with a chain", "PEM"],
)
async def test_a_registered_certificate_proves_the_registration(place: Place, text: str) -> None:
    registered = register(place.graph, READS)
    upload(place.graph, registered, CURRENT)
    async with place.directory(registered, read_certificate(text)) as directory:
        assert await reads(directory)


@pytest.mark.parametrize(
    ("uploaded", "used"),
    [
        (certificate(), CURRENT),
        ((ended := certificate(ends_in=-timedelta(hours=1))), ended),
        (CURRENT, certificate(CURRENT.key)),
    ],
    ids=["another", "ended", "of the same key"],
)
async def test_no_other_certificate_and_none_that_has_ended_does(
    place: Place, uploaded: Made, used: Made
) -> None:
    registered = register(place.graph, READS)
    upload(place.graph, registered, uploaded)
    async with place.directory(registered, read_certificate(used.pkcs12())) as directory:
        with pytest.raises(CredentialRejected):
            await reads(directory)


@pytest.mark.parametrize("cloud", [GLOBAL, US_GOV, CHINA], ids=["global", "us_gov", "china"])
async def test_a_managed_identity_proves_the_multitenant_registration_that_trusts_it(
    place: Place, cloud: Cloud
) -> None:
    identity = place.simulator.identity
    with place.simulator.administrator("workforce") as home:
        registered = register(home, audience="AzureADMultipleOrgs")
        federate(home, registered, identity, cloud.exchange_audience)
    consented = register(place.graph, READS, known=registered)
    proof = ManagedIdentity(identity["client_id"])
    async with place.directory(consented, proof, cloud) as directory:
        assert await reads(directory)


async def test_a_registration_that_does_not_trust_the_identity_is_not_proved_by_it(place: Place) -> None:
    identity = place.simulator.identity
    registered = register(place.graph, READS)
    federate(place.graph, registered, {**identity, "principal_id": str(uuid4())}, GLOBAL.exchange_audience)
    async with place.directory(registered, ManagedIdentity(identity["client_id"])) as directory:
        with pytest.raises(CredentialRejected):
            await reads(directory)


async def test_the_audience_of_another_cloud_is_refused(place: Place) -> None:
    identity = place.simulator.identity
    registered = register(place.graph, READS)
    federate(place.graph, registered, identity, GLOBAL.exchange_audience)
    async with place.directory(registered, ManagedIdentity(identity["client_id"]), US_GOV) as directory:
        with pytest.raises(CredentialRejected):
            await reads(directory)


async def test_an_identity_that_the_app_does_not_have_is_refused(place: Place) -> None:
    registered = register(place.graph, READS)
    async with place.directory(registered, ManagedIdentity(str(uuid4()))) as directory:
        with pytest.raises(CredentialRejected):
            await reads(directory)


async def test_where_no_identity_can_be_asked_the_call_is_worth_another_try(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/none")
    registered = register(place.graph, READS)
    async with place.directory(registered, ManagedIdentity(str(uuid4()))) as opened:
        with pytest.raises(DirectoryUnavailable):
            await opened.soft_delete(str(uuid4()))


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=CLOUDS)
async def test_a_secret_gets_a_token_for_the_graph_of_each_cloud(place: Place, cloud: Cloud) -> None:
    home = place.simulator.tenants[0]
    brought = Registered("", home["client_id"], "")
    async with place.directory(brought, ClientSecret(home["client_secret"]), cloud) as directory:
        assert await reads(directory)


async def test_each_call_is_seen_at_graph_under_its_own_registration(place: Place) -> None:
    simulator, home = place.simulator, place.simulator.tenants[0]
    reader, eraser = register(place.graph, READS), register(place.graph, "User.DeleteRestore.All", READS)
    both = {
        principal: Registration(home["tenant_id"], one.app_id, ClientSecret(one.secret))
        for principal, one in ((Principal.READER, reader), (Principal.ERASER, eraser))
    }
    directory = graph_directory(both, Endpoints(simulator.login, simulator.url), SystemClock())
    person = simulator.add_user()
    simulator.ask("DELETE", "calls")
    await directory.account(person)
    await directory.soft_delete(person)
    assert await directory.recycled(person) is not None
    await directory.close()
    sent = [(call["method"], call["app_id"]) for call in simulator.calls()]
    assert sent == [("GET", reader.app_id), ("DELETE", eraser.app_id), ("GET", reader.app_id)]

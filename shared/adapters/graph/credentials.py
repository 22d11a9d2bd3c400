"""How a registration proves itself to a tenant's login: by a secret, a certificate, or a managed identity."""

import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import TypedDict
from urllib.parse import urlsplit

import aiohttp
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
)

from shared.adapters.graph.certificates import ClientCertificate
from shared.adapters.graph.endpoints import CONNECT_SECONDS, KNOWN_LOGIN_HOSTS, SILENCE_SECONDS, Endpoints


@dataclass(frozen=True)
class ClientSecret:
    """A password of the registration."""

    value: str = field(repr=False)


@dataclass(frozen=True)
class ManagedIdentity:
    """A user-assigned identity of the app's that the registration trusts (federated identity credential)."""

    client_id: str


Proof = ClientSecret | ClientCertificate | ManagedIdentity


@dataclass(frozen=True)
class Registration:
    """An application as a tenant knows it, and what it proves itself with."""

    tenant_id: str
    client_id: str
    proof: Proof


def credential_of(registration: Registration, endpoints: Endpoints) -> AsyncTokenCredential:
    """The registration's credential at the cloud's login. Needs a running loop."""
    tenant_id, client_id = registration.tenant_id, registration.client_id
    match registration.proof:
        case ClientSecret(value):
            return ClientSecretCredential(tenant_id, client_id, value, **_login(endpoints))
        case ClientCertificate(pem):
            # Without the chain: x5c is for applications that trust an issuer and a subject, Microsoft's own.
            return CertificateCredential(tenant_id, client_id, certificate_data=pem, **_login(endpoints))
        case ManagedIdentity() as identity:
            return FederatedCredential(registration, identity, endpoints)


class FederatedCredential:
    """Proves the registration by a token of a managed identity that it trusts.

    Entra "Configure an application to trust a managed identity". azure-identity asks for an assertion from
    outside the loop, so the identity's token, which it keeps for hours, is had before.
    """

    def __init__(self, registration: Registration, identity: ManagedIdentity, endpoints: Endpoints) -> None:
        self._audience = endpoints.cloud.exchange_audience
        self._assertion = ""
        self._identity = ManagedIdentityCredential(client_id=identity.client_id, **_BOUNDS)
        self._registration = ClientAssertionCredential(
            registration.tenant_id, registration.client_id, lambda: self._assertion, **_login(endpoints)
        )

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **_others: object,
    ) -> AccessToken:
        """See `AsyncTokenCredential.get_token`. Raises `ClientAuthenticationError`."""
        self._assertion = (await self._identity.get_token(self._audience)).token
        return await self._registration.get_token(
            *scopes, claims=claims, tenant_id=tenant_id, enable_cae=enable_cae
        )

    async def close(self) -> None:
        """Close both connections."""
        await self._identity.close()
        await self._registration.close()

    async def __aenter__(self) -> "FederatedCredential":
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()


class _Bounds(TypedDict):
    retry_total: int
    connection_timeout: int
    read_timeout: int


class _Login(_Bounds):
    authority: str
    disable_instance_discovery: bool
    transport: AioHttpTransport


_BOUNDS = _Bounds(
    retry_total=0,  # counted by the caller, as for Graph itself
    connection_timeout=CONNECT_SECONDS,
    read_timeout=SILENCE_SECONDS,
)


def _login(endpoints: Endpoints) -> _Login:
    return _Login(
        authority=endpoints.login,
        disable_instance_discovery=urlsplit(endpoints.login).hostname not in KNOWN_LOGIN_HOSTS,
        transport=AioHttpTransport(session=_session()),
        **_BOUNDS,
    )


def _session() -> aiohttp.ClientSession:
    # aiohttp's own TLS context is made at import; this one trusts what httpx trusts (SSL_CERT_FILE).
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
    return aiohttp.ClientSession(
        connector=connector,
        trust_env=True,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # azure-core decompresses by itself
    )

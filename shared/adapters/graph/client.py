"""The SDK's client for one tenant: its request builders and its way to send, with our bounds."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import httpx
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http.httpx_request_adapter import HttpxRequestAdapter
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware.options import RedirectHandlerOption, RetryHandlerOption
from kiota_http.observability_options import ObservabilityOptions
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

CONNECT_SECONDS = 5
SILENCE_SECONDS = 20
"""How long a connection may stay silent; `send.CALL_TIME_LIMIT` bounds the whole call."""

KNOWN_LOGIN_HOSTS = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.chinacloudapi.cn",
        "login.partner.microsoftonline.cn",
    }
)
KNOWN_GRAPH_HOSTS = frozenset(
    {
        "graph.microsoft.com",
        "graph.microsoft.us",
        "dod-graph.microsoft.us",
        "microsoftgraph.chinacloudapi.cn",
    }
)


@dataclass(frozen=True)
class Endpoints:
    """Where a cloud's login and Graph are, each as scheme and host; `scope` only to ask for another one."""

    login: str = "https://login.microsoftonline.com"
    graph: str = "https://graph.microsoft.com"
    scope: str | None = None

    @property
    def base_url(self) -> str:
        """The root of all calls, without a slash at its end: the SDK's templates bring their own."""
        return f"{self.graph.rstrip('/')}/v1.0"

    @property
    def graph_host(self) -> str:
        """The one host that is sent a token."""
        return urlsplit(self.graph).hostname or ""

    @property
    def token_scope(self) -> str:
        """What to ask a token for; a Graph of no known cloud is taken to stand in for the global one."""
        host = self.graph_host if self.graph_host in KNOWN_GRAPH_HOSTS else "graph.microsoft.com"
        return self.scope or f"https://{host}/.default"


@dataclass(frozen=True)
class Registration:
    """An application in a tenant and the secret it proves itself with."""

    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Connection:
    """An open client, bound to the loop it was made on: request builders, and what sends their requests."""

    graph: GraphServiceClient
    adapter: HttpxRequestAdapter
    http: httpx.AsyncClient
    credential: AsyncTokenCredential

    async def close(self) -> None:
        """Close the connections to Graph and to the login endpoint."""
        await self.http.aclose()
        await self.credential.close()


class LazyConnection:
    """Opens on first use, hence on the running loop, and once per process."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._open: Connection | None = None

    def opened(self) -> Connection:
        """The connection, made now if there is none."""
        if self._open is None:
            self._open = self._connect()
        return self._open

    async def close(self) -> None:
        """Close what was opened; a later use opens anew."""
        open_now, self._open = self._open, None
        if open_now is not None:
            await open_now.close()


def connect(
    endpoints: Endpoints,
    credential: AsyncTokenCredential,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Connection:
    """A client for `endpoints` that authenticates with `credential`."""
    http = KiotaClientFactory.create_with_default_middleware(
        httpx.AsyncClient(
            base_url=endpoints.base_url,
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            transport=transport,
        ),
        # Retries are ours to count, and a redirect would leave the host that is allowed.
        options={
            RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0, should_retry=False),
            RedirectHandlerOption.get_key(): RedirectHandlerOption(should_redirect=False),
        },
    )
    auth = AzureIdentityAuthenticationProvider(
        credential, scopes=[endpoints.token_scope], allowed_hosts=[endpoints.graph_host]
    )
    adapter = GraphRequestAdapter(auth, http)
    adapter.base_url = endpoints.base_url
    # Traces would name whole addresses otherwise, and those hold object ids and e-mail addresses.
    adapter.observability_options = ObservabilityOptions(include_euii_attributes=False)
    return Connection(GraphServiceClient(request_adapter=adapter), adapter, http, credential)


def secret_credential(registration: Registration, login: str) -> ClientSecretCredential:
    """The registration's credential at the login endpoint `login`. Needs a running loop."""
    return ClientSecretCredential(
        registration.tenant_id,
        registration.client_id,
        registration.client_secret,
        authority=login,
        disable_instance_discovery=urlsplit(login).hostname not in KNOWN_LOGIN_HOSTS,
        transport=AioHttpTransport(session=_login_session()),
        retry_total=0,  # counted by the caller, as for Graph itself
        connection_timeout=CONNECT_SECONDS,
        read_timeout=SILENCE_SECONDS,
    )


def _login_session() -> aiohttp.ClientSession:
    # aiohttp's own TLS context is made at import; this one trusts what httpx trusts (SSL_CERT_FILE).
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
    return aiohttp.ClientSession(
        connector=connector,
        trust_env=True,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # azure-core decompresses by itself
    )

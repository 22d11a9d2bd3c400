"""The SDK's client for one tenant: its request builders and its way to send, with our bounds."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http.httpx_request_adapter import HttpxRequestAdapter
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware.options import RedirectHandlerOption, RetryHandlerOption
from kiota_http.observability_options import ObservabilityOptions
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from shared.adapters.graph.endpoints import CONNECT_SECONDS, SILENCE_SECONDS, Endpoints


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

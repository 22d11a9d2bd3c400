"""A connection to something that stands in for Graph and asks for no real token."""

import time

import httpx
from azure.core.credentials import AccessToken, AccessTokenInfo

from shared.adapters.graph.client import Connection, connect
from shared.adapters.graph.endpoints import Endpoints


class StaticCredential:
    """A credential that asks nobody."""

    async def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """A token that is good for an hour."""
        return AccessToken("benchmark", int(time.time()) + 3600)

    async def get_token_info(self, *_scopes: str, **_options: object) -> AccessTokenInfo:
        """The same, in the newer form."""
        return AccessTokenInfo("benchmark", int(time.time()) + 3600)

    async def close(self) -> None:
        """Nothing is open."""

    async def __aenter__(self) -> "StaticCredential":
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""


def open_connection(graph: str, transport: httpx.AsyncBaseTransport | None = None) -> Connection:
    """As the app opens one, to the Graph at this address."""
    return connect(Endpoints(graph=graph), StaticCredential(), transport)

"""Where a cloud's login and Graph are, and what a token is asked for."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.adapters.graph.clouds import CLOUDS, GLOBAL, Cloud

CONNECT_SECONDS = 5
SILENCE_SECONDS = 20
"""How long a connection may stay silent; `send.CALL_TIME_LIMIT` bounds the whole call."""
KNOWN_LOGIN_HOSTS = frozenset(urlsplit(cloud.login).hostname for cloud in CLOUDS.values())


@dataclass(frozen=True)
class Endpoints:
    """A cloud, and where its login and Graph, or what stands in for them, are: each as scheme and host."""

    login: str = GLOBAL.login
    graph: str = GLOBAL.graph
    cloud: Cloud = GLOBAL

    @property
    def base_url(self) -> str:
        """The root of all calls, without a slash at its end: the SDK's templates bring their own."""
        return f"{self.graph}/v1.0"

    @property
    def graph_host(self) -> str:
        """The one host that is sent a token."""
        return urlsplit(self.graph).hostname or ""

    @property
    def token_scope(self) -> str:
        """What to ask a token for: the cloud's Graph, whatever stands in for it."""
        return f"{self.cloud.graph}/.default"

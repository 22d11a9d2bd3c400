"""A fault as it was asked for, and which calls it fits."""

from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from starlette.requests import Request

GRAPH, LOGIN = "graph", "login"


@dataclass(frozen=True)
class Incoming:
    """A call before it is answered: which endpoint got it, and the tenant it is about if that is known."""

    endpoint: str
    tenant: str | None
    request: Request

    @property
    def address(self) -> str:
        """Path and query, not encoded, in lower case."""
        url = self.request.url
        return f"{unquote(url.path)}?{unquote_plus(url.query)}".lower()


@dataclass(frozen=True)
class Fault:
    """`times` calls fail (None: all), after `after` that do not, each with `probability`."""

    kind: str
    endpoint: str = GRAPH
    tenant: str | None = None
    methods: frozenset[str] = frozenset()
    path: str = ""
    query: str = ""
    times: int | None = 1
    after: int = 0
    probability: float = 1.0
    retry_after: int | None = None
    seconds: float = 1.0

    def fits(self, call: Incoming) -> bool:
        """Whether it may strike this call. `path` and `query` are looked for in its address."""
        return (
            self.endpoint == call.endpoint
            and self.tenant in {None, call.tenant}
            and call.request.method in self.methods
            and self.path.lower() in call.address
            and self.query in call.address
        )

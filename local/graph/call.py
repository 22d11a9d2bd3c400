"""One call, taken apart and authorised: what handlers are given."""

from dataclasses import dataclass

from starlette.requests import Request

from local.graph.directory import Json, Tenant

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Call:
    """`options` are by lower-case name; `name` is what the path names, if anything."""

    request: Request
    tenant: Tenant
    options: dict[str, str]
    body: Json
    name: str

    @property
    def agent(self) -> str:
        """What the client says it is."""
        return self.request.headers.get("user-agent", "")

    @property
    def root(self) -> str:
        """Where Graph begins on the host that was asked."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}/v1.0"

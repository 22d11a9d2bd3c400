"""Faults on demand: what the control address asks for, the next matching calls get."""

from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus

from starlette.requests import Request

from local.graph.answers import GraphError
from local.graph.directory import Json

KINDS = ("429", "503", "cut_before", "cut_after")
FIELDS = frozenset({"fault", "tenant", "method", "path", "retry_after", "times", "after"})


@dataclass
class Fault:
    """`times` matching calls fail, after `skip` that do not."""

    kind: str
    tenant: str | None = None
    method: str | None = None
    path: str = ""
    retry_after: int | None = None
    times: int = 1
    skip: int = 0

    def hits(self, request: Request, tenant: str | None) -> bool:
        """Whether this call fails; counts it. `path` is looked for in path and query, not encoded."""
        address = f"{unquote(request.url.path)}?{unquote_plus(request.url.query)}".lower()
        if self.method not in {None, request.method} or self.tenant not in {None, tenant}:
            return False
        if self.path.lower() not in address:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return self.times >= 0


@dataclass
class Faults:
    """Those asked for, oldest first."""

    pending: list[Fault] = field(default_factory=list)

    def add(self, asked: Json, tenants: set[str]) -> None:
        """One more. Raises `ValueError`: a fault that never strikes would let a test pass for nothing."""
        if asked.get("fault") not in KINDS:
            raise ValueError(f"fault must be one of {', '.join(KINDS)}")
        if strange := sorted(set(asked) - FIELDS):
            raise ValueError(f"a fault has no {strange[0]}")
        if asked.get("tenant") not in {None, *tenants}:
            raise ValueError(f"tenant must be one of {', '.join(sorted(tenants))}")
        after = asked.get("retry_after")
        self.pending.append(
            Fault(
                kind=str(asked["fault"]),
                tenant=str(asked["tenant"]) if asked.get("tenant") else None,
                method=str(asked["method"]) if asked.get("method") else None,
                path=str(asked.get("path", "")),
                retry_after=int(str(after)) if after is not None else None,
                times=int(str(asked.get("times", 1))),
                skip=int(str(asked.get("after", 0))),
            )
        )

    def next_for(self, request: Request, tenant: str | None) -> Fault | None:
        """The fault that this call to `tenant` gets."""
        return next((fault for fault in self.pending if fault.hits(request, tenant)), None)


def as_error(fault: Fault) -> GraphError:
    """429 or 503 as Graph words them."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.kind == "429":
        return GraphError(429, "TooManyRequests", "Please retry again later.", headers)
    return GraphError(503, "serviceNotAvailable", "The service is temporarily unavailable.", headers)

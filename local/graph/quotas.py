"""Graph's documented limits: what each call costs, and how full the buckets of a tenant's app are.

"Microsoft Graph service-specific throttling limits": identity and access, identity and access reports.
"""

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from local.graph.answers import too_many
from local.graph.directory import Tenant

WARNED_FROM, COUNTED_TO = 0.8, 1.8
"""Of a limit: from here answers say how much is used; calls that are refused still count up to here."""


@dataclass(frozen=True)
class Limit:
    """So many units in so many seconds for one app in one tenant; `excess` is how a 429 names it."""

    name: str
    units: int
    seconds: int
    excess: str

    @property
    def per_second(self) -> float:
        """How fast what was used is given back."""
        return self.units / self.seconds

    def allows(self, seconds: float, used: float = 0.0) -> float:
        """The most that fits into so many seconds, if so much of it (0 to 1) is used when they begin."""
        return self.units * (1 - used) + self.per_second * seconds


RESOURCES = {
    size: Limit("resources", units, 10, "ResourceUnitLimitExceeded")
    for size, units in ((50, 3500), (501, 5000), (math.inf, 8000))
}
"""By the number of users that the tenant has less of."""
WRITES = Limit("writes", 3000, 150, "WriteLimitExceeded")
REPORTS = Limit("reports", 5, 10, "ResourceUnitLimitExceeded")

IS_REPORT = re.compile(r"auditLogs/.+|users/[^/]+/authentication/.+", re.IGNORECASE)
COSTS = tuple(
    (re.compile(path, re.IGNORECASE), units)
    for path, units in (
        ("users", 2),
        ("applications", 2),
        ("oauth2PermissionGrants", 2),
        ("users/[^/]+/(memberOf|transitiveMemberOf|ownedObjects|licenseDetails)", 2),
    )
)
"""Of reading, in resource units, where it is not one."""


@dataclass(frozen=True)
class Usage:
    """A call as limits see it; `path` begins after the version."""

    method: str
    path: str
    options: Mapping[str, str]

    def charges(self, users: int) -> Iterator[tuple[Limit, int]]:
        """What it takes of which limits, in a tenant with so many users."""
        if IS_REPORT.fullmatch(self.path):
            yield REPORTS, 1
            return
        yield next(limit for size, limit in RESOURCES.items() if users < size), self.resource_units
        if self.method != "GET":
            yield WRITES, 1

    @property
    def resource_units(self) -> int:
        """The documented cost; nothing for reports, which are counted one by one."""
        if IS_REPORT.fullmatch(self.path):
            return 0
        if self.method != "GET":
            return 1
        base = next((units for path, units in COSTS if path.fullmatch(self.path)), 1)
        top = self.options.get("$top", "")
        small_page = top.isdecimal() and int(top) < 20
        return max(base - ("$select" in self.options) - small_page + ("$expand" in self.options), 1)


@dataclass(frozen=True)
class Level:
    """How full a call has left a bucket, and after how many seconds it would fit."""

    limit: Limit
    fraction: float
    wait: float


@dataclass
class Bucket:
    """What was used of a limit; it empties evenly."""

    used: float = 0.0
    at: float = 0.0

    def fill(self, limit: Limit, units: int, now: float) -> Level:
        """Use so much; what does not fit counts as well."""
        left = max(self.used - (now - self.at) * limit.per_second, 0.0)
        self.used, self.at = min(left + units, limit.units * COUNTED_TO), now
        wait = (self.used + units - limit.units) / limit.per_second
        return Level(limit, self.used / limit.units, wait)


@dataclass
class Quotas:
    """Off until switched on; `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    on: bool = False
    used: float = 0.0
    since: float = 0.0
    buckets: dict[tuple[str, Limit], Bucket] = field(default_factory=dict)

    def switch(self, *, on: bool, used: float = 0.0) -> None:
        """On or off, with so much of every limit used (0 to 1)."""
        self.on, self.used, self.since = on, used, self.clock()
        self.buckets.clear()

    def take(self, tenant: Tenant, usage: Usage) -> dict[str, str]:
        """The headers that say what a call costs. Raises `GraphError` (429) where it does not fit."""
        headers = {"x-ms-resource-unit": str(usage.resource_units)} if usage.resource_units else {}
        if not self.on:
            return headers
        charges = usage.charges(len(tenant.users))
        levels = [self._fill(tenant, limit, units) for limit, units in charges]
        fullest = max(levels, key=lambda level: level.fraction)
        if fullest.fraction > WARNED_FROM:
            headers["x-ms-throttle-limit-percentage"] = f"{fullest.fraction:.2f}"
        if fullest.fraction > 1:
            wait = max(level.wait for level in levels)
            raise too_many(
                {**headers, **_refusal(tenant, fullest.limit), "Retry-After": str(math.ceil(wait))}
            )
        return headers

    def _fill(self, tenant: Tenant, limit: Limit, units: int) -> Level:
        begun = Bucket(limit.units * self.used, self.since)
        bucket = self.buckets.setdefault((tenant.name, limit), begun)
        return bucket.fill(limit, units, self.clock())


def _refusal(tenant: Tenant, limit: Limit) -> dict[str, str]:
    scope = f"Tenant_Application/ReadWrite/{tenant.client_id}/{tenant.tenant_id}"
    return {"x-ms-throttle-scope": scope, "x-ms-throttle-information": limit.excess}

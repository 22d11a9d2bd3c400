"""What doctor asks, one place after the other, so that each can be shown as soon as it is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from operate.answers import Json
from operate.client import Client
from operate.exits import Exit, Failed
from operate.findings import UNANSWERED, Checks, Finding, Health, of_setting, seen_from_here

CHECKS, HEALTH = "/api/operations/checks", "/api/health"
COMMON = ("app", "receipts", "state", "exports")
PATIENCE = httpx.Timeout(220, connect=10)
"""Seconds; the app answers within 200, and Azure ends a call after 230."""
GOES_ON = frozenset({Exit.UNREACHABLE, Exit.APP_FAILED, Exit.BUSY})
"""Where a place is not told, the next one is asked all the same."""


@dataclass(frozen=True)
class Diagnosis:
    """One run; `writes` is whether throw-away users may be made."""

    client: Client
    writes: bool

    def health(self) -> Sequence[Finding]:
        """Of the app itself. Raises `Failed` where it does not answer."""
        health = Health.read(self.client.look(HEALTH))
        return tuple(map(of_setting, health.faults)) or (seen_from_here("alive"),)

    def common(self) -> Checks:
        """Of everything but tenants, with the tenants that there are."""
        return self._told({"places": COMMON}, seen_from_here("no_findings"))

    def of_tenant(self, tenant: str) -> Checks:
        """Of one tenant."""
        untold = seen_from_here("no_findings", place="tenant", tenant=tenant)
        return self._told({"places": ["tenant"], "tenants": [tenant], "write": self.writes}, untold)

    def _told(self, body: Json, untold: Finding) -> Checks:
        try:
            return Checks.read(self.client.post(CHECKS, body, PATIENCE))
        except Failed as failed:
            if failed.code not in GOES_ON:
                raise
            return Checks(tenants=(), findings=(untold,))


def unanswered(failed: Failed) -> Finding:
    """What it means that the app does not answer. Raises what means something else."""
    if failed.code not in UNANSWERED:
        raise failed
    return seen_from_here(UNANSWERED[failed.code])

"""What a check is, and how many of them run at once: one that fails or hangs hides no other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from shared.domain.checks.common_reasons import CHECK_FAILED, NO_ANSWER_IN_TIME
from shared.domain.checks.reason import Found, found
from shared.domain.ports import Log

PATIENCE = timedelta(seconds=25)
"""For one check; all run at once, and the platform ends a call after 230 s."""
PATIENCE_FOR_WRITES = timedelta(seconds=120)
"""For the check that writes, which waits for replicas; what it cleans up comes after that."""


class Name(StrEnum):
    """What is checked; docs/doctor.md says what each proves."""

    UPKEEP = "upkeep"
    SIGNING = "signing"
    TABLES = "tables"
    QUEUES = "queues"
    EVIDENCE = "evidence"
    ARCHIVES = "archives"
    LINKS = "links"
    CLOCK = "clock"
    SIGN_IN = "sign-in"
    CREDENTIAL = "credential"
    PERMISSIONS = "permissions"
    ERASER_SIGN_IN = "eraser-sign-in"
    ERASER_CREDENTIAL = "eraser-credential"
    ERASER_PERMISSIONS = "eraser-permissions"
    USERS = "users"
    DOMAIN = "domain"
    ATTRIBUTES = "attributes"
    AUDITS = "audits"
    DELETED = "deleted"
    SIGN_INS = "sign-ins"
    RISK = "risk"
    HARD_DELETE = "hard-delete"


class Place(StrEnum):
    """Where something was checked."""

    APP = "app"
    RECEIPTS = "receipts"
    STATE = "state"
    EXPORTS = "exports"
    TENANT = "tenant"


@dataclass(frozen=True)
class Check:
    """One question to one place, `tenant` being which where that is a tenant."""

    place: Place
    name: Name
    ask: Callable[[], Awaitable[Sequence[Found]]]
    tenant: str | None = None
    patience: timedelta = PATIENCE


@dataclass(frozen=True)
class Finding:
    """What a check found."""

    check: Check
    found: Found


class TenantChecks(Protocol):
    """The checks of one tenant."""

    def reading(self) -> Sequence[Check]:
        """Those that change nothing."""

    def writing(self) -> Sequence[Check]:
        """Those that make a throw-away user and remove it."""

    async def close(self) -> None:
        """Close the connections."""


async def examine(checks: Iterable[Check], log: Log) -> tuple[Finding, ...]:
    """What all of them found, in their order."""
    async with asyncio.TaskGroup() as group:  # which waits for those that clean up when it is cancelled
        asked = [(check, group.create_task(_answer(check, log))) for check in checks]
    return tuple(Finding(check, one) for check, answer in asked for one in answer.result())


async def _answer(check: Check, log: Log) -> Sequence[Found]:
    try:
        async with asyncio.timeout(check.patience.total_seconds()):
            return await check.ask()
    except TimeoutError:
        return (found(NO_ANSWER_IN_TIME, seconds=int(check.patience.total_seconds())),)
    except Exception:
        log.exception("check_failed", step=check.name.value, tenant=check.tenant)
        return (found(CHECK_FAILED),)

"""Whether the app can delete for good, shown on a user that was made for it.

The user cannot sign in, has no address, and is called so that nobody takes it for a person. Deleted is only
what was made here: the id that Graph gave, or names and a state that no other account has.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shared.adapters.graph import calls, check_requests, writes
from shared.adapters.graph.accounts import text
from shared.adapters.graph.check_calls import CREATE_USER
from shared.adapters.graph.paging import items
from shared.adapters.graph.probe import Probe
from shared.adapters.graph.send import accepted, created, json_object
from shared.domain.checks import tenant_reasons as reasons
from shared.domain.checks.reason import Found, found
from shared.domain.errors import (
    DirectoryFault,
    DirectoryRefused,
    DirectoryUnavailable,
    PermissionMissing,
    Throttled,
)
from shared.domain.ports import Clock, JsonObject

LOOKS, BETWEEN = 6, timedelta(seconds=5)
"""How often replicas are looked at before it is said that a user stays."""
LONGEST_REMOVAL = timedelta(seconds=75)
LONGEST_CLEANING = timedelta(seconds=10)
_PASSING = (Throttled, DirectoryUnavailable)


@dataclass(frozen=True)
class ThrowAway:
    """Makes and removes one user of the tenant whose domain this is."""

    probe: Probe
    domain: str
    clock: Clock

    async def tried(self) -> Found:
        """What became of it. Raises a `DirectoryFault` where none could be made."""
        try:
            object_id = await self._made()
        except PermissionMissing:
            return found(reasons.CREATE_REFUSED)
        except DirectoryRefused:
            return found(reasons.CREATE_NOT_TAKEN)
        try:
            async with asyncio.timeout(LONGEST_REMOVAL.total_seconds()):
                return await self.removed(object_id)
        except TimeoutError:
            return found(reasons.LEFT_BEHIND, object_id=object_id)
        except asyncio.CancelledError:
            await self._cleaned(object_id)
            raise

    async def removed(self, object_id: str) -> Found:
        """Deletes and purges, and reads back. An object id is Graph's own, of a user that was made here."""
        try:
            return await self._removed(object_id)
        except DirectoryFault:
            return found(reasons.LEFT_BEHIND, object_id=object_id)

    async def _removed(self, object_id: str) -> Found:
        left = found(reasons.LEFT_BEHIND, object_id=object_id)
        try:
            if not await self._until(lambda: self._soft_deleted(object_id)):
                return left
        except PermissionMissing:
            return found(reasons.DELETE_REFUSED, object_id=object_id)
        try:
            purged = await self._until(lambda: self._purged(object_id))
        except PermissionMissing:
            return found(reasons.PURGE_REFUSED, object_id=object_id)
        return found(reasons.HARD_DELETES) if purged else left

    async def _made(self) -> str:
        name = check_requests.fresh_name(self.domain)
        try:
            made = await self.probe.value(CREATE_USER, check_requests.create(name), created)
        except _PASSING:
            return await self._made_all_the_same(name)
        return text(CREATE_USER, made, "id")

    async def _made_all_the_same(self, name: str) -> str:
        """The id of a user whose making was not answered. Raises `DirectoryUnavailable` for none."""
        known: Sequence[str] = ()
        for _ in range(LOOKS):
            with suppress(*_PASSING):
                users = await self.probe.value(calls.FIND_USERS, check_requests.named(name), items)
                known = [text(calls.FIND_USERS, user, "id") for user in users if _is_called(user, name)]
            if known:
                return known[0]
            await self.clock.sleep(BETWEEN)
        raise DirectoryUnavailable(CREATE_USER.name)

    async def _until(self, so: Callable[[], Awaitable[bool]]) -> bool:
        for _ in range(LOOKS):
            with suppress(*_PASSING):
                if await so():
                    return True
            await self.clock.sleep(BETWEEN)
        return False

    async def _soft_deleted(self, object_id: str) -> bool:
        await self.probe.send(calls.DELETE_USER, writes.soft_delete(object_id), accepted)
        return await self._is_in_bin(object_id)

    async def _purged(self, object_id: str) -> bool:
        await self.probe.send(calls.PURGE_USER, writes.purge(object_id), accepted)
        return not await self._is_user(object_id) and not await self._is_in_bin(object_id)

    async def _is_user(self, object_id: str) -> bool:
        return await self.probe.send(calls.READ_USER, check_requests.user(object_id), json_object) is not None

    async def _is_in_bin(self, object_id: str) -> bool:
        return (
            await self.probe.send(calls.READ_DELETED, check_requests.recycled(object_id), json_object)
            is not None
        )

    async def _cleaned(self, object_id: str) -> None:
        """Once each, while the app is being ended; what is left then the next run finds."""
        with suppress(DirectoryFault, TimeoutError):
            async with asyncio.timeout(LONGEST_CLEANING.total_seconds()):
                await self._soft_deleted(object_id)
                await self._purged(object_id)


def _is_called(user: JsonObject, name: str) -> bool:
    """Whether it is the user asked for: what is found is deleted, so the filter's word is not enough."""
    return str(user.get("userPrincipalName")).lower() == name.lower()

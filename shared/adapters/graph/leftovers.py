"""Throw-away users of runs that were killed: found by their names, and removed by the next run."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shared.adapters.graph import calls, check_requests
from shared.adapters.graph.accounts import moment, text
from shared.adapters.graph.calls import Call
from shared.adapters.graph.check_calls import LIST_DELETED
from shared.adapters.graph.paging import items
from shared.adapters.graph.probe import Probe
from shared.adapters.graph.send import MakeRequest
from shared.adapters.graph.throw_away import ThrowAway
from shared.domain.checks.reason import Found, Result, found
from shared.domain.checks.tenant_reasons import LEFTOVERS_REMOVED, LEFTOVERS_STAY
from shared.domain.errors import DirectoryFault
from shared.domain.ports import Clock, JsonObject

OLD = timedelta(minutes=10)
"""A run lasts less than this: what is younger may be another's."""
LONGEST_CLEARING = timedelta(seconds=15)
_PLACES: Sequence[tuple[Call, MakeRequest]] = (
    (calls.FIND_USERS, check_requests.throw_away_users),
    (LIST_DELETED, check_requests.deleted_throw_away_users),
)


@dataclass(frozen=True)
class Leftovers:
    """Those of one tenant."""

    probe: Probe
    throw_away: ThrowAway
    clock: Clock

    async def removed(self) -> Sequence[Found]:
        """Nothing where there are none."""
        results: list[Result] = []
        with suppress(TimeoutError):  # the next run goes on
            async with asyncio.timeout(LONGEST_CLEARING.total_seconds()):
                async for object_id in self._found():
                    removed = await self.throw_away.removed(object_id)
                    results.append(removed.result)
        gone = results.count(Result.OK)
        counts = ((LEFTOVERS_REMOVED, gone), (LEFTOVERS_STAY, len(results) - gone))
        return tuple(found(reason, count=count) for reason, count in counts if count)

    async def _found(self) -> AsyncIterator[str]:
        for call, make in _PLACES:
            listed: Sequence[JsonObject] = ()
            with suppress(DirectoryFault):  # other checks tell of it
                listed = await self.probe.value(call, make, items)
            for user in filter(self._is_left, listed):
                yield text(call, user, "id")

    def _is_left(self, user: JsonObject) -> bool:
        """Whether all that marks a throw-away user is there, so that nobody else is ever taken for one."""
        made_at = moment(user.get("createdDateTime"))
        return (
            check_requests.THROW_AWAY_NAME.fullmatch(str(user.get("userPrincipalName")).lower()) is not None
            and user.get("displayName") == check_requests.SHOWN_AS
            and user.get("accountEnabled") is False
            and made_at is not None
            and self.clock.now() - made_at > OLD
        )

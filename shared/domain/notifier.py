"""Tell of a request's end, once the end stands on the record.

A try is written down before it is made, so that two workers do not both make it; whoever is told twice after
a crash can see by the notice's id that it is the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.domain.errors import Delayed, Overtaken, Undeliverable, UnknownRequest
from shared.domain.notices import Channel, Notice
from shared.domain.ports import Clock, Log, RequestStore, Stored
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest

LONGEST_WAIT = timedelta(days=1)
"""However much later the other side asks us to come again."""
TRIES = 5
"""Against others who write the same record at the same time."""


@dataclass(frozen=True)
class Way:
    """How a channel is served: what a try adds to the record, and the try itself.

    `send` raises `Delayed`, `Undeliverable`.
    """

    prepare: Callable[[PrivacyRequest, Notice], PrivacyRequest]
    send: Callable[[PrivacyRequest, Notice], Awaitable[None]]


@dataclass(frozen=True)
class Notifier:
    """Sends what is owed; a channel that settings no longer have is given up."""

    store: RequestStore
    promises: Promises
    clock: Clock
    log: Log
    ways: Mapping[Channel, Way]

    async def run(self, request_id: str) -> None:
        """Tell what is to be told now. Raises `StorageUnavailable`: the message must come again."""
        try:
            stored = await self.store.get(request_id)
        except UnknownRequest:
            return
        try:
            now = self.clock.now()
            for notice in () if stored.request.is_leased(now) else stored.request.notices_due(now):
                stored = await self._tell(stored, notice)
        except Overtaken:
            self.log.info("notice_overtaken")

    async def _tell(self, stored: Stored, notice: Notice) -> Stored:
        now = self.clock.now()
        if notice.is_spent(now):
            return await self._ended(stored, notice, "took_too_long")
        way = self.ways.get(notice.channel)
        if way is None:
            return await self._ended(stored, notice, "not_set")
        tried = notice.tried(now)
        prepared = way.prepare(stored.request.with_notice(tried), notice)
        stored = await self._save(stored, prepared)
        try:
            await way.send(stored.request, tried)
        except Delayed as delay:
            return await self._delayed(stored, tried, delay)
        except Undeliverable as error:
            return await self._ended(stored, tried, error.reason)
        return await self._ended(stored, tried)

    async def _delayed(self, stored: Stored, notice: Notice, delay: Delayed) -> Stored:
        """Wait as long as the other side asks for, where it does; the pause is written down already."""
        self.log.info("notice_delayed", channel=notice.channel, tries=notice.tries)
        if delay.retry_after is None:
            return stored
        now = self.clock.now()
        later = notice.put_off(now, now + min(delay.retry_after, LONGEST_WAIT))
        return await self._settled(stored, notice, lambda request: request.with_notice(later))

    async def _ended(self, stored: Stored, notice: Notice, why: str | None = None) -> Stored:
        if why:
            self.log.warning("notice_dead", channel=notice.channel, reason=why)
        else:
            self.log.info("notice_sent", channel=notice.channel)
        now = self.clock.now()
        return await self._settled(
            stored, notice, lambda request: request.with_notice_ended(notice, now, why)
        )

    async def _settled(
        self, stored: Stored, notice: Notice, change: Callable[[PrivacyRequest], PrivacyRequest]
    ) -> Stored:
        """Save what became of a try, also where others have written meanwhile. Raises `Overtaken`."""
        for _ in range(TRIES):
            try:
                return await self._save(stored, change(stored.request))
            except Overtaken:
                stored = await self.store.get(stored.request.id)
                request = stored.request
                if notice not in request.notices or request.is_leased(self.clock.now()):
                    raise
        raise Overtaken

    async def _save(self, stored: Stored, request: PrivacyRequest) -> Stored:
        saved = await self.store.save(replace(stored, request=request))
        await self.promises.renew(request)
        return saved

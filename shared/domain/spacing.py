"""At most one export a person in a while.

Only a verified request counts and is held to it: an app's word about somebody must not keep that person
waiting.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.errors import (
    AlreadyRecorded,
    Overtaken,
    StorageUnavailable,
    TooManyRequests,
    UnknownRequest,
)
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Clock, Entry, Register, RequestStore
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import ObjectIdSubject

NAME = "last-export"
UNDER_WAY = timedelta(minutes=10)
"""Longer than it takes from here to the record, storage's retries included."""
TRIES = 5


@dataclass(frozen=True)
class Spacing:
    """`register` forgets entries after their `until`; a `period` of zero switches this off."""

    register: Register
    store: RequestStore
    clock: Clock
    keyed_hash: KeyedHash
    period: timedelta

    async def take(self, request: PrivacyRequest) -> None:
        """Let the request be the person's export of this period, also when asked again.

        Raises `TooManyRequests`, `StorageUnavailable`.
        """
        subject = request.subject
        if not (self.period and request.kind is Kind.EXPORT and request.verified):
            return
        if not isinstance(subject, ObjectIdSubject) or await self._is_recorded(request):
            return
        await self._taken(self.keyed_hash.account(subject.tenant, subject.object_id), request)

    async def _taken(self, owner: str, request: PrivacyRequest) -> None:
        now = self.clock.now()
        times = {"since": now.isoformat(), "until": (now + self.period).isoformat()}
        value = {"request": request.id, **times}
        for _ in range(TRIES):
            try:
                await self.register.insert(owner, NAME, value)
            except AlreadyRecorded:
                standing = await self.register.read(owner, NAME)
            else:
                return None
            try:
                if standing is not None:
                    return await self._instead_of(standing, value, request)
            except Overtaken:
                continue
        raise StorageUnavailable

    async def _instead_of(self, standing: Entry, value: dict[str, str], request: PrivacyRequest) -> None:
        if standing.value["request"] != request.id:
            left = await self._holds_until(standing) - self.clock.now()
            if left > timedelta():
                raise TooManyRequests(left)
        await self.register.replace(replace(standing, value=value))

    async def _is_recorded(self, request: PrivacyRequest) -> bool:
        try:
            await self.store.get(request.id)
        except UnknownRequest:
            return False
        return True

    async def _holds_until(self, standing: Entry) -> datetime:
        """Until when the request that stands there keeps others away."""
        since, until = (datetime.fromisoformat(standing.value[name]) for name in ("since", "until"))
        try:
            stored = await self.store.get(standing.value["request"])
        except UnknownRequest:  # it is being recorded at this moment, or never will be
            return min(since + UNDER_WAY, until)
        return until if _gives_something(stored.request) else since


def _gives_something(request: PrivacyRequest) -> bool:
    return request.binds or (request.status is Status.COMPLETED and request.archive is not None)

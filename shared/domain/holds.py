"""Legal holds: accounts that must be kept for now, whoever asks for their deletion (GDPR Art. 17(3)).

A hold stands in the account's entry of the register. It is written first, then the deletion's record is read:
a deletion writes its mark first, then reads the holds, then calls. So at least one sees the other.
"""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.claims import ACCOUNT
from shared.domain.errors import (
    AlreadyRecorded,
    AskOperator,
    InvalidTransition,
    Overtaken,
    StorageUnavailable,
    UnknownRequest,
)
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Clock, Entry, Log, Register, RequestStore
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind

HELD = "legal_hold"
FIELDS = ("hold-basis", "hold-article", "hold-review", "hold-since", "hold-by")
TRIES = 5
"""Against others who write the same entry at the same time."""


class Basis(StrEnum):
    """Why an account is kept: the exceptions of GDPR Art. 17(3), and those of CCPA § 1798.105(d)."""

    EXPRESSION = "freedom_of_expression"
    """Art. 17(3)(a)"""
    OBLIGATION = "legal_obligation"
    """Art. 17(3)(b)"""
    HEALTH = "public_health"
    """Art. 17(3)(c)"""
    ARCHIVING = "archiving_or_research"
    """Art. 17(3)(d)"""
    CLAIMS = "legal_claims"
    """Art. 17(3)(e)"""


@dataclass(frozen=True)
class Hold:
    """Why an account is kept, by whom it was said, and when that is looked at again."""

    basis: Basis
    article: str
    review_at: datetime
    since: datetime
    by: str


class Answer(StrEnum):
    """What an operator is told who places a hold."""

    HELD = "held"
    """no deletion goes past it"""
    TOO_LATE = "too_late"
    """the hold stands, but a deletion was past its mark already: it may have begun, or be done"""


@dataclass(frozen=True)
class Holds:
    """Places, lifts and reads holds. Every method raises `StorageUnavailable`."""

    register: Register
    store: RequestStore
    keyed_hash: KeyedHash
    clock: Clock
    log: Log

    async def place(self, tenant: str, object_id: str, hold: Hold) -> Answer:
        """Keep the account; a hold that stands already is replaced."""
        fields = {
            "hold-basis": str(hold.basis),
            "hold-article": hold.article,
            "hold-review": hold.review_at.isoformat(),
            "hold-since": hold.since.isoformat(),
            "hold-by": hold.by,
        }
        entry = await self._written(self.keyed_hash.account(tenant, object_id), fields)
        answer = Answer.TOO_LATE if await self._deletion_has_begun(entry) else Answer.HELD
        self.log.info("hold_placed", basis=hold.basis, answer=answer)
        return answer

    async def lift(self, tenant: str, object_id: str) -> None:
        """Keep the account no longer. Raises `InvalidTransition` where there is no hold."""
        if await self.of(tenant, object_id) is None:
            raise InvalidTransition("there is no hold on this account")
        left = await self._written(self.keyed_hash.account(tenant, object_id), {})
        if not left.value:
            await self._remove(left)
        self.log.info("hold_lifted")

    async def of(self, tenant: str, object_id: str) -> Hold | None:
        """The hold on an account."""
        entry = await self.register.read(self.keyed_hash.account(tenant, object_id), ACCOUNT)
        return _hold(entry) if entry else None

    async def check(self, request: PrivacyRequest) -> None:
        """Raise `AskOperator` where one of the request's accounts is held."""
        for key in request.claims:
            entry = await self.register.read(key, ACCOUNT)
            if entry is not None and _hold(entry) is not None:
                raise AskOperator(HELD)

    async def _written(self, key: str, fields: dict[str, str]) -> Entry:
        """The account's entry with these fields in place of any hold."""
        for _ in range(TRIES):
            try:
                return await self._write(key, fields)
            except (AlreadyRecorded, Overtaken):
                continue
        raise StorageUnavailable

    async def _remove(self, entry: Entry) -> None:
        """Keep no entry that says nothing, unless somebody has just written into it."""
        with contextlib.suppress(Overtaken):
            await self.register.remove(entry)

    async def _write(self, key: str, fields: dict[str, str]) -> Entry:
        entry = await self.register.read(key, ACCOUNT)
        if entry is None:
            return await self.register.insert(key, ACCOUNT, fields)
        others = {name: value for name, value in entry.value.items() if name not in FIELDS}
        return await self.register.replace(replace(entry, value={**others, **fields}))

    async def _deletion_has_begun(self, entry: Entry) -> bool:
        deletion = entry.value.get(Kind.DELETION)
        try:
            request = (await self.store.get(deletion)).request if deletion else None
        except UnknownRequest:
            return False
        return request is not None and request.irreversible_at is not None


def _hold(entry: Entry) -> Hold | None:
    held = entry.value
    if not held.get("hold-basis"):
        return None
    return Hold(
        basis=Basis(held["hold-basis"]),
        article=held["hold-article"],
        review_at=datetime.fromisoformat(held["hold-review"]),
        since=datetime.fromisoformat(held["hold-since"]),
        by=held["hold-by"],
    )

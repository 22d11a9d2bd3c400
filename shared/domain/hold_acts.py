"""What operators do about legal holds, each act kept as evidence: who placed or lifted it, when, and why.

A hold leaves no trace in the register once it is lifted; that an account was kept, and on whose word it is
kept no longer, is to be shown for as long as evidence is kept (GDPR Art. 5(2)).
"""

import json
from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import InvalidTransition
from shared.domain.holds import Answer, Hold, Holds
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Clock
from shared.domain.receipts import Evidence

FOLDER = "holds"


@dataclass(frozen=True)
class HoldActs:
    """Places and lifts holds. Every method raises `StorageUnavailable`."""

    holds: Holds
    evidence: Evidence
    keyed_hash: KeyedHash
    clock: Clock

    async def place(self, tenant: str, object_id: str, hold: Hold) -> Answer:
        """Keep the account; the hold first, since what is not held may be deleted meanwhile."""
        answer = await self.holds.place(tenant, object_id, hold)
        await self._keep("placed", tenant, object_id, hold, hold.since, hold.by)
        return answer

    async def lift(self, tenant: str, object_id: str, by: str) -> None:
        """Keep the account no longer; the evidence first. Raises `InvalidTransition` without a hold."""
        hold = await self.holds.of(tenant, object_id)
        if hold is None:
            raise InvalidTransition("there is no hold on this account")
        await self._keep("lifted", tenant, object_id, hold, self.clock.now(), by)
        await self.holds.lift(tenant, object_id)

    async def _keep(self, act: str, tenant: str, object_id: str, hold: Hold, at: datetime, by: str) -> None:
        said = {
            "act": act,
            "at": at.isoformat(),
            "by": by,
            "basis": hold.basis,
            "article": hold.article,
            "since": hold.since.isoformat(),
            "reviewAt": hold.review_at.isoformat(),
        }
        folder = f"{FOLDER}/{self.keyed_hash.account(tenant, object_id)}"
        name = f"{at:%Y%m%dT%H%M%S.%fZ}-{act}.json"
        await self.evidence.keep(folder, name, json.dumps(said, ensure_ascii=False).encode())

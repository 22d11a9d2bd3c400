"""Certify how a deletion ended: a receipt, kept as evidence before the record names it.

A worker may die between the two. Evidence is written once, so the next one signs again, finds the first
receipt standing, and puts that one on the record: there is one receipt, whoever made it.
"""

import contextlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.changed import changed
from shared.domain.errors import UnknownRequest
from shared.domain.journal import Event, check
from shared.domain.ports import Clock, JsonObject, RequestStore
from shared.domain.receipts import JOURNAL, RECEIPT, Evidence, ReceiptSigner, claims_in
from shared.domain.request import PrivacyRequest

Journal = tuple[Event, ...]


@dataclass(frozen=True)
class Certifier:
    """Gives every deletion that has ended its receipt."""

    store: RequestStore
    signer: ReceiptSigner
    evidence: Evidence
    clock: Clock
    claims_of: Callable[[PrivacyRequest, Journal, datetime], JsonObject]

    async def run(self, request_id: str) -> None:
        """Certify, once; a request that has not ended, or has its receipt, is left as it is.

        Raises `StorageUnavailable`, `SigningUnavailable`, `JournalBroken`.
        """
        with contextlib.suppress(UnknownRequest):
            request = (await self.store.get(request_id)).request
            if request.owes_receipt:
                receipt = await self._kept(request)
                await changed(self.store, request_id, lambda standing: self._noted(standing, receipt))

    def _noted(self, request: PrivacyRequest, receipt: str) -> PrivacyRequest | None:
        return request.with_receipt(receipt, self.clock.now()) if request.owes_receipt else None

    async def _kept(self, request: PrivacyRequest) -> str:
        """The receipt that stands as evidence, and beside it the journal as far as it vouches for it."""
        events = await self._journal(request)
        signed = await self.signer.sign(self.claims_of(request, events, self.clock.now()))
        receipt = (await self.evidence.keep(request.id, RECEIPT, signed.encode())).decode()
        await self.evidence.keep(request.id, JOURNAL, lines(events[: _vouched_for(receipt)]))
        return receipt

    async def _journal(self, request: PrivacyRequest) -> Journal:
        """Every event up to the record's head: what another has added since does not count."""
        head = request.last
        events = (await self.store.journal(request.id))[: head.number if head else 0]
        check(request.id, events, head)
        return events


def _vouched_for(receipt: str) -> int:
    journal = claims_in(receipt)["journal"]
    return int(str(journal["events"])) if isinstance(journal, dict) else 0


def lines(events: Iterable[Event]) -> bytes:
    """The journal as it is kept: an object a line, all that goes into the hash, and the hash."""
    return "".join(f"{json.dumps(_line(event))}\n" for event in events).encode()


def _line(event: Event) -> JsonObject:
    return {
        "number": event.number,
        "at": event.at.isoformat(),
        "what": event.what,
        "detail": event.detail,
        "by": event.by,
        "previous": event.previous,
        "hash": event.hash,
    }

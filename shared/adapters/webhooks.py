"""Calls to apps, signed so that they can tell them from anybody else's.

Source: Standard Webhooks 1.0.0 (standardwebhooks.com). Each try is signed anew: receivers refuse a call whose
time is off by more than five minutes, and know a repeat by its `webhook-id`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from standardwebhooks import Webhook

from shared.adapters.guarded_http import HttpLimits, OutsideResponse
from shared.adapters.retry_after import retry_after
from shared.addresses import Addresses
from shared.domain.errors import AddressRefused, Delayed, OutsideUnavailable, PrivacyError, Undeliverable
from shared.domain.ports import Clock, Notification
from shared.views import text

WEBHOOK_LIMITS = HttpLimits(duration=timedelta(seconds=15))
"""Receivers are told to answer within 15 to 30 seconds."""
LONGEST_RETRY_AFTER = timedelta(days=1)
_SAY_WHEN = frozenset({429, 503})
"""The answers of which RFC 9110 and RFC 6585 say that they may have `Retry-After`."""
_GONE = 410
"""The receiver wants no more calls (Standard Webhooks, "Considerations for consumers")."""


class Post(Protocol):
    """How calls leave."""

    async def post(self, url: str, *, headers: Mapping[str, str], content: bytes) -> OutsideResponse:
        """The answer without its body. Raises `AddressRefused`, `OutsideUnavailable`."""


@dataclass(frozen=True)
class Receiver:
    """Where an app takes calls; while a secret is renewed there are two, and a signature by each."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class SignedWebhooks:
    """Calls the receiver of the app that submitted a request, or else the one for everybody's requests."""

    by_client: Mapping[str, Receiver]
    others: Receiver | None
    http: Post
    clock: Clock
    addresses: Addresses = field(default_factory=Addresses)

    def serves(self, submitter: str) -> bool:
        """Whether this submitter's requests are told of."""
        return self._receiver(submitter) is not None

    async def send(self, submitter: str, told: Notification) -> None:
        """Tell once. Raises `Delayed`, `Undeliverable`."""
        receiver = self._receiver(submitter)
        if receiver is None:
            raise Undeliverable("not_configured")
        now, body = self.clock.now(), body_of(told, self.addresses)
        try:
            answer = await self.http.post(
                receiver.url, headers=_headers(receiver, told.id, now, body), content=body.encode()
            )
        except AddressRefused as error:
            raise Undeliverable(error.code) from error
        except OutsideUnavailable as error:
            raise Delayed from error
        if (fault := fault_of(answer, now)) is not None:
            raise fault

    def _receiver(self, submitter: str) -> Receiver | None:
        kind, _, client_id = submitter.partition(":")
        own = self.by_client.get(client_id.lower()) if kind == "app" else None
        return own or self.others


def body_of(told: Notification, addresses: Addresses) -> str:
    """The event as JSON in ASCII: what happened, and where more can be read by whoever may."""
    about = {
        "id": told.request_id,
        "kind": told.kind,
        "status": told.status,
        "reason": told.reason,
        "href": addresses.of(told.kind, told.request_id),
    }
    event = {"type": f"privacy_request.{told.status}", "timestamp": text(told.at), "data": about}
    return json.dumps(event, separators=(",", ":"))


def fault_of(answer: OutsideResponse, now: datetime) -> PrivacyError | None:
    """What an answer means; None where the call was taken.

    Mistakes of the receiver (most of 4xx) are mended within days, hence tried again.
    """
    if 200 <= answer.status < 300:
        return None
    if answer.status == _GONE:
        return Undeliverable("gone")
    when = answer.headers.get("retry-after") if answer.status in _SAY_WHEN else None
    return Delayed(retry_after(when, now, LONGEST_RETRY_AFTER))


def _headers(receiver: Receiver, message_id: str, now: datetime, body: str) -> Mapping[str, str]:
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message_id, now, body) for secret in receiver.secrets
        ),
    }

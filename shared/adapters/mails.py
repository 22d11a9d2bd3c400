"""E-mails by Azure Communication Services.

To hand one over is a long-running operation: 202, then a status to be looked at. The operation's id is ours,
and it is looked for before anything is handed over: a try whose answer was lost leads to no second mail.
Source: REST reference "Email", version 2025-09-01 (Send, Get Send Result).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError
from azure.core.rest import AsyncHttpResponse, HttpRequest

from shared.adapters.retry_after import retry_after
from shared.adapters.storage_clients import StorageAccount
from shared.domain.errors import Delayed, Undeliverable
from shared.domain.ports import Clock, JsonObject, Mail

if TYPE_CHECKING:
    from azure.communication.email.aio import EmailClient

API_VERSION = {"api-version": "2025-09-01"}
CALL_LIMIT = timedelta(seconds=15)
"""For one call, its token included."""
LOOKS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4))
"""Before each look at how a mail fares; one still under way is looked at with the next try."""
LONGEST_RETRY_AFTER = timedelta(days=1)
_SUCCEEDED = "Succeeded"
_ENDED = frozenset({_SUCCEEDED, "Failed", "Canceled"})


@dataclass(frozen=True)
class MailService:
    """Which resource sends, and in whose name: by the resource's key, or by an identity of the app."""

    endpoint: str
    sender: str
    access_key: str | None = field(default=None, repr=False)
    client_id: str | None = None

    def client(self, **transport: str) -> "EmailClient":
        """A client that repeats nothing (the caller knows when to try again) and is led nowhere else."""
        from azure.communication.email.aio import EmailClient  # not loaded where no mail is sent

        by_key = AzureKeyCredential(self.access_key) if self.access_key else None
        credential = by_key or StorageAccount(client_id=self.client_id).identity()
        bounds = {"connection_timeout": 5, "read_timeout": 10}
        return EmailClient(
            self.endpoint, credential, retry_total=0, permit_redirects=False, **bounds, **transport
        )


class AzureMails:
    """Hands e-mails over and waits, within bounds, for what becomes of them."""

    def __init__(self, make_client: Callable[[], "EmailClient"], sender: str, clock: Clock) -> None:
        self._make_client = make_client
        self._sender = sender
        self._clock = clock
        self._client: EmailClient | None = None

    async def send(self, address: str, mail: Mail, message_id: UUID) -> None:
        """Hand over once, however often it is called. Raises `Delayed`, `Undeliverable`."""
        stands = await self._stands(message_id)
        if stands is None:
            await self._hand_over(_message(self._sender, address, mail), message_id)
        for pause in LOOKS:
            if stands in _ENDED:
                break
            await self._clock.sleep(pause)
            stands = await self._stands(message_id)
        if stands not in _ENDED:
            raise Delayed
        if stands != _SUCCEEDED:
            raise Undeliverable("mail_refused")

    async def aclose(self) -> None:
        """Close all connections; a later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _hand_over(self, message: JsonObject, message_id: UUID) -> None:
        headers = {"Operation-Id": str(message_id)}
        request = HttpRequest("POST", "/emails:send", params=API_VERSION, headers=headers, json=message)
        answer = await self._answer(request)
        if answer.status_code == 400 and _names_the_recipient(answer):
            raise Undeliverable("mail_refused")
        if answer.status_code != 202:
            raise self._delayed(answer)

    async def _stands(self, message_id: UUID) -> str | None:
        """How the operation of this id stands, as the service says it; None where there is none."""
        request = HttpRequest("GET", f"/emails/operations/{message_id}", params=API_VERSION)
        answer = await self._answer(request)
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise self._delayed(answer)
        return str(_object(answer).get("status"))

    async def _answer(self, request: HttpRequest) -> AsyncHttpResponse:
        if self._client is None:
            self._client = self._make_client()
        try:
            async with asyncio.timeout(CALL_LIMIT.total_seconds()):
                return await self._client.send_request(request)
        except (AzureError, TimeoutError) as error:
            raise Delayed from error

    def _delayed(self, answer: AsyncHttpResponse) -> Delayed:
        when = answer.headers.get("Retry-After")
        return Delayed(retry_after(when, self._clock.now(), LONGEST_RETRY_AFTER))


def _message(sender: str, address: str, mail: Mail) -> JsonObject:
    return {
        "senderAddress": sender,
        "recipients": {"to": [{"address": address}]},
        "content": {"subject": mail.subject, "plainText": mail.text},
        "userEngagementTrackingDisabled": True,
    }


def _names_the_recipient(answer: AsyncHttpResponse) -> bool:
    """Whether it is the address that is wrong, not the sender or the domain, which an operator can mend."""
    error = _object(answer).get("error")
    return isinstance(error, dict) and "recipient" in f"{error.get('code')} {error.get('message')}".lower()


def _object(answer: AsyncHttpResponse) -> JsonObject:
    try:
        body = answer.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}

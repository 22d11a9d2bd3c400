"""The two ways of telling: a webhook for the app, an e-mail for the person."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.account import Contact
from shared.domain.errors import Undeliverable
from shared.domain.keyed_hash import KeyedHash, ticket_digest
from shared.domain.notices import Notice
from shared.domain.notifier import Way
from shared.domain.ports import Mail, Mails, Notification, Seal, Webhooks
from shared.domain.request import CONTACT, PrivacyRequest

Compose = Callable[[PrivacyRequest, str | None, str], Mail | None]
"""Writes the mail about a request in a language, with a link; None where there is nothing to tell."""


def webhook_way(webhooks: Webhooks) -> Way:
    """Tell the app that submitted the request."""

    async def send(request: PrivacyRequest, notice: Notice) -> None:
        told = Notification(
            id=f"{request.id}-{notice.event}",
            at=request.ended_at or request.updated_at,
            request_id=request.id,
            kind=request.kind,
            status=request.status,
            reason=request.reason,
        )
        await webhooks.send(request.submitter, told)

    return Way(lambda request, _notice: request, send)


@dataclass(frozen=True)
class MailWay:
    """Tells the person, with a link to the company's `page`.

    The ticket in the link is made for this notice: it opens the request for whoever reads the mail. It is
    left out where the person does not sign in with the address, since nobody has verified that it is theirs.
    `tickets` derives it; a mail's id is `keyed_hash`'s, so that it stays the same when that key is renewed.
    """

    mails: Mails
    compose: Compose
    seal: Seal
    keyed_hash: KeyedHash
    page: str
    tickets: KeyedHash

    def way(self) -> Way:
        """As the notifier wants it."""
        return Way(self._with_ticket, self._send)

    def _with_ticket(self, request: PrivacyRequest, notice: Notice) -> PrivacyRequest:
        contact = self._contact(request)
        if contact is None or not contact.signs_in:
            return request
        return request.with_ticket(ticket_digest(self._ticket(request, notice)))

    async def _send(self, request: PrivacyRequest, notice: Notice) -> None:
        contact = self._contact(request)
        if contact is None:
            raise Undeliverable("no_address")
        mail = self.compose(request, contact.language, self._link(request, notice, contact))
        if mail is None:
            raise Undeliverable("nothing_to_tell")
        message_id = self.keyed_hash.uuid("mail", request.id, str(notice.event))
        await self.mails.send(contact.address, mail, message_id)

    def _link(self, request: PrivacyRequest, notice: Notice, contact: Contact) -> str:
        """In the fragment, which browsers do not send: no server's log has the ticket."""
        ticket = f".{self._ticket(request, notice)}" if contact.signs_in else ""
        return f"{self.page}#{request.id}{ticket}"

    def _ticket(self, request: PrivacyRequest, notice: Notice) -> str:
        return self.tickets.ticket(request.id, f"notice {notice.event}")

    def _contact(self, request: PrivacyRequest) -> Contact | None:
        sealed = request.sealed.get(CONTACT)
        if sealed is None:
            return None
        held = self.seal.open(request.id, CONTACT, sealed)
        language = held["language"]
        return Contact(
            address=str(held["address"]),
            language=language if isinstance(language, str) else None,
            signs_in=held["signs_in"] is True,
        )

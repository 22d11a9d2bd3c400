"""What the two ways of telling send: a thin event to the app, a link with a ticket to the person."""

from zoneinfo import ZoneInfo

import pytest

from shared.domain.account import Contact
from shared.domain.errors import Delayed
from shared.domain.keyed_hash import KeyedHash, ticket_digest
from shared.domain.notices import Channel, NoticeState
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject
from shared.domain.ways import MailWay, webhook_way
from shared.letters import Sender
from shared.mail_texts import MailTexts
from tests.fakes import FakeMails, FakeWebhooks
from tests.unit.test_upkeep import pass_time
from tests.unit.world import SWEEP_EVERY, World

EMAIL = EmailSubject("ada@example.com")
ADA_S = Contact("ada@example.com", "de-AT", signs_in=True)
PAGE = "https://contoso.example/privacy"


def telling(mails: FakeMails, webhooks: FakeWebhooks, contact: Contact | None = ADA_S) -> World:
    """A world with both ways, in which Ada has an account."""
    world = World(channels=tuple(Channel))
    texts = MailTexts(Sender("Contoso", None, None), ZoneInfo("UTC"))
    mail = MailWay(mails, texts.about, world.seal, KeyedHash(b"k" * 32), PAGE, world.ticket_keys[0])
    world.ways = {Channel.WEBHOOK: webhook_way(webhooks), Channel.MAIL: mail.way()}
    world.wire()
    world.person("contoso", contact=contact)
    return world


async def ended(world: World) -> PrivacyRequest:
    return await world.request((await world.ended(Kind.EXPORT, EMAIL)).id)


async def test_the_app_that_submitted_it_is_told_how_a_request_has_ended() -> None:
    webhooks = FakeWebhooks()
    request = await ended(telling(FakeMails(), webhooks))
    ((submitter, told),) = webhooks.sent
    assert submitter == request.submitter
    assert (told.request_id, told.kind, told.status) == (request.id, Kind.EXPORT, Status.COMPLETED)
    assert (told.id, told.at) == (f"{request.id}-{request.notices[0].event}", request.ended_at)


async def test_the_person_gets_a_mail_in_their_language_with_a_link_that_opens_their_request() -> None:
    mails = FakeMails()
    request = await ended(telling(mails, FakeWebhooks()))
    ((address, mail),) = mails.sent.values()
    assert (address, mail.subject) == (ADA_S.address, "Ihre Daten liegen bereit")
    link = next(word for word in mail.text.split() if word.startswith(PAGE))
    page, _, fragment = link.partition("#")
    request_id, _, ticket = fragment.partition(".")
    assert (page, request_id) == (PAGE, request.id)
    assert request.tickets == (ticket_digest(ticket),)
    assert ticket_digest(ticket) != request.ticket_digest


async def test_nothing_personal_and_no_download_link_is_in_a_mail() -> None:
    mails = FakeMails()
    await ended(telling(mails, FakeWebhooks()))
    ((_, mail),) = mails.sent.values()
    assert not {"ada", "sig=", "contoso.onmicrosoft"} & set(mail.text.lower().split())
    assert "example.invalid" not in mail.text
    assert "ada@" not in mail.text


async def test_an_address_that_nobody_signs_in_with_gets_a_link_without_a_ticket() -> None:
    mails = FakeMails()
    request = await ended(telling(mails, FakeWebhooks(), Contact("ada@social.example", None, signs_in=False)))
    ((_, mail),) = mails.sent.values()
    assert f"{PAGE}#{request.id}\n" in f"{mail.text}\n"
    assert request.tickets == ()


async def test_a_mail_that_is_tried_again_is_the_same_mail_with_the_same_ticket() -> None:
    mails = FakeMails([Delayed(), Delayed()])
    world = telling(mails, FakeWebhooks())
    request = await ended(world)
    await pass_time(world, 3 * SWEEP_EVERY, SWEEP_EVERY / 5)
    assert len(mails.sent) == 1
    assert len((await world.request(request.id)).tickets) == 1


@pytest.mark.parametrize("kind", Kind)
async def test_whoever_was_found_nowhere_gets_no_mail_and_the_app_is_told(kind: Kind) -> None:
    mails, webhooks = FakeMails(), FakeWebhooks()
    world = telling(mails, webhooks)
    request = await world.ended(kind, EmailSubject("nobody@example.com"))
    states = {notice.channel: notice.state for notice in (await world.request(request.id)).notices}
    assert states == {Channel.WEBHOOK: NoticeState.SENT, Channel.MAIL: NoticeState.DEAD}
    assert mails.sent == {}
    assert len(webhooks.sent) == 1

"""Who is told of a request's end, and how, as settings describe it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from azure.core.credentials import AzureKeyCredential

from shared.adapters.guarded_http import GuardedHttp
from shared.adapters.mails import AzureMails, Credential, mail_client
from shared.adapters.storage_clients import StorageAccount
from shared.adapters.webhooks import WEBHOOK_LIMITS, Receiver, SignedWebhooks
from shared.domain.keyed_hash import KeyedHash
from shared.domain.notices import Channel
from shared.domain.notifier import Way
from shared.domain.ports import Clock, Seal, Webhooks
from shared.domain.ways import MailWay, webhook_way
from shared.letters import Sender
from shared.mail_texts import MailTexts
from shared.settings import MailSettings, Settings, WebhookSettings


@dataclass(frozen=True)
class Telling:
    """The ways of telling by channel, and the channels of a submitter's requests."""

    ways: Mapping[Channel, Way]
    webhooks: Webhooks

    def channels(self, submitter: str) -> tuple[Channel, ...]:
        """Those by which this submitter's requests are told of."""
        called = (Channel.WEBHOOK,) if self.webhooks.serves(submitter) else ()
        mailed = (Channel.MAIL,) if Channel.MAIL in self.ways else ()
        return called + mailed


def build_telling(
    settings: Settings, keyed_hash: KeyedHash, tickets: KeyedHash, seal: Seal, clock: Clock
) -> Telling:
    """Opens no connection."""
    webhooks, mails = build_webhooks(settings, clock), build_mails(settings, clock)
    ways = {Channel.WEBHOOK: webhook_way(webhooks)} if settings.webhooks else {}
    if mails is not None and settings.person_page_url is not None:
        texts = MailTexts(sender_of(settings), settings.legal_time_zone)
        mail = MailWay(mails, texts.about, seal, keyed_hash, settings.person_page_url, tickets)
        ways[Channel.MAIL] = mail.way()
    return Telling(ways, webhooks)


def sender_of(settings: Settings) -> Sender:
    """Who writes letters and e-mails."""
    return Sender(settings.controller_name, settings.controller_contact, settings.supervisory_authority)


def build_webhooks(settings: Settings, clock: Clock) -> SignedWebhooks:
    """Opens no connection; it may call the hosts of settings and no other."""
    given = settings.webhooks.values()
    by_client = {one.client_id.lower(): _receiver(one) for one in given if one.client_id}
    others = next((_receiver(one) for one in given if not one.client_id), None)
    hosts = frozenset(str(urlsplit(one.url).hostname) for one in given)
    http = GuardedHttp(hosts, WEBHOOK_LIMITS)
    return SignedWebhooks(by_client, others, http, clock, settings.addresses())


def build_mails(settings: Settings, clock: Clock) -> AzureMails | None:
    """None where no e-mails are to be sent; else opens no connection."""
    given = settings.mail
    if given is None:
        return None
    return AzureMails(lambda: mail_client(given.endpoint, credential_of(given)), given.sender, clock)


def credential_of(given: MailSettings) -> Credential:
    """The resource's key, or an identity of the app's."""
    if given.access_key:
        return AzureKeyCredential(given.access_key.get_secret_value())
    return StorageAccount(client_id=given.client_id).identity()


def _receiver(given: WebhookSettings) -> Receiver:
    secrets = (given.secret, given.next_secret) if given.next_secret else (given.secret,)
    return Receiver(given.url, tuple(secret.get_secret_value() for secret in secrets))

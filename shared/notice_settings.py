"""The webhooks and the mail service that settings describe."""

from urllib.parse import urlsplit

from azure.core.credentials import AzureKeyCredential

from shared.adapters.guarded_http import GuardedHttp
from shared.adapters.mails import AzureMails, Credential, mail_client
from shared.adapters.storage_clients import StorageAccount
from shared.adapters.webhooks import WEBHOOK_LIMITS, Receiver, SignedWebhooks
from shared.domain.ports import Clock
from shared.settings import MailSettings, Settings, WebhookSettings


def build_webhooks(settings: Settings, clock: Clock) -> SignedWebhooks:
    """Opens no connection; it may call the hosts of settings and no other."""
    given = settings.webhooks.values()
    by_client = {one.client_id.lower(): _receiver(one) for one in given if one.client_id}
    others = next((_receiver(one) for one in given if not one.client_id), None)
    hosts = frozenset(str(urlsplit(one.url).hostname) for one in given)
    return SignedWebhooks(by_client, others, GuardedHttp(hosts, WEBHOOK_LIMITS), clock)


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

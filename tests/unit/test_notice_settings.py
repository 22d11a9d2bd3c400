"""What settings make of webhooks and e-mails."""

from azure.core.credentials import AzureKeyCredential
from azure.identity.aio import ManagedIdentityCredential

from shared.notice_settings import build_mails, build_webhooks, credential_of
from shared.settings import MailSettings, load_settings
from tests.fakes import FakeClock
from tests.unit.samples import NOW
from tests.unit.test_settings import KEY, MAIL, environment


def test_without_settings_nobody_is_told() -> None:
    settings = load_settings(environment())
    assert build_mails(settings, FakeClock(NOW)) is None
    assert not build_webhooks(settings, FakeClock(NOW)).serves("key:0")


def test_mail_is_sent_by_the_key_or_else_by_an_identity() -> None:
    by_key = mail_settings(MAIL)
    by_identity = mail_settings({name: MAIL[name] for name in MAIL if name != "MAIL__ACCESS_KEY"})
    key = credential_of(by_key)
    assert isinstance(key, AzureKeyCredential)
    assert key.key == KEY
    assert isinstance(credential_of(by_identity), ManagedIdentityCredential)


def mail_settings(given: dict[str, str]) -> MailSettings:
    mail = load_settings(environment(**given)).mail
    assert mail is not None
    return mail

"""What `ports.Mails` promises, kept by the fake and by the mail service's API alike."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from azure.core.credentials import AzureKeyCredential

from shared.adapters.mails import AzureMails, mail_client
from shared.domain.errors import Delayed, PrivacyError, Undeliverable
from shared.domain.ports import Mail, Mails
from tests.contract.any_token import AnyToken
from tests.fakes import FakeClock, FakeMails
from tests.running import Inbox
from tests.unit.samples import NOW

SERVICE = "https://communication.azure.com"
ADDRESS, MAIL = "zoe@example.com", Mail("Schöne Grüße", "Ihre Daten liegen bereit.\n\nhttps://x.example/#1.a")


@dataclass(frozen=True)
class Posted:
    """Mails, a way to have the next one fail, and what came: addresses and mails."""

    mails: Mails
    fails_next: Callable[[PrivacyError], object]
    taken: Callable[[], list[tuple[str, Mail]]]


@pytest.fixture(params=["in memory", "by key", "by identity"])
async def posted(request: pytest.FixtureRequest) -> AsyncIterator[Posted]:
    if request.param == "in memory":
        fake = FakeMails()
        yield Posted(fake, fake.faults.append, lambda: list(fake.sent.values()))
        return
    inbox: Inbox = request.getfixturevalue("inbox")
    by_key = request.param == "by key"
    credential = AzureKeyCredential(inbox.ready["access_key"]) if by_key else AnyToken(SERVICE)
    real = AzureMails(
        lambda: mail_client(inbox.ready["service"], credential, connection_verify=str(inbox.ca_file)),
        "privacy@contoso.example",
        FakeClock(NOW),
    )
    yield Posted(
        real, lambda fault: fail(inbox, fault), lambda: [(one.address, one.mail) for one in inbox.mails()]
    )
    await real.aclose()


def fail(inbox: Inbox, fault: PrivacyError) -> None:
    if isinstance(fault, Undeliverable):
        inbox.ask("POST", "mails/answers", status=404)
        inbox.ask("POST", "mails/answers", status=400, body={"error": {"code": "InvalidRecipient"}})
    elif isinstance(fault, Delayed) and fault.retry_after:
        after = {"retry-after": str(int(fault.retry_after.total_seconds()))}
        inbox.ask("POST", "mails/answers", status=429, headers=after)
    else:
        inbox.ask("POST", "mails/answers", status=500)


async def test_a_mail_comes_as_it_was_written(posted: Posted) -> None:
    await posted.mails.send(ADDRESS, MAIL, uuid4())
    assert posted.taken() == [(ADDRESS, MAIL)]


async def test_under_one_id_a_mail_is_taken_once(posted: Posted) -> None:
    message_id = uuid4()
    for _ in range(2):
        await posted.mails.send(ADDRESS, MAIL, message_id)
    assert len(posted.taken()) == 1
    await posted.mails.send(ADDRESS, MAIL, uuid4())
    assert len(posted.taken()) == 2


@pytest.mark.parametrize("wait", [None, timedelta(seconds=90)], ids=str)
async def test_a_delay_is_told_with_the_time_asked_for_and_the_next_try_is_taken(
    posted: Posted, wait: timedelta | None
) -> None:
    posted.fails_next(Delayed(wait))
    message_id = uuid4()
    with pytest.raises(Delayed) as caught:
        await posted.mails.send(ADDRESS, MAIL, message_id)
    assert (caught.value.retry_after, posted.taken()) == (wait, [])
    await posted.mails.send(ADDRESS, MAIL, message_id)
    assert len(posted.taken()) == 1


async def test_an_address_that_takes_no_mail_is_told_apart(posted: Posted) -> None:
    posted.fails_next(Undeliverable("mail_refused"))
    with pytest.raises(Undeliverable) as caught:
        await posted.mails.send(ADDRESS, MAIL, uuid4())
    assert (caught.value.reason, posted.taken()) == ("mail_refused", [])

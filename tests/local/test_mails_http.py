"""E-mails against the simulated service: what its answers mean, and how it is asked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from azure.core.credentials import AzureKeyCredential

from shared.adapters.mails import LOOKS, AzureMails, mail_client
from shared.domain.errors import Delayed, PrivacyError, Undeliverable
from shared.domain.ports import Mail
from tests.fakes import FakeClock
from tests.running import Inbox
from tests.unit.samples import NOW

MAIL = Mail("Your data is ready", "Here.")
NOT_THERE = {"status": 404}
"""The answer to the first question: whether the mail was handed over before."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
async def mails(inbox: Inbox, clock: FakeClock) -> AsyncIterator[AzureMails]:
    made = made_for(inbox, inbox.ready["access_key"], clock)
    yield made
    await made.aclose()


def made_for(inbox: Inbox, key: str, clock: FakeClock) -> AzureMails:
    credential = AzureKeyCredential(key)
    return AzureMails(
        lambda: mail_client(inbox.ready["service"], credential, connection_verify=str(inbox.ca_file)),
        "privacy@contoso.example",
        clock,
    )


async def fault_of(mails: AzureMails, message_id: UUID | None = None) -> PrivacyError:
    with pytest.raises(PrivacyError) as caught:
        await mails.send("zoe@example.com", MAIL, message_id or uuid4())
    return caught.value


async def test_no_mail_has_anything_that_tells_whether_it_was_read(mails: AzureMails, inbox: Inbox) -> None:
    await mails.send("zoe@example.com", MAIL, uuid4())
    assert [one.tracked for one in inbox.mails()] == [False]


@pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 429, 500, 503])
@pytest.mark.parametrize("first", [True, False], ids=["asking", "handing over"])
async def test_an_answer_that_may_be_another_one_later_delays_and_is_not_waited_for(
    mails: AzureMails, inbox: Inbox, clock: FakeClock, status: int, *, first: bool
) -> None:
    if first and status == 404:
        status = 502
    for answer in ([] if first else [NOT_THERE]) + [{"status": status, "headers": {"retry-after": "40"}}]:
        inbox.ask("POST", "mails/answers", **answer)
    fault = await fault_of(mails)
    assert isinstance(fault, Delayed)
    assert (fault.retry_after, clock.slept, inbox.mails()) == (timedelta(seconds=40), [], [])


@pytest.mark.parametrize(
    ("code", "fault"),
    [("InvalidRecipientAddress", Undeliverable), ("InvalidSenderUserName", Delayed), ("BadRequest", Delayed)],
)
async def test_of_what_is_called_wrong_only_the_recipient_is_final(
    mails: AzureMails, inbox: Inbox, code: str, fault: type[PrivacyError]
) -> None:
    inbox.ask("POST", "mails/answers", **NOT_THERE)
    inbox.ask("POST", "mails/answers", status=400, body={"error": {"code": code, "message": "Wrong."}})
    assert type(await fault_of(mails)) is fault


async def test_a_mail_whose_address_takes_none_is_final(mails: AzureMails, inbox: Inbox) -> None:
    inbox.ask("POST", "mails", outcome="Failed")
    fault = await fault_of(mails)
    assert isinstance(fault, Undeliverable)
    assert fault.reason == "mail_refused"


async def test_a_mail_still_under_way_is_looked_at_for_a_while_and_again_with_the_next_try(
    mails: AzureMails, inbox: Inbox, clock: FakeClock
) -> None:
    message_id = uuid4()
    inbox.ask("POST", "mails", outcome="Running")
    assert isinstance(await fault_of(mails, message_id), Delayed)
    assert clock.slept == list(LOOKS)
    inbox.ask("POST", "mails", outcome="Succeeded")
    await mails.send("zoe@example.com", MAIL, message_id)
    assert (clock.slept, len(inbox.mails())) == (list(LOOKS), 1)


async def test_a_mail_whose_answer_was_lost_is_not_handed_over_again(mails: AzureMails, inbox: Inbox) -> None:
    message_id = uuid4()
    await mails.send("zoe@example.com", MAIL, message_id)
    await mails.send("zoe@example.com", Mail("Another link", "There."), message_id)
    assert [one.mail for one in inbox.mails()] == [MAIL]


async def test_a_redirect_leads_nowhere(mails: AzureMails, inbox: Inbox) -> None:
    there = f"{inbox.ready['service']}/emails:send?api-version=2025-09-01"
    for answer in (NOT_THERE, {"status": 307, "headers": {"location": there}}):
        inbox.ask("POST", "mails/answers", **answer)
    assert isinstance(await fault_of(mails), Delayed)
    assert inbox.mails() == []


async def test_another_key_is_not_believed(inbox: Inbox, clock: FakeClock) -> None:
    other = made_for(inbox, "b3RoZXI=", clock)
    assert isinstance(await fault_of(other), Delayed)
    await other.aclose()


async def test_a_service_that_is_not_there_delays(clock: FakeClock) -> None:
    mails = AzureMails(
        lambda: mail_client("https://127.0.0.1:1", AzureKeyCredential("aGVyZQ==")), "a@b.example", clock
    )
    assert isinstance(await fault_of(mails), Delayed)
    await mails.aclose()

"""What `ports.Webhooks` promises, kept by the fake and by signed calls over TLS alike."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from shared.adapters.clock import SystemClock
from shared.adapters.guarded_http import GuardedHttp
from shared.adapters.webhooks import Receiver, SignedWebhooks
from shared.domain.errors import Delayed, PrivacyError, Undeliverable
from shared.domain.ports import Notification, Webhooks
from shared.domain.states import Kind, Status
from tests.fakes import FakeWebhooks
from tests.running import Inbox
from tests.unit.samples import NOW, REQUEST_ID

SHOP = "app:3fa85f64-5717-4562-b3fc-2c963f66afa6"
TOLD = Notification("msg_1", NOW, REQUEST_ID, Kind.EXPORT, Status.COMPLETED, None)


@dataclass(frozen=True)
class Told:
    """Webhooks of one app, a way to have the next call fail, and the ids of what came."""

    webhooks: Webhooks
    fails_next: Callable[[PrivacyError], object]
    ids: Callable[[], list[str]]


@pytest.fixture(params=["in memory", "over tls"])
async def told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Told]:
    if request.param == "in memory":
        fake = FakeWebhooks(served=frozenset({SHOP}))
        yield Told(fake, fake.faults.append, lambda: [one.id for _, one in fake.sent])
        return
    inbox: Inbox = request.getfixturevalue("inbox")
    monkeypatch.setenv("SSL_CERT_FILE", str(inbox.ca_file))
    http = GuardedHttp(frozenset({"127.0.0.1"}))
    shop = Receiver(f"{inbox.ready['service']}/webhooks/shop", (inbox.ready["secret"],))
    real = SignedWebhooks({SHOP.removeprefix("app:"): shop}, None, http, SystemClock())
    yield Told(
        real,
        lambda fault: inbox.ask("POST", "webhooks/answers", **answer_for(fault)),
        lambda: [call.headers["webhook-id"] for call in inbox.calls()],
    )
    await http.aclose()


def answer_for(fault: PrivacyError) -> dict[str, object]:
    if isinstance(fault, Undeliverable):
        return {"status": 410}
    assert isinstance(fault, Delayed)
    after = fault.retry_after
    return {"status": 503, "headers": {"retry-after": str(int(after.total_seconds()))} if after else {}}


async def test_what_is_told_comes_under_its_id(told: Told) -> None:
    await told.webhooks.send(SHOP, TOLD)
    assert told.ids() == ["msg_1"]


async def test_whom_nobody_serves_is_known_and_nothing_is_sent(told: Told) -> None:
    assert (told.webhooks.serves(SHOP), told.webhooks.serves("key:0")) == (True, False)
    with pytest.raises(Undeliverable):
        await told.webhooks.send("key:0", TOLD)
    assert told.ids() == []


@pytest.mark.parametrize("wait", [None, timedelta(seconds=7)], ids=str)
async def test_a_delay_is_told_with_the_time_asked_for_and_the_next_try_is_taken(
    told: Told, wait: timedelta | None
) -> None:
    told.fails_next(Delayed(wait))
    with pytest.raises(Delayed) as caught:
        await told.webhooks.send(SHOP, TOLD)
    assert (caught.value.retry_after, told.ids()) == (wait, [])
    await told.webhooks.send(SHOP, TOLD)
    assert told.ids() == ["msg_1"]


async def test_a_receiver_that_wants_no_more_is_told_apart(told: Told) -> None:
    told.fails_next(Undeliverable("gone"))
    with pytest.raises(Undeliverable) as caught:
        await told.webhooks.send(SHOP, TOLD)
    assert (caught.value.reason, told.ids()) == ("gone", [])

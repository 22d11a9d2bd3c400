"""Webhooks: how a call is signed, what it says, and what answers to it mean."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.adapters.guarded_http import GuardedHttp, OutsideResponse
from shared.adapters.guarded_network import GuardedNetwork
from shared.adapters.webhooks import Receiver, SignedWebhooks, body_of
from shared.addresses import Addresses
from shared.domain.errors import AddressRefused, Delayed, OutsideUnavailable, PrivacyError, Undeliverable
from shared.domain.ports import Notification
from shared.domain.states import Kind, Status
from shared.notice_settings import build_webhooks
from shared.settings import load_settings
from tests.fakes import FakeClock
from tests.unit.samples import NOW, REQUEST_ID
from tests.unit.test_settings import GUID, environment, webhook

SECRET, NEXT = (f"whsec_{base64.b64encode(letter * 24).decode()}" for letter in (b"a", b"b"))
TOLD = Notification("msg_1", NOW, REQUEST_ID, Kind.DELETION, Status.REFUSED, "excessive")
URL = "https://contoso.example/hook"
Call = tuple[Mapping[str, str], bytes]
Forge = Callable[[Mapping[str, str], bytes], Call]


@dataclass
class Wire:
    """Answers every call the same, or raises; keeps what was sent."""

    answer: OutsideResponse | PrivacyError = field(default_factory=lambda: OutsideResponse(204, {}, b""))
    sent: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    async def post(self, url: str, *, headers: Mapping[str, str], content: bytes) -> OutsideResponse:
        self.sent.append((url, headers, content))
        if isinstance(self.answer, PrivacyError):
            raise self.answer
        return self.answer


async def sent(*secrets: str, at: datetime = NOW) -> Call:
    wire = Wire()
    await SignedWebhooks({}, Receiver(URL, secrets), wire, FakeClock(at)).send("key:0", TOLD)
    ((_, headers, content),) = wire.sent
    return headers, content


async def fault_of(answer: OutsideResponse | PrivacyError) -> PrivacyError:
    webhooks = SignedWebhooks({}, Receiver(URL, (SECRET,)), Wire(answer), FakeClock(NOW))
    with pytest.raises(PrivacyError) as caught:
        await webhooks.send("key:0", TOLD)
    return caught.value


def test_an_event_says_what_happened_to_which_request_and_nothing_more() -> None:
    assert json.loads(body_of(TOLD, Addresses())) == {
        "type": "privacy_request.refused",
        "timestamp": "2026-11-24T12:00:00Z",
        "data": {
            "id": REQUEST_ID,
            "kind": "deletion",
            "status": "refused",
            "reason": "excessive",
            "href": f"/api/deletions/{REQUEST_ID}",
        },
    }


async def test_a_call_is_signed_over_its_id_its_time_and_its_body() -> None:
    headers, content = await sent(SECRET)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", str(int(NOW.timestamp())))
    signed = b"msg_1." + headers["webhook-timestamp"].encode() + b"." + content
    digest = hmac.digest(b"a" * 24, signed, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


async def test_while_a_secret_is_renewed_a_call_is_good_by_either() -> None:
    headers, content = await sent(SECRET, NEXT, at=datetime.now(UTC))
    for secret in (SECRET, NEXT):
        assert Webhook(secret).verify(content, dict(headers))["data"]["id"] == REQUEST_ID


@pytest.mark.parametrize(
    "forge",
    [
        lambda headers, content: (headers, content.replace(b"refused", b"granted")),
        lambda headers, content: ({**headers, "webhook-id": "msg_2"}, content),
        lambda headers, content: (
            {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)},
            content,
        ),
    ],
    ids=["body", "id", "time"],
)
async def test_a_call_that_was_changed_is_told_by_its_signature(forge: Forge) -> None:
    headers, content = forge(*await sent(SECRET, at=datetime.now(UTC)))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(content, dict(headers))


async def test_a_call_that_is_played_again_later_is_told_by_its_time() -> None:
    headers, content = await sent(SECRET, at=datetime.now(UTC) - timedelta(minutes=6))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify(content, dict(headers))


async def test_each_try_has_the_same_id_and_the_time_of_the_try() -> None:
    headers, content = await sent(SECRET)
    others, again = await sent(SECRET, at=NOW + timedelta(hours=1))
    assert (headers["webhook-id"], content) == (others["webhook-id"], again)
    assert int(others["webhook-timestamp"]) - int(headers["webhook-timestamp"]) == 3600


HALF_A_MINUTE = "Tue, 24 Nov 2026 12:00:30 GMT"


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "7", timedelta(seconds=7)),
        (503, HALF_A_MINUTE, timedelta(seconds=30)),
        (429, "999999", timedelta(days=1)),
        (429, None, None),
        (503, "soon", None),
        (500, "7", None),
        (302, "7", None),
        *((status, None, None) for status in (301, 307, 400, 401, 403, 404, 408, 425, 502, 504)),
    ],
)
async def test_an_answer_that_may_be_another_one_later_delays(
    status: int, header: str | None, wait: timedelta | None
) -> None:
    fault = await fault_of(OutsideResponse(status, {"retry-after": header} if header else {}, b""))
    assert isinstance(fault, Delayed)
    assert fault.retry_after == wait


@pytest.mark.parametrize("status", [200, 202, 204, 299])
async def test_any_2xx_is_taken(status: int) -> None:
    wire = Wire(OutsideResponse(status, {}, b""))
    await SignedWebhooks({}, Receiver(URL, (SECRET,)), wire, FakeClock(NOW)).send("key:0", TOLD)
    assert len(wire.sent) == 1


async def test_what_stays_as_it_is_is_not_tried_again() -> None:
    gone, refused = await fault_of(OutsideResponse(410, {}, b"")), await fault_of(AddressRefused())
    assert (str(gone), str(refused)) == ("gone", "address_refused")
    assert {type(gone), type(refused)} == {Undeliverable}


async def test_a_network_that_fails_delays() -> None:
    fault = await fault_of(OutsideUnavailable())
    assert isinstance(fault, Delayed)
    assert fault.retry_after is None


async def test_an_app_is_told_of_its_own_requests_and_the_other_webhook_of_all_others() -> None:
    wire = Wire()
    own, others = Receiver("https://own.example/", (SECRET,)), Receiver(URL, (SECRET,))
    webhooks = SignedWebhooks({GUID: own}, others, wire, FakeClock(NOW))
    for submitter in (f"app:{GUID.upper()}", "app:another", f"key:{GUID}", "person:0"):
        assert webhooks.serves(submitter)
        await webhooks.send(submitter, TOLD)
    assert [url for url, *_ in wire.sent] == ["https://own.example/", URL, URL, URL]
    assert not SignedWebhooks({GUID: own}, None, wire, FakeClock(NOW)).serves("key:0")


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.1", "169.254.169.254", "fd00::1"])
async def test_a_webhook_s_host_that_leads_inside_is_never_called(address: str) -> None:
    async def ask(_host: str, _port: int) -> Sequence[str]:
        return (address,)

    http = GuardedHttp(frozenset({"contoso.example"}), network=GuardedNetwork(timedelta(seconds=1), ask))
    webhooks = SignedWebhooks({}, Receiver(URL, (SECRET,)), http, FakeClock(NOW))
    with pytest.raises(Undeliverable, match="address_refused"):
        await webhooks.send("key:0", TOLD)
    await http.aclose()


async def test_a_webhook_may_be_called_at_its_own_host_and_no_other() -> None:
    settings = load_settings(environment(**webhook(URL="https://Contoso.example/hook")))
    http = build_webhooks(settings, FakeClock(NOW)).http
    assert isinstance(http, GuardedHttp)
    with pytest.raises(AddressRefused):
        await http.post("https://elsewhere.example/hook", headers={}, content=b"")


def test_settings_give_each_app_its_receiver_with_both_secrets() -> None:
    given = {**webhook("A", CLIENT_ID=GUID.upper(), SECRET=SECRET, NEXT_SECRET=NEXT), **webhook("B")}
    built = build_webhooks(load_settings(environment(**given)), FakeClock(NOW))
    assert built.by_client[GUID].secrets == (SECRET, NEXT)
    assert built.others is not None
    assert SECRET not in repr(built)

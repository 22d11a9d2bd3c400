"""The inbox: what it takes, and that it shows it as text."""

import httpx
import pytest

from tests.running import Inbox


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "1", "webhook-timestamp": "4102444800", "webhook-signature": "v1,AAAA"},
    ],
    ids=["unsigned", "old", "to come"],
)
def test_a_webhook_that_is_not_genuine_is_refused(inbox: Inbox, headers: dict[str, str]) -> None:
    answer = inbox.control.post("/webhooks/shop", json={}, headers=headers)
    assert (answer.status_code, inbox.calls()) == (401, [])


@pytest.mark.parametrize("authorization", ["", "Bearer no-token", "HMAC-SHA256 SignedHeaders=x&Signature=y"])
def test_a_mail_without_a_good_credential_is_refused(inbox: Inbox, authorization: str) -> None:
    url = "/emails:send?api-version=2025-09-01"
    answer = inbox.control.post(url, json={}, headers={"authorization": authorization})
    assert (answer.status_code, inbox.mails()) == (401, [])


def test_its_page_is_there_for_a_browser(inbox: Inbox) -> None:
    answer = httpx.get(inbox.ready["page"], trust_env=False)
    assert answer.headers["content-type"].startswith("text/html")
    assert "None yet" in answer.text

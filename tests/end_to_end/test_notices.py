"""What apps and people are told, through the running stack, and what they can do with it."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from standardwebhooks import Webhook

from local.client import AppClient, Json
from tests.contract_of_api import check_answer
from tests.end_to_end.archives import unpacked
from tests.paths import ROOT
from tests.running import CameMail, Inbox, RunningStack, inbox_of, settings_of
from tests.security.deployment import client

PAGE = "https://contoso.example/privacy"
LINK = re.compile(rf"^{re.escape(PAGE)}#([0-9a-f-]{{36}})\.([A-Za-z0-9_-]{{43}})$", re.MULTILINE)
PATIENCE = 30.0


@pytest.fixture
def inbox(stack: RunningStack) -> Iterator[Inbox]:
    """Where the stack's e-mails and webhooks come to, empty."""
    with inbox_of(stack.ready) as inbox:
        inbox.reset()
        yield inbox
        inbox.reset()


Seen = TypeVar("Seen")


def until(look: Callable[[], Seen | None], patience: float = PATIENCE) -> Seen:
    """What there is to be seen at last. Raises `TimeoutError`."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.1)
    raise TimeoutError


@dataclass(frozen=True)
class Told:
    """A mail's link, read as the company's page would."""

    mail: CameMail
    request_id: str
    ticket: str

    def ask(self, http: httpx.Client, method: str, path: str) -> httpx.Response:
        """A call with the ticket alone."""
        headers = {"x-request-ticket": self.ticket}
        return check_answer(http.request(method, f"/api/me/{path.format(self.request_id)}", headers=headers))


def mail_to(inbox: Inbox, address: str, number: int = 1) -> Told:
    """The mail that is the so-manieth to this address, when it has come."""

    def look() -> Told | None:
        mine = [one for one in inbox.mails() if one.address == address]
        if len(mine) < number:
            return None
        (link,) = LINK.findall(mine[number - 1].mail.text)
        return Told(mine[number - 1], *link)

    return until(look)


def events_about(stack: RunningStack, inbox: Inbox, request_id: object, number: int = 1) -> list[Json]:
    """The first webhooks about a request, each verified by the package of Standard Webhooks."""
    webhook = Webhook(settings_of(stack.ready.pids["host"])["WEBHOOKS__LOCAL__SECRET"])

    def look() -> list[Json] | None:
        events: list[Json] = [webhook.verify(call.body, dict(call.headers)) for call in inbox.calls()]
        mine = [one for one in events if str(request_id) in str(one)]
        return mine if len(mine) >= number else None

    return until(look)


def wait_for(app: AppClient, accepted: Json, reason: str) -> Json:
    """The request's status once it waits for this reason."""
    return next(status for status in app.follow(accepted) if status["reason"] == reason)


def test_of_an_export_the_app_and_the_person_are_told_and_the_mail_opens_it(
    stack: RunningStack, inbox: Inbox
) -> None:
    _, address = stack.graph.add_person("contoso", preferredLanguage="de-AT")
    accepted = stack.app.submit("exports", {"email": address})
    (event,) = events_about(stack, inbox, accepted["id"])
    assert event["type"] == "privacy_request.completed"
    about = {"id": accepted["id"], "kind": "export", "status": "completed", "reason": None}
    assert event["data"] == {**about, "href": f"/api/exports/{accepted['id']}"}
    told = mail_to(inbox, address)
    assert (told.request_id, told.mail.tracked) == (accepted["id"], False)
    assert told.ticket != accepted["ticket"]
    assert "herunterladen" in told.mail.mail.text
    with client(stack.ready.app) as http:
        assert told.ask(http, "GET", "exports/{}").json()["status"] == "completed"
        link = told.ask(http, "POST", "exports/{}/link").json()
        assert told.ask(http, "GET", "deletions/{}").status_code == 404
    content = httpx.get(str(link["url"]), trust_env=False).raise_for_status().content
    assert unpacked(content).profile("contoso")["preferredLanguage"] == "de-AT"


def test_a_deletion_after_a_copy_from_the_first_mail_to_the_receipt(
    stack: RunningStack, inbox: Inbox, tmp_path: Path
) -> None:
    object_id, address = stack.graph.add_person("contoso")
    body = {"subject": {"email": address}, "regulation": "gdpr", "copyFirst": True}
    accepted = check_answer(stack.app.http.post("/api/deletions", json=body)).json()
    status = wait_for(stack.app, accepted, "copy_to_be_confirmed")
    assert (status["irreversibleAt"], stack.graph.state("contoso", object_id)) == (None, "active")
    told = mail_to(inbox, address)
    assert told.mail.mail.subject == "Your data is ready, before the deletion"
    with client(stack.ready.app) as http:
        link = told.ask(http, "POST", "deletions/{}/link").json()
        copy = httpx.get(link["url"], trust_env=False).raise_for_status().content
        assert unpacked(copy).profile("contoso")["id"] == object_id
        assert stack.graph.writes() == []
        assert told.ask(http, "POST", "deletions/{}/copy-received").status_code == 200
        ended = stack.app.ended(accepted)
        assert (ended["status"], stack.graph.state("contoso", object_id)) == ("completed", "gone")
        assert told.ask(http, "POST", "deletions/{}/link").status_code == 410
        assert httpx.get(link["url"], trust_env=False).status_code == 404
        last = mail_to(inbox, address, 2)
        assert (last.mail.mail.subject, last.ticket == told.ticket) == ("Your request: what was done", False)
        assert last.ask(http, "GET", "deletions/{}").json()["letter"]["subject"] == "What was done"
        receipt = last.ask(http, "GET", "deletions/{}/receipt").text
        keys = check_answer(http.get("/api/receipts/keys")).text
    assert receipt == stack.app.receipt(accepted)
    types = [one["type"] for one in events_about(stack, inbox, accepted["id"], 2)]
    assert types == ["privacy_request.waiting", "privacy_request.completed"]
    claims = verified(receipt, keys, tmp_path)
    assert claims["jti"] == accepted["id"]
    assert address not in str(claims)
    assert object_id not in str(claims)


def verified(receipt: str, keys: str, folder: Path) -> Json:
    """What the script says that anybody may verify a receipt with."""
    (folder / "receipt.jws").write_text(receipt)
    (folder / "keys.json").write_text(keys)
    command = [sys.executable, str(ROOT / "scripts/verify_receipt.py"), "receipt.jws", "keys.json"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    claims: Json = json.loads(ran.stdout)
    return claims


def test_a_mail_that_the_service_has_no_room_for_comes_later(stack: RunningStack, inbox: Inbox) -> None:
    _, address = stack.graph.add_person("contoso")
    inbox.ask("POST", "mails/answers", status=429, headers={"retry-after": "1"}, times=1000)
    accepted = stack.app.submit("exports", {"email": address})
    stack.app.ended(accepted)
    until(lambda: logged(stack, "notice_delayed", accepted) or None)
    assert [one for one in inbox.mails() if one.address == address] == []
    inbox.reset()

    def look() -> list[Json] | None:
        stack.app.http.post("/admin/functions/sweep", json={})
        return logged(stack, "notice_sent", accepted) or None

    assert until(look) != []
    assert mail_to(inbox, address).request_id == accepted["id"]
    assert logged(stack, "notice_delayed", accepted)[0]["tries"] == 1


def logged(stack: RunningStack, event: str, request: Json) -> list[Json]:
    """What the log says of a request's mail."""
    lines: list[Json] = [json.loads(line) for line in stack.log_text().splitlines() if f'"{event}"' in line]
    return [one for one in lines if (one.get("request_id"), one.get("channel")) == (request["id"], "mail")]

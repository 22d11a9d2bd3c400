"""How long a browser takes to open the report of a person with very many events, beside one with few.

Both are opened in Chromium from a file, as out of the archive, until the page is painted.
"""

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser

from export_function.event_kinds import AUDIT_EVENTS
from export_function.gathered import Gathered
from export_function.report.build import report_of
from export_function.report.events import Summariser
from export_function.report.overview import Report
from export_function.report.render import page
from export_function.sections import AUDITS
from local.browser.playing import started_browser
from shared.domain.account import Account
from shared.domain.deadlines import Regulation
from shared.domain.ports import JsonObject
from shared.domain.progress import Part, Section, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.domain.subject import EmailSubject

MANY, FEW = 200_000, 1_000
ROUNDS = 5
OBJECT_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACTIVITIES = 40
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Opened:
    """A page: its size in bytes, and the seconds until it was painted."""

    size: int
    seconds: float


def measure() -> dict[str, float]:
    """Seconds (median of `ROUNDS`, each in a context of its own), bytes, and the ratio of the seconds."""
    pages = {events: asyncio.run(_html(events)) for events in (MANY, FEW)}
    with tempfile.TemporaryDirectory() as folder, started_browser() as browser:
        many, few = (
            _opened(browser, Path(folder) / f"{events}.html", html) for events, html in pages.items()
        )
    return {
        "seconds_to_open_200k": many.seconds,
        "bytes_200k": many.size,
        "seconds_to_open_1k": few.seconds,
        "bytes_1k": few.size,
        "ratio_to_1k": many.seconds / few.seconds,
    }


def _opened(browser: Browser, path: Path, html: bytes) -> Opened:
    path.write_bytes(html)
    _seconds(browser, path)  # what is loaded once
    return Opened(len(html), statistics.median(_seconds(browser, path) for _ in range(ROUNDS)))


def _seconds(browser: Browser, path: Path) -> float:
    context = browser.new_context(offline=True)
    tab = context.new_page()
    started = time.perf_counter()
    tab.goto(path.as_uri())
    tab.evaluate(PAINTED)
    seconds = time.perf_counter() - started
    context.close()
    return seconds


async def _html(events: int) -> bytes:
    return b"".join([piece async for piece in page(_report(events))])


def _report(events: int) -> Report:
    summariser = Summariser(AUDIT_EVENTS)
    summariser.add(_event(number) for number in range(events))
    gathered = Gathered(events={("contoso", AUDITS.name): summariser.summary()})
    return report_of(_request(events), gathered, {})


def _event(number: int) -> JsonObject:
    """Of the last 7 days, which is what Azure AD B2C keeps."""
    moment = NOW - timedelta(seconds=number * 3 % (7 * 86_400))
    return {
        "id": f"B2C_BENCH_{number}",
        "activityDateTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "activityDisplayName": f"Activity {number % ACTIVITIES}",
        "result": "success",
        "initiatedBy": {"app": {"displayName": "Shop"}},
    }


def _request(events: int) -> PrivacyRequest:
    section = Section(AUDITS.name, AUDITS.file_name, AUDITS.source, NOW, (Part("", events, 0, ""),))
    account = Account(OBJECT_ID, OBJECT_ID, (), NOW)
    return PrivacyRequest(
        id=OBJECT_ID,
        kind=Kind.EXPORT,
        regulation=Regulation.GDPR,
        subject=EmailSubject("person@example.com"),
        named=("contoso",),
        linked=(),
        submitter="benchmark",
        given_key="",
        body_digest="",
        ticket_digest="",
        received_at=NOW,
        accepted_at=NOW,
        due_at=NOW,
        updated_at=NOW,
        tenants={"contoso": TenantProgress("contoso", account, sections=(section,))},
    )

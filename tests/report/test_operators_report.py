"""The operators' report in Chromium: for every reader, on every screen, in light and in dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from local.browser.playing import started_browser
from operate.figures import figures_of
from operate.page import page
from tests.report.reader import Reader
from tests.unit.samples import NOW
from tests.unit.test_operate_report import one

PHONE, DESK = 390, 1100


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as started:
        yield started


def test_nothing_keeps_anybody_from_reading_it(browser: Browser, tmp_path: Path) -> None:
    requests = [one("failed", due=-1, reason="directory_unavailable"), one(), one("completed", received=-9)]
    file = tmp_path / "index.html"
    file.write_text(page(figures_of(requests, NOW)), encoding="utf-8")
    reader = Reader(browser.new_page(), tmp_path)
    for width, scheme in ((PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")):
        reader.looks(width, scheme)
        assert (reader.violations(), reader.too_wide()) == ([], 0), (width, scheme)
    assert (reader.asked, reader.complaints) == ([file.as_uri()], [])

"""Chromium under Playwright."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from local.browser.chromium import FLAGS, chromium


@contextmanager
def started_browser() -> Iterator[Browser]:
    """A browser without a window; meanwhile the thread can have no other event loop. Raises `NotReady`."""
    found = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found.program, env={**os.environ, **found.environment}, args=list(FLAGS)
        )
        yield started
        started.close()

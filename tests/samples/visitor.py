"""Somebody at a browser."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Cookie, Page

from tests.end_to_end.archives import Export, unpacked

PATIENCE = 20_000
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
"""Chromium's note of an answer that the page shows as well."""


@dataclass
class Visitor:
    """A page of the website at `url`; `shots` is for pictures, `complaints` what the browser objects to."""

    page: Page
    url: str
    shots: Path
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not REFUSED.match(message.text):
            self.complaints.append(message.text)

    def open(self, path: str = "/") -> None:
        self.page.goto(f"{self.url}{path}")

    def press(self, name: str) -> None:
        """The button of that name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """The link that begins so."""
        self.page.get_by_role("link", name=name).click()

    def give_credentials(self, address: str) -> None:
        """At the authority's page, which takes any password."""
        self.page.get_by_label("E-mail address").fill(address)
        self.page.get_by_label("Password").fill("any")
        self.press("Continue")

    def give_code(self) -> None:
        """The simulated text message says it."""
        self.page.get_by_label("Code").fill(self.page.locator("strong").inner_text())
        self.press("Continue")

    def sign_in(self, address: str) -> None:
        self.open()
        self.press("Sign in")
        self.give_credentials(address)
        self.sees("Signed in as")

    def sees(self, text: str) -> None:
        """Wait until the page says so."""
        self.page.get_by_text(text).first.wait_for()

    def steps(self) -> list[str]:
        return [text.replace("\n", " ") for text in self.page.locator(".steps li").all_inner_texts()]

    def download(self) -> Export:
        """What the button gives, each file held to the manifest."""
        with self.page.expect_download() as waiting:
            self.press("Download")
        return unpacked(waiting.value.path().read_bytes())

    def session(self) -> Cookie:
        """The website's cookie; the authority is on the same host here, and has one too."""
        (cookie,) = [one for one in self.page.context.cookies() if one["name"] == "session"]
        return cookie

    def look(self, name: str) -> None:
        """Take a picture, and hold the page to what every page must be."""
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)
        assert self.complaints == []
        assert self.page.locator("html").get_attribute("lang") == "en"
        assert self.page.title()
        for tag in ("header", "main", "footer", "h1"):
            assert self.page.locator(tag).count() == 1
        unlabelled = "element => element.type !== 'hidden' && element.labels.length === 0"
        assert not any(one.evaluate(unlabelled) for one in self.page.locator("input").all())
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not self.page.evaluate(too_wide)

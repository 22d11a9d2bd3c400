"""Somebody who opens the report from the folder that the archive was unpacked into."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from playwright.sync_api import Page

from local.checks.packages import package

SERIOUS = frozenset({"serious", "critical"})


class Violation(TypedDict):
    """One of axe-core's."""

    id: str
    impact: str
    help: str


@dataclass
class Reader:
    """A page of the browser; `asked` are the addresses it asked for, `complaints` what its console says."""

    page: Page
    folder: Path
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto((self.folder / "index.html").as_uri())

    def looks(self, width: int, scheme: str) -> None:
        """On a screen of so many pixels, by day or by night."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

    def violations(self) -> list[str]:
        """What axe-core finds that keeps people from reading."""
        self.page.evaluate((package("axe-core") / "axe.min.js").read_text())
        found: list[Violation] = self.page.evaluate("async () => (await axe.run()).violations")
        return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in SERIOUS]

    def reads(self) -> str:
        """The text that is to be seen."""
        return self.page.locator("body").inner_text()

    def too_wide(self) -> int:
        """Pixels of the page that one must scroll sideways for."""
        overhang: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return overhang

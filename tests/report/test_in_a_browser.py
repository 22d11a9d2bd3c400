"""The report in Chromium, straight from the folder that an archive was unpacked into."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, FloatRect

from local.browser.playing import started_browser
from tests.report.people import archive_of, empty, hostile, rich
from tests.report.reader import Reader
from tests.unit.world import World

PHONE, DESK, SCREEN = 390, 1100, 1600
PEOPLE: Mapping[str, Callable[[], World]] = {
    "rich-en": rich,
    "rich-de": lambda: rich("de"),
    "empty-en": empty,
    "empty-de": lambda: empty("de"),
    "hostile": hostile,
}


class Open(Protocol):
    """Somebody opens the report of a person."""

    def __call__(self, person: str, *, scripts: bool = True) -> Reader: ...


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Of each person the unpacked archive."""
    made = {name: tmp_path_factory.mktemp(name) for name in PEOPLE}
    for name, world in PEOPLE.items():
        zipfile.ZipFile(io.BytesIO(archive_of(world()))).extractall(made[name])
    return made


@pytest.fixture(scope="module")
def browser(folders: Mapping[str, Path]) -> Iterator[Browser]:
    """Started when the archives are there: making them takes an event loop."""
    assert folders
    with started_browser() as started:
        yield started


@pytest.fixture
def reader(browser: Browser, folders: Mapping[str, Path]) -> Iterator[Open]:
    opened = []

    def begin(person: str, *, scripts: bool = True) -> Reader:
        context = browser.new_context(java_script_enabled=scripts, offline=True)
        opened.append(context)
        return Reader(context.new_page(), folders[person])

    yield begin
    for context in opened:
        context.close()


@pytest.mark.parametrize("person", PEOPLE)
def test_the_report_asks_for_nothing_but_what_is_in_the_archive_and_the_browser_has_no_complaint(
    reader: Open, folders: Mapping[str, Path], person: str
) -> None:
    opened = reader(person)
    opened.page.wait_for_load_state("networkidle")
    photos = folders[person].glob("data/*/photo.jpg")
    assert set(opened.asked) == {one.as_uri() for one in (folders[person] / "index.html", *photos)}
    assert opened.complaints == []


@pytest.mark.parametrize("person", PEOPLE)
def test_without_scripts_the_same_is_to_be_read(reader: Open, person: str) -> None:
    read = reader(person, scripts=False).reads()
    assert read == reader(person).reads()
    assert len(read) > 1000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK, SCREEN])
@pytest.mark.parametrize("person", PEOPLE)
def test_nothing_keeps_anybody_from_reading(reader: Open, person: str, width: int, scheme: str) -> None:
    opened = reader(person)
    opened.looks(width, scheme)
    assert opened.violations() == []
    assert opened.too_wide() <= 0


@pytest.mark.parametrize("width", [320, PHONE, DESK])
def test_no_writing_in_a_picture_lies_over_another(reader: Open, width: int) -> None:
    opened = reader("rich-en")
    opened.looks(width, "light")
    for picture in opened.page.locator("figure svg").all():
        written = [text for text in picture.locator("text").all() if text.is_visible()]
        boxes = [box for text in written if (box := text.bounding_box())]
        assert len(boxes) >= 2
        assert [pair for pair in combinations(boxes, 2) if overlap(*pair)] == []


def overlap(one: FloatRect, other: FloatRect) -> bool:
    """Whether they share more than a hair of ground."""
    across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return across > 1 and down > 1


def test_the_photo_is_a_picture_and_every_link_leads_to_a_file_or_a_place_on_the_page(
    reader: Open, folders: Mapping[str, Path]
) -> None:
    page = reader("rich-en").page
    assert page.locator("img").evaluate("image => image.naturalWidth") == 64
    links = [str(link.get_attribute("href")) for link in page.locator("a").all()]
    files = [link for link in links if not link.startswith("#")]
    assert len(files) > 10
    assert [link for link in files if not (folders["rich-en"] / link).is_file()] == []
    assert [link for link in links if link.startswith("#") and page.locator(link).count() != 1] == []


def test_on_paper_everything_is_there_that_is_folded_on_a_screen(reader: Open) -> None:
    opened = reader("rich-en")
    folded = opened.page.locator("details table").first
    assert not folded.is_visible()
    opened.page.emulate_media(media="print")
    assert folded.is_visible()
    assert not opened.page.locator("nav").is_visible()

import re
from datetime import timedelta

import pytest

from export_function.report.build import MOST_RECORDS
from export_function.report.names import friendly
from export_function.report.processing import TITLES, load_processing
from export_function.report.render import TEMPLATES
from export_function.report.shown import LONGEST
from export_function.sections import FROM_GRAPH
from shared.domain.ports import JsonObject, JsonValue
from shared.domain.sources import Source
from shared.domain.states import Kind
from tests.paths import ROOT
from tests.unit.pages import Page, problems
from tests.unit.rich_world import APP, EMAIL, audit_event, exported, rich_world, text_of
from tests.unit.test_export_plan import archive_of
from tests.unit.world import ADA, World


async def page_of(world: World) -> Page:
    return Page(text_of(await exported(world), "index.html"))


async def test_the_report_can_be_read_by_anybody_offline_and_does_nothing() -> None:
    page = await page_of(rich_world())
    assert problems(page) == []
    assert "http" not in page.source.replace("http-equiv", "")


async def test_the_report_of_a_person_of_whom_little_is_kept_is_as_sound() -> None:
    world = World()
    world.person("contoso")
    page = await page_of(world)
    assert problems(page) == []
    assert page.text.count("Nothing is kept") >= 2 * (len(FROM_GRAPH) - 1)
    assert "No account of yours was found." in page.text


async def test_the_report_comes_after_all_that_it_tells_of_since_events_are_counted_as_they_are_written() -> (
    None
):
    archive = await exported(rich_world())
    assert archive.namelist()[-3:] == ["index.html", "manifest.json", "SHA256SUMS"]


async def test_the_report_begins_with_a_summary() -> None:
    archive = await exported(rich_world())
    text = Page(text_of(archive, "index.html")).text
    summary, rest = text.partition("The id of your account there")[::2]
    assert "Your account was found" in summary
    assert "60 records" in summary
    assert "Not available, because the directory's licence does not include it" in summary
    assert "2026-11-24 12:" in summary
    assert all(kind.title in summary and kind.about in rest for kind in FROM_GRAPH)


async def test_the_report_begins_with_what_the_copy_comes_to() -> None:
    top = Page(
        text_of(await exported(rich_world()), "index.html").partition("<nav")[0] + "</body></html>"
    ).text
    told = [line.strip() for line in top.splitlines() if line.strip()]
    assert told[-5:] == [
        "Records about you66",
        "Events among them61",
        "Kinds of data kept6 of 14",
        "Kinds not available1",
        "Directories with an account of yours1 of 2",
    ]


async def test_the_summary_says_from_where_and_of_when_everything_is() -> None:
    page = await page_of(rich_world())
    summary = page.source.partition('id="summary"')[2].partition("</dl>")[0]
    assert "2026-11-24 12:" in summary
    assert 'href="#tenant-contoso"' in summary
    assert "From 2026-11-20 00:00:00 to 2026-11-23 23:00:00 UTC." in summary


async def test_what_was_collected_over_hours_says_from_when_to_when() -> None:
    world = rich_world()
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    await world.settle_until(accepted.request.id, "collect:contoso:directoryAudits")
    await world.clock.sleep(timedelta(minutes=40))
    archive = archive_of(world, await world.settle(accepted.request.id))
    assert re.search(
        r"From 2026-11-24 12:\d\d UTC to 2026-11-24 12:[45]\d UTC\.", text_of(archive, "index.html")
    )


async def test_large_numbers_are_written_as_people_of_the_language_write_them() -> None:
    many = [audit_event(number) for number in range(1200)]
    assert "1,200 records" in (await page_of(rich_world(events=many))).text
    german = await page_of(rich_world({"preferredLanguage": "de"}, many))
    assert "1.200 Einträge" in german.text


async def test_where_nothing_happened_no_time_of_events_is_told() -> None:
    world = World()
    world.person("contoso")
    page = await page_of(world)
    assert "UTC." not in page.source.partition('id="summary"')[2].partition("</dl>")[0]


async def test_a_profile_is_told_by_name_with_identities_and_custom_attributes() -> None:
    page = await page_of(rich_world())
    for told in ("Name shown", "displayName", "Account can be used", "yes", "google.com", "1122"):
        assert told in page.text
    assert "Loyalty number" in page.text
    assert f"extension_{APP}_LoyaltyNumber" in page.text
    assert "1 property has no value" in page.text


async def test_the_kind_of_a_record_is_told_as_such_and_after_what_is_known_by_name() -> None:
    world = rich_world()
    group: JsonObject = {"@odata.type": "#microsoft.graph.group", "id": "g", "displayName": "Gold"}
    world.tenants["contoso"].related[ADA, Source.MEMBERSHIPS] = [group]
    told = (await page_of(world)).text.partition("Groups and directory roles")[2]
    assert told.index("Gold") < told.index("Kind of record") < told.index("#microsoft.graph.group")


async def test_events_are_told_in_figures_with_the_newest_fifty_and_a_picture() -> None:
    page = await page_of(rich_world())
    assert "The newest 50 events" in page.text
    assert "From 2026-11-20 00:00:00 to 2026-11-23 23:00:00 UTC." in page.text
    pictures = [tag for tag in page.named("svg") if tag.attributes.get("role") == "img"]
    assert len(pictures) == len(page.named("desc")) == 2
    shown = page.source.partition("The newest 50 events")[2].partition("</table>")[0]
    assert shown.count("<tr>") == 51
    assert 'href="data/contoso/directory-audits.ndjson"' in page.source


async def test_a_photo_is_shown_from_its_file() -> None:
    page = await page_of(rich_world())
    assert [tag.attributes["src"] for tag in page.named("img")] == ["data/contoso/photo.jpg"]


async def test_many_records_are_cut_with_a_note() -> None:
    world = rich_world()
    many: list[JsonObject] = [{"id": str(number)} for number in range(MOST_RECORDS + 7)]
    world.tenants["contoso"].related[ADA, Source.MEMBERSHIPS] = many
    assert "7 more records are in the data file." in (await page_of(world)).text


@pytest.mark.parametrize(
    ("preferred", "lang"),
    [("de-AT", "de"), ("DE", "de"), ("fr", "en"), ("../../etc", "en"), (None, "en"), (7, "en"), ("", "en")],
)
async def test_the_language_is_what_the_profile_prefers_as_far_as_we_speak_it(
    preferred: JsonValue, lang: str
) -> None:
    page = await page_of(rich_world({"preferredLanguage": preferred}))
    assert page.named("html")[0].attributes["lang"] == lang
    assert ("Ihre Daten: eine Kopie" in page.text) == (lang == "de")
    assert problems(page) == []


async def test_the_use_of_data_is_told_as_the_company_supplies_it() -> None:
    world = rich_world({"preferredLanguage": "de"})
    processing = load_processing(ROOT / "processing-information.sample.json")
    world.processing = processing
    world.wire()
    page = await page_of(world)
    assert "Wozu Ihre Daten verarbeitet werden" in page.text
    assert processing["de"].purposes[0] in page.text
    assert len(TITLES) == 10


async def test_without_it_the_report_says_that_the_company_tells_it_separately() -> None:
    assert "The company tells you separately" in (await page_of(rich_world())).text


async def test_a_control_character_and_a_mark_that_turns_text_are_to_be_seen() -> None:
    page = await page_of(rich_world({"city": "a\x00b\u202ec\x1b[0m"}))
    assert "a[U+0000]b[U+202E]c[U+001B][0m" in page.text
    assert "<bdi>a[U+0000]" in page.source


async def test_a_long_text_is_cut_with_a_note_and_whole_in_the_data() -> None:
    long = "ä" * (1 << 20)
    archive = await exported(rich_world({"city": long}))
    page = Page(text_of(archive, "index.html"))
    assert page.text.count("ä") == LONGEST
    assert "(cut here; the data file has all of it)" in page.text
    assert long in text_of(archive, "data/contoso/profile.json")


async def test_events_with_times_that_are_none_are_counted_apart() -> None:
    odd: list[JsonObject] = [
        audit_event(1, id=f"o{time}", activityDateTime=time) for time in ("", "2026-13-45T99:00:00Z")
    ]
    page = await page_of(rich_world(events=[audit_event(2), *odd]))
    assert "2 events have no time that can be read." in page.text


def test_contrast_is_enough_in_light_in_dark_and_on_paper() -> None:
    css = (TEMPLATES / "style.css").read_text()
    themes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", part)) for part in re.findall(r":root \{[^}]*\}", css)
    ]
    assert len(themes) == 3
    for theme in themes:
        for text in ("ink", "quiet", "accent"):
            for ground in ("paper", "panel"):
                assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
        assert contrast(theme["bar"], theme["paper"]) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_what_graph_says_of_a_record_s_kind_has_a_name_of_its_own() -> None:
    assert [friendly(path, str) for path in ("@odata.type", "location.city")] == [
        "Kind of record",
        "Location › City",
    ]

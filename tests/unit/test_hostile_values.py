"""Whatever people and directories write: whole in JSON, harmless on the page and in tables, never a path."""

import json
import re
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from export_function.tables import FORMULA
from shared.domain.ports import JsonObject, JsonValue
from tests.unit.pages import Page, problems
from tests.unit.rich_world import APP, exported, json_of, rich_world, rows_of, text_of
from tests.unit.world import ADA

NASTY = (
    "<script>alert(1)</script>",
    "\"' onmouseover=alert(1) x='",
    "</style><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "+1",
    "@SUM(1)",
    "-2",
    "\tx",
    "\rx",
    "../../etc/passwd",
    "C:\\x\\..\\y",
    "a\x00b\x1b",
    "\u202egnp.exe\u2066",
    "\ud800",
    "{{ 7 * 7 }}{% raw %}",
    "%(count)s %s",
    "2026-99-99T99:99:99Z",
    "javascript:alert(1)",
    'a,b"c\r\nd',
    "",
)
TEXT = st.sampled_from(NASTY) | st.text(max_size=30)
NUMBER = st.integers() | st.floats()
VALUE: st.SearchStrategy[JsonValue] = st.recursive(
    TEXT | NUMBER | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PROFILES = st.dictionaries(
    st.sampled_from(("displayName", "identities", "preferredLanguage", "otherMails"))
    | TEXT.map(lambda name: f"extension_{APP}_{name}")
    | TEXT,
    VALUE,
    max_size=6,
)
EVENTS = st.lists(
    st.dictionaries(
        st.sampled_from(("activityDisplayName", "result", "initiatedBy", "targetResources")) | TEXT,
        VALUE,
        max_size=4,
    ),
    max_size=4,
)
FILES = re.compile(
    r"(index\.html|README\.txt|manifest\.json|SHA256SUMS|schema/[a-z-]+\.schema\.json"
    r"|data/contoso/[a-z-]+\.(json|ndjson|csv|jpg))"
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PROFILES, EVENTS)
async def test_hostile_values_do_no_harm_anywhere(profile: JsonObject, events: list[JsonObject]) -> None:
    given_profile = {**profile, "id": ADA}
    dated: list[JsonObject] = [
        {**event, "id": f"e{place}", "activityDateTime": f"2026-11-20T00:00:0{place}Z"}
        for place, event in enumerate(events)
    ]
    world = rich_world(events=dated)
    world.tenants["contoso"].profiles[ADA] = given_profile
    archive = await exported(world)
    assert all(FILES.fullmatch(name) for name in archive.namelist())
    assert same(json_of(archive, "data/contoso/profile.json"), given_profile)
    assert problems(Page(text_of(archive, "index.html"))) == []
    harmless_tables(archive)
    if dated:
        assert len(archive.read("data/contoso/directory-audits.ndjson").splitlines()) == len(dated)


def harmless_tables(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        if name.endswith(".csv"):
            rows = rows_of(archive, name)
            assert len({len(row) for row in rows if row}) <= 1
            assert [cell for row in rows for cell in row if cell.startswith(FORMULA)] == []


def same(one: JsonValue, other: JsonValue) -> bool:
    """Compared as text: NaN is not equal to itself."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)

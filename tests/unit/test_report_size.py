"""However much is kept of a person, the page stays one that opens at once."""

from datetime import UTC, datetime, timedelta

import pytest

from export_function.event_kinds import EVENT_KINDS
from export_function.gathered import Gathered
from export_function.report.build import report_of
from export_function.report.events import MOST_ACTIVITIES, EventSummary, Summariser
from export_function.report.render import page
from export_function.sections import AUDITS
from shared.domain.ports import JsonObject
from tests.unit.endless import request_with
from tests.unit.pages import Page
from tests.unit.samples import NOW

FEW, MANY = 5_000, 200_000
AT_ONCE = 1_000
START = datetime(2020, 1, 1, tzinfo=UTC)


def various(number: int) -> JsonObject:
    """No two are alike: an hour later, and of a kind of its own as long as kinds are counted apart."""
    return {
        "id": str(number),
        "activityDateTime": f"{START + timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ}",
        "activityDisplayName": f"activity {number % (2 * MOST_ACTIVITIES)}",
        "result": "success",
    }


def alike(number: int) -> JsonObject:
    """Of a week, as Azure AD B2C keeps them."""
    moment = NOW - timedelta(seconds=number * 3 % (7 * 86_400))
    return {
        "id": str(number),
        "activityDateTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "activityDisplayName": f"activity {number % 9}",
        "result": "success",
    }


EVENTS = {"various": various, "alike": alike}


def summary_of(events: str, count: int) -> EventSummary:
    summariser = Summariser(EVENT_KINDS[AUDITS.name])
    for start in range(0, count, AT_ONCE):
        summariser.add(EVENTS[events](number) for number in range(start, start + AT_ONCE))
    return summariser.summary()


async def page_of(events: str, count: int) -> Page:
    gathered = Gathered(events={("contoso", AUDITS.name): summary_of(events, count)})
    pieces = [piece async for piece in page(report_of(request_with(10), gathered, {}))]
    return Page(b"".join(pieces).decode())


@pytest.mark.parametrize("events", EVENTS)
async def test_forty_times_the_events_are_told_on_a_page_that_is_hardly_larger(events: str) -> None:
    few, many = await page_of(events, FEW), await page_of(events, MANY)
    assert len(many.tags) <= len(few.tags) * 1.1
    assert len(many.source) <= len(few.source) * 1.1
    assert len(many.tags) < 3_000

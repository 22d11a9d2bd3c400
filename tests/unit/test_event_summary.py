from collections.abc import Sequence

import pytest

from export_function.event_kinds import AUDIT_EVENTS
from export_function.report.events import MOST_ACTIVITIES, NEWEST, EventSummary, Summariser
from export_function.report.timeline import HEIGHT, LOWEST, MOST, Timeline, timeline
from shared.domain.ports import JsonObject
from tests.unit.rich_world import audit_event


def summary_of(events: Sequence[JsonObject]) -> EventSummary:
    summariser = Summariser(AUDIT_EVENTS)
    summariser.add(events)
    return summariser.summary()


def test_events_are_counted_by_activity_the_most_frequent_first() -> None:
    summary = summary_of([audit_event(number) for number in (0, 2, 4, 1)])
    assert [(activity.text, count) for activity, count in summary.activities] == [
        ("Sign-in", 3),
        ("Update user", 1),
    ]
    assert summary.count == 4


def test_the_newest_are_kept_newest_first_whatever_their_order() -> None:
    moments = [f"2026-11-20T10:{number // 60:02}:{number % 60:02}Z" for number in range(300)]
    mixed = [*moments[1::2], *moments[::2]]
    summary = summary_of([{"activityDateTime": moment} for moment in mixed])
    expected = [moment.replace("T", " ").replace("Z", " UTC") for moment in reversed(moments)][:NEWEST]
    assert [row[0].text for row in summary.newest] == expected


def test_a_fraction_of_a_second_decides() -> None:
    summary = summary_of(
        [{"id": name, "activityDateTime": f"2026-11-20T10:00:00{name}Z"} for name in (".1", "", ".09")]
    )
    assert (summary.first, summary.last) == (
        "2026-11-20T10:00:00.000000000Z",
        "2026-11-20T10:00:00.100000000Z",
    )


def test_kinds_of_activity_without_end_are_counted_together() -> None:
    summary = summary_of([{"activityDisplayName": f"a{number}"} for number in range(MOST_ACTIVITIES + 5)])
    assert (len(summary.activities), summary.others) == (MOST_ACTIVITIES, 5)


def test_what_could_not_be_read_is_counted() -> None:
    summary = summary_of([audit_event(1), {}, {}, {}])
    assert (summary.count, summary.undated) == (4, 3)


@pytest.mark.parametrize(
    ("hours", "unit", "bars"),
    [
        (("2026-11-20T10",), "hour", 1),
        (("2026-11-20T10", "2026-11-21T10"), "hour", 25),
        (("2026-11-20T10", "2026-11-26T10"), "day", 7),
        (("2026-01-31T10", "2026-11-26T10"), "month", 11),
        (("0001-01-01T00", "9999-12-31T23"), "month", MOST),
    ],
)
def test_the_picture_is_by_hour_day_or_month_without_a_gap(
    hours: tuple[str, ...], unit: str, bars: int
) -> None:
    picture = timeline([(hour, 2) for hour in hours])
    assert isinstance(picture, Timeline)
    assert (picture.unit, len(picture.bars)) == (unit, bars)
    assert sum(bar.count for bar in picture.bars) + picture.left_out == 2 * len(hours)
    assert picture.bars[-1].height > 0


def test_one_event_is_to_be_seen_beside_very_many_and_none_is_not() -> None:
    picture = timeline([("2026-11-20T10", 200_000), ("2026-11-20T12", 1)])
    assert picture
    assert [bar.height for bar in picture.bars] == [HEIGHT, 0, LOWEST]


@pytest.mark.parametrize(
    ("hours", "ticks"),
    [
        (("2026-11-20T10", "2026-11-20T11"), ["10:00", "11:00"]),
        (("2026-11-20T10", "2026-11-22T11"), ["11-20", "11-21", "11-22"]),
        (("2026-08-20T10", "2026-11-22T11"), ["2026-08", "2026-09", "2026-10", "2026-11"]),
    ],
)
def test_a_few_bars_say_below_them_what_they_stand_for(hours: tuple[str, ...], ticks: list[str]) -> None:
    picture = timeline([(hour, 1) for hour in hours])
    assert picture
    assert [bar.tick for bar in picture.bars] == ticks


def test_without_a_time_there_is_no_picture() -> None:
    assert timeline([]) is None

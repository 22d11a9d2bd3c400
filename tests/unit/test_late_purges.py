"""What start-up warns of: accounts that leave the recycle bin too late."""

import pytest

from shared.late_purges import purges_too_late
from shared.settings import load_settings
from tests.unit.test_settings import environment


def told(**settings: str) -> dict[object, tuple[object, object]]:
    found = purges_too_late(load_settings(environment(**settings)))
    return {one["regulation"]: (one["days"], one["months"]) for one in found}


def test_nothing_is_said_where_the_app_purges() -> None:
    assert told(DELETION_COOLING_OFF="P14D") == {}


def test_without_the_right_to_purge_thirty_days_are_too_long_from_the_end_of_january_on() -> None:
    assert told(PURGE="wait") == {"gdpr": (30, "1,2")}


@pytest.mark.parametrize(
    ("cooling_off", "expected"),
    [
        ("P2D", {"gdpr": (32, "1,2,3,4,5,6,7,8,9,10,11,12")}),
        ("P14D", {"gdpr": (44, "1,2,3,4,5,6,7,8,9,10,11,12")}),
        (
            "P16D",
            {
                "gdpr": (46, "1,2,3,4,5,6,7,8,9,10,11,12"),
                "ccpa": (46, "1,2,3,4,5,6,7,8,9,10,11,12"),
            },
        ),
    ],
)
def test_cooling_off_comes_on_top(cooling_off: str, expected: dict[str, tuple[int, str]]) -> None:
    assert told(PURGE="wait", DELETION_COOLING_OFF=cooling_off) == expected

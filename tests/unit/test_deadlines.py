from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.deadlines import Regulation, due_at, months_later

BERLIN = ZoneInfo("Europe/Berlin")


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)), st.integers(1, 3))
def test_months_are_counted_as_a_calendar_library_counts_them(day: date, months: int) -> None:
    assert months_later(day, months) == day + relativedelta(months=months)


def test_gdpr_gives_one_month_to_the_end_of_the_day_of_the_same_number() -> None:
    received = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert due_at(Regulation.GDPR, received, BERLIN) == datetime(2026, 12, 24, 22, 59, 59, tzinfo=UTC)


def test_gdpr_ends_with_the_months_last_day_where_the_number_is_missing() -> None:
    received = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert due_at(Regulation.GDPR, received, BERLIN).astimezone(BERLIN).date() == date(2026, 2, 28)


def test_ccpa_gives_45_days() -> None:
    received = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert due_at(Regulation.CCPA, received, ZoneInfo("UTC")).date() == date(2027, 1, 8)


def test_the_day_of_receipt_is_the_local_one() -> None:
    received = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    assert due_at(Regulation.GDPR, received, BERLIN).astimezone(BERLIN).date() == date(2026, 4, 10)


@given(st.integers(0, 4_000_000))
def test_a_deadline_is_never_shorter_than_28_days_nor_longer_than_46(minutes: int) -> None:
    received = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    for regulation in Regulation:
        assert timedelta(27) < due_at(regulation, received, BERLIN) - received < timedelta(46, hours=1)

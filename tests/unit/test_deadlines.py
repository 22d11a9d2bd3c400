from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.deadlines import Regulation, due_at, extended_due_at, months_later

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from([BERLIN, ZoneInfo("America/Los_Angeles"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")])
RECEIVED = st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside
PAUSED = st.timedeltas(timedelta(), timedelta(days=400))
TERMS = {
    (Regulation.GDPR, due_at): relativedelta(months=1),
    (Regulation.GDPR, extended_due_at): relativedelta(months=3),
    (Regulation.CCPA, due_at): relativedelta(days=45),
    (Regulation.CCPA, extended_due_at): relativedelta(days=90),
}


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


@given(RECEIVED, ZONES, PAUSED, st.sampled_from(list(TERMS)))
def test_every_term_ends_as_a_calendar_library_says_and_each_day_begun_of_a_pause_later(
    received: datetime, zone: ZoneInfo, paused: timedelta, term: tuple[Regulation, Callable[..., datetime]]
) -> None:
    regulation, reckon = term
    whole, begun = divmod(paused, timedelta(days=1))
    last = received.astimezone(zone).date() + TERMS[term] + timedelta(days=whole + bool(begun))
    due = reckon(regulation, received, zone, paused)
    assert due == datetime.combine(last, time(23, 59, 59), zone)
    assert due.tzinfo is UTC


@given(RECEIVED, ZONES, PAUSED, st.sampled_from(Regulation))
def test_an_extension_and_a_pause_never_bring_the_end_nearer(
    received: datetime, zone: ZoneInfo, paused: timedelta, regulation: Regulation
) -> None:
    usual = due_at(regulation, received, zone)
    assert usual <= due_at(regulation, received, zone, paused)
    assert (
        usual
        < extended_due_at(regulation, received, zone)
        <= extended_due_at(regulation, received, zone, paused)
    )


def test_the_day_on_which_the_clocks_change_is_a_day_like_any_other() -> None:
    received = datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert due_at(Regulation.GDPR, received, BERLIN) == datetime(2027, 3, 28, 21, 59, 59, tzinfo=UTC)

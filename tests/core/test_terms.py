"""Payment terms: calendar days over changes of the clock, and days that are the same everywhere."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duebook.core.refusal import Refusal
from duebook.core.terms import business_moment, day_of, due_at, has_come, is_day

PARIS, NEW_YORK, TOKYO = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("issued", "days", "zone", "due"),
    [
        pytest.param("2026-01-15T08:00:00Z", 30, PARIS, "2026-02-14T08:00:00Z", id="the published example"),
        pytest.param("2026-01-15T08:00:00Z", 0, PARIS, "2026-01-15T08:00:00Z", id="at once"),
        pytest.param("2026-03-15T08:00:00Z", 30, PARIS, "2026-04-14T07:00:00Z", id="9 o'clock stays 9 o'clock in summer time"),
        pytest.param("2026-10-01T07:00:00Z", 30, PARIS, "2026-10-31T08:00:00Z", id="and after it"),
        pytest.param("2026-03-15T00:00:00Z", 30, PARIS, "2026-04-14T00:00:00Z", id="a day stays a day"),
        pytest.param("2026-03-15T00:00:00.001Z", 30, PARIS, "2026-04-13T23:00:00.001Z", id="a millisecond later is an instant"),
        pytest.param("2026-03-15T01:00:00+01:00", 30, PARIS, "2026-04-14T00:00:00Z", id="midnight UTC in any spelling"),
        pytest.param("2026-03-15T00:00:00+01:00", 30, PARIS, "2026-04-13T22:00:00Z", id="midnight in Paris is an instant"),
        pytest.param("2026-02-27T01:30:00Z", 30, PARIS, "2026-03-29T01:30:00Z", id="2:30 that is left out is 3:30"),
        pytest.param("2026-09-25T00:30:00Z", 30, PARIS, "2026-10-25T00:30:00Z", id="2:30 that comes twice is the first"),
        pytest.param("2026-10-25T01:30:00Z", 0, PARIS, "2026-10-25T01:30:00Z", id="the second 2:30, at once, stays the second"),
        pytest.param("2026-01-31T23:30:00Z", 1, TOKYO, "2026-02-01T23:30:00Z", id="a zone without summer time"),
        pytest.param("2024-01-31T12:00:00Z", 30, NEW_YORK, "2024-03-01T12:00:00Z", id="over a leap day"),
        pytest.param("2999-12-01T12:00:00Z", 30, PARIS, "2999-12-31T12:00:00Z", id="to the end of the books"),
    ],
)
def test_a_term_counts_calendar_days(issued: str, days: int, zone: ZoneInfo, due: str):
    found = due_at(at(issued), days=days, zone=zone)

    assert found == at(due)
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("days", [31, 400_000, 10**7, 10**12, 10**30])
def test_a_term_that_never_ends_is_refused(days: int):
    refusal = due_at(at("2999-12-01T12:00:00Z"), days=days, zone=PARIS, path=("payment_delay",))

    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.path) == ("too_large", ("payment_delay",))


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        pytest.param("2026-02-01T00:00:00Z", NEW_YORK, date(2026, 2, 1), id="a day is that day in every zone"),
        pytest.param("2026-02-01T00:00:00.001Z", NEW_YORK, date(2026, 1, 31), id="a millisecond later it is an instant"),
        pytest.param("2026-01-31T23:00:00Z", PARIS, date(2026, 2, 1), id="midnight in Paris"),
        pytest.param("2026-01-31T22:59:59Z", PARIS, date(2026, 1, 31), id="just before it"),
        pytest.param("2026-01-31T15:00:00Z", TOKYO, date(2026, 2, 1), id="tomorrow in Tokyo"),
        pytest.param("2026-02-01T01:00:00+01:00", NEW_YORK, date(2026, 2, 1), id="midnight UTC in another spelling"),
    ],
)
def test_the_day_an_instant_falls_on(instant: str, zone: ZoneInfo, day: date):
    assert day_of(at(instant), zone=zone) == day


instants = st.integers(631_152_000_000, 4_102_444_800_000).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
zones = st.sampled_from([PARIS, NEW_YORK, TOKYO, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")])


@given(instants, st.integers(0, 400), zones)
def test_a_term_ends_at_the_same_time_of_day(issued: datetime, days: int, zone: ZoneInfo):
    found = due_at(issued, days=days, zone=zone)
    assert isinstance(found, datetime)
    assume(not is_day(issued))
    here, there = issued.astimezone(zone), found.astimezone(zone)
    wanted = here.replace(tzinfo=None) + timedelta(days=days)
    left_out = wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wanted

    assert left_out or there.replace(tzinfo=None) == wanted


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 400), zones)
def test_a_term_from_a_day_ends_on_a_day(day: date, days: int, zone: ZoneInfo):
    found = due_at(datetime(day.year, day.month, day.day, tzinfo=UTC), days=days, zone=zone)

    assert isinstance(found, datetime)
    assert is_day(found)
    assert day_of(found, zone=zone) == day + timedelta(days=days)


@pytest.mark.parametrize(
    ("moment", "now", "zone", "expected"),
    [
        pytest.param("2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", PARIS, True, id="now is no future"),
        pytest.param("2026-03-01T12:00:00.001Z", "2026-03-01T12:00:00Z", PARIS, False, id="a millisecond later is"),
        pytest.param("2026-03-01T00:00:00Z", "2026-02-28T23:02:00Z", PARIS, True, id="the day has begun in Paris"),
        pytest.param("2026-03-01T00:00:00.001Z", "2026-02-28T23:02:00Z", PARIS, False, id="an instant is the same everywhere"),
        pytest.param("2026-03-01T00:00:00Z", "2026-03-01T03:00:00Z", NEW_YORK, False, id="the day has not begun in New York"),
        pytest.param("2026-03-01T00:00:00Z", "2026-03-01T05:00:00Z", NEW_YORK, True, id="it has now"),
    ],
)
def test_what_has_come(moment: str, now: str, zone: ZoneInfo, expected: bool) -> None:
    assert has_come(at(moment), now=at(now), zone=zone) is expected


@pytest.mark.parametrize(
    ("real", "day", "expected"),
    [
        pytest.param("2026-11-24T23:02:00Z", date(2026, 11, 25), "2026-11-24T23:02:00Z", id="today in Paris"),
        pytest.param("2026-11-24T23:02:00Z", date(2026, 3, 1), "2026-02-28T23:02:00Z", id="the same minute of a pinned day"),
        pytest.param("2026-11-24T12:00:00Z", date(2026, 7, 1), "2026-07-01T11:00:00Z", id="the same hour in summer"),
    ],
)
def test_the_moment_of_a_day(real: str, day: date, expected: str) -> None:
    moment = business_moment(at(real), day=day, zone=PARIS)

    assert moment == at(expected)
    assert day_of(moment, zone=PARIS) == day

"""Instants as the standard library formats them, only faster."""

import time
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from duebook.store.ids import Ids
from duebook.web.instants import created, instant
from duebook.web.today import now

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2999, 12, 31, 23, 59, 59), timezones=st.just(UTC))  # noqa: DTZ001 - zoned by the strategy


@given(MOMENTS)
def test_an_instant_reads_as_iso_8601_to_the_millisecond(moment: datetime) -> None:
    assert instant(moment) == moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@given(MOMENTS)
def test_an_id_tells_the_instant_it_was_made_at(moment: datetime) -> None:
    at = moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
    assert created(Ids(at=at).new()) == instant(at)


def test_another_zone_is_the_same_instant() -> None:
    assert instant(datetime(2026, 2, 1, 1, 15, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-31T23:15:00.000Z"


def test_now_is_the_clock_cut_to_the_millisecond() -> None:
    for _ in range(100):
        before = time.time_ns() // 1_000_000
        milliseconds = (now() - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)
        assert before <= milliseconds <= time.time_ns() // 1_000_000
        assert milliseconds.is_integer()
        time.sleep(0.0003)

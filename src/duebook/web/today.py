"""The clock, read once per request and handed down. Nothing below the doors looks at it."""

import time
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def now() -> datetime:
    """The real instant, UTC, cut to whole milliseconds: what createdAt and updatedAt are."""
    return _moment(time.time_ns() // 1_000_000)


@lru_cache(maxsize=1)
def _moment(milliseconds: int) -> datetime:
    # A busy server reads the clock several times within a millisecond, and what is made of it is the same.
    return _EPOCH + timedelta(milliseconds=milliseconds)


def today(*, timezone: str, at: datetime, pinned: date | None) -> date:
    """The calendar day in `timezone` at the instant `at`, or the pinned day."""
    return pinned or at.astimezone(_zone(timezone)).date()


def beginning(day: date, *, timezone: str) -> datetime:
    """The instant, UTC, at which `day` begins in `timezone`."""
    return datetime.combine(day, datetime.min.time(), _zone(timezone)).astimezone(UTC)

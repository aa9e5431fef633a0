"""The clock, read once per request and handed down. Nothing below the doors looks at it."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def now() -> datetime:
    """The real instant, UTC, cut to whole milliseconds: what createdAt and updatedAt are."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def today(*, timezone: str, at: datetime, pinned: date | None) -> date:
    """The calendar day in `timezone` at the instant `at`, or the pinned day."""
    return pinned or at.astimezone(_zone(timezone)).date()


def beginning(day: date, *, timezone: str) -> datetime:
    """The instant, UTC, at which `day` begins in `timezone`."""
    return datetime.combine(day, datetime.min.time(), _zone(timezone)).astimezone(UTC)

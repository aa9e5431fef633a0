"""Instants as text: UTC with milliseconds and `Z`, put together from parts that are made once.

A page of a list shows two hundred of them; the standard library's own formatting took a third of the time of making its answer.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTES: Final = [f"T{hour:02d}:{minute:02d}:" for hour in range(24) for minute in range(60)]
_SECONDS: Final = [f"{second:02d}." for second in range(60)]
_MILLISECONDS: Final = [f"{millisecond:03d}Z" for millisecond in range(1_000)]


def instant(moment: datetime) -> str:
    """An instant, such as 2026-02-01T08:15:42.318Z; what is finer than a millisecond is cut."""
    since = moment - _EPOCH
    minute, second = divmod(since.seconds, 60)
    return _day(since.days) + _MINUTES[minute] + _SECONDS[second] + _MILLISECONDS[since.microseconds // 1_000]


def created(id: UUID) -> str:
    """The instant that an id of ours carries in its first 48 bits."""
    days, rest = divmod(int.from_bytes(id.bytes[:6], "big"), 86_400_000)
    minute, rest = divmod(rest, 60_000)
    second, millisecond = divmod(rest, 1_000)
    return _day(days) + _MINUTES[minute] + _SECONDS[second] + _MILLISECONDS[millisecond]


@lru_cache(maxsize=8_192)
def _day(number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()

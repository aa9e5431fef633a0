"""Days and instants of a document: the day an instant falls on, and the instant a payment term ends.

The time zone is an argument, and its rules come with it. What this module does not do: choose the term (the customer's own, else the
entity's) or read a clock.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from duebook.core.refusal import Path, Refusal, too_large

LAST_YEAR: Final = 2999
"""The last year of an instant in the books."""


def is_day(at: datetime) -> bool:
    """Whether an aware instant is exactly midnight UTC, which stands for that calendar day in every zone."""
    moment = at if at.tzinfo is UTC else at.astimezone(UTC)
    return not (moment.hour or moment.minute or moment.second or moment.microsecond)


def day_of(at: datetime, *, zone: tzinfo) -> date:
    """The calendar day of an aware instant: of exact midnight UTC that day in every zone, of any other its day in `zone`."""
    return at.astimezone(UTC if is_day(at) else zone).date()


def has_come(at: datetime, *, now: datetime, zone: tzinfo) -> bool:
    """Whether the aware instant `at` is not in the future: exact midnight UTC has come once its day has begun in `zone`."""
    if is_day(at):
        return day_of(at, zone=zone) <= now.astimezone(zone).date()
    return at <= now


def due_at(issued_at: datetime, *, days: int, zone: tzinfo, path: Path = ("due_at",)) -> datetime | Refusal:
    """The instant, UTC, `days` (0 or more) calendar days after the aware `issued_at`: the same time of day in `zone`, the tenant's.

    Exact midnight UTC stays midnight UTC. A time of day that a change to summer time leaves out falls as long after midnight as it would
    have without the change; one that comes twice falls on the first. Refused: a term that ends after the year 2999.
    """
    start = issued_at.astimezone(UTC)
    if days == 0:
        return start
    try:
        local = start.astimezone(UTC if is_day(start) else zone)
        end = (local.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=local.tzinfo).astimezone(UTC)
    except OverflowError:
        end = None
    if end is None or end.year > LAST_YEAR:
        return too_large(path=path, message=f"a payment term of {days} days from {issued_at.date()} ends after the year {LAST_YEAR}")
    return end


def business_moment(at: datetime, *, day: date, zone: tzinfo) -> datetime:
    """The instant that a fact of `day` carries when none is given: `at`, or where another day is pinned, its time of day on that day."""
    local = at.astimezone(zone)
    return at if local.date() == day else datetime.combine(day, local.timetz()).astimezone(UTC)

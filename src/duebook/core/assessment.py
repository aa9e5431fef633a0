"""What an invoice is on a day, and on which day to look again.

`assess` is the one place that reads time off the books. Between the day and `review_on` nothing changes by itself.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple, Protocol

from duebook.core.status import OPEN, status_on

_ONE_DAY: Final = timedelta(days=1)


class Stored(Protocol):
    """The stored columns that an assessment reads."""

    @property
    def standing(self) -> str: ...
    @property
    def uncovered_on(self) -> date | None: ...
    @property
    def promised_on(self) -> date | None: ...
    @property
    def review_on(self) -> date | None: ...


class Assessment(NamedTuple):
    """The status on the day asked for, and the next day on which time alone changes it (None: never)."""

    status: str
    review_on: date | None


def assess(invoice: Stored, day: date) -> Assessment:
    """The status of `invoice` on `day` and its next review.

    A standing other than open is never changed by time. An open one changes the day after an open promise's date, and the day after the
    first due date that money does not cover.
    """
    return Assessment(
        status_on(standing=invoice.standing, uncovered_on=invoice.uncovered_on, promised_on=invoice.promised_on, day=day),
        review_on(standing=invoice.standing, uncovered_on=invoice.uncovered_on, promised_on=invoice.promised_on, day=day),
    )


def review_on(*, standing: str, uncovered_on: date | None, promised_on: date | None, day: date) -> date | None:
    """The first day after `day` on which the status differs from that of `day`, or None."""
    if standing != OPEN:
        return None
    if promised_on is not None and promised_on >= day:
        return _day_after(promised_on)
    if uncovered_on is not None and uncovered_on >= day:
        return _day_after(uncovered_on)
    return None


def _day_after(day: date) -> date | None:
    """The calendar ends on 9999-12-31, which users do write for "never": nothing changes after it."""
    return None if day == date.max else day + _ONE_DAY


def told_status(invoice: Stored, day: date) -> str:
    """The status the last event told of, as far as time goes: that before a review that is due by `day` and has not been held yet."""
    if invoice.review_on is not None and invoice.review_on <= day:
        day = invoice.review_on - _ONE_DAY
    return status_on(standing=invoice.standing, uncovered_on=invoice.uncovered_on, promised_on=invoice.promised_on, day=day)

"""The notation of the stories: a Markdown page whose indented lines are steps, read into steps and nothing more.

    2026-01-05  invoice FA-1 of Dupont, 1200.00 EUR, due 2026-02-04
    2026-02-05  expect FA-1 overdue, remaining 1200.00
                refused 409 over_allocation: link 1300.00 of AV-1 to FA-1

A step is a day, a verb and its words; a step without a day happens on the day of the one before. All else on the page is prose. The verbs
are in `telling`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from duebook.core.money import EXPONENTS

_STEP = re.compile(r" {4,}(?:(?P<day>\d{4}-\d{2}-\d{2}) +)?(?P<words>\S.*)")


class Unreadable(Exception):
    """A line of a story that says nothing the notation knows; the message names the place."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: where it stands (`page:line`), its day and its words, verb first."""

    place: str
    day: date
    words: str


def steps(page: Path) -> list[Step]:
    """The steps of a story, in order. Raises Unreadable."""
    return list(_steps(page.read_text(encoding="utf-8"), name=page.name))


def _steps(text: str, *, name: str) -> Iterator[Step]:
    day: date | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        match = _STEP.fullmatch(line.rstrip())
        if match is None:
            continue
        place = f"{name}:{number}"
        if match["day"]:
            given = date.fromisoformat(match["day"])
            if day is not None and given < day:
                raise Unreadable(f"{place}: {given} comes after {day}: a story goes forward")
            day = given
        if day is None:
            raise Unreadable(f"{place}: the first step of a story has its day")
        yield Step(place=place, day=day, words=" ".join(match["words"].split()))


def minor(amount: str, *, currency: str) -> int:
    """`1200.00` as minor units of the currency. Raises Unreadable for more decimals than it has."""
    units = Decimal(amount).scaleb(EXPONENTS[currency])
    if units != int(units):
        raise Unreadable(f"{amount} has more decimals than {currency}")
    return int(units)

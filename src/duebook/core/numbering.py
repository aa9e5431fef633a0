"""Numbers of documents: what a pattern makes of a counter and an issue day, and the numbers of a whole batch in one move of the counter.

A pattern is literal text with `{number}` (at least once), `{YYYY}`, `{MM}` and `{DD}` in it. Zeros before `{number}` are text like any
other: `00{number}` makes 001 and later 0010. The sequence does not begin again with a year. What this module does not do: keep the counter;
it is moved in the transaction that makes the documents final, so that a rollback gives the numbers back.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from duebook.core.refusal import Path, Refusal, required

NUMBER: Final = "{number}"
_PLACES: Final = re.compile(r"(\{[^{}]*\})")
_KNOWN: Final = frozenset({NUMBER, "{YYYY}", "{MM}", "{DD}"})


class Taken(NamedTuple):
    """Numbers in the order in which they were asked for, and the counter after them."""

    numbers: list[str]
    next_number: int


def pattern_refusals(pattern: str, *, path: Path = ("pattern",)) -> list[Refusal]:
    """What speaks against `pattern`: no `{number}` in it, a place it may not hold, a brace that belongs to none."""
    refusals: list[Refusal] = []
    pieces = _PLACES.split(pattern)
    if NUMBER not in pieces:
        refusals.append(required(path=path, message=f"a pattern holds {NUMBER}, where the number goes, as in INV-{NUMBER}"))
    for place in dict.fromkeys(pieces[1::2]):
        if place not in _KNOWN:
            message = f"{place} has no meaning in a pattern: it may hold {NUMBER}, {{YYYY}}, {{MM}} and {{DD}}"
            refusals.append(Refusal("invalid", "pattern", message, path))
    if any("{" in text or "}" in text for text in pieces[::2]):
        refusals.append(Refusal("invalid", "pattern", "a brace in a pattern opens or closes a place such as {number}", path))
    return refusals


def numbered(pattern: str, *, number: int, day: date) -> str:
    """The number of a document issued on `day` (in the entity's time zone) when the counter stands at `number`."""
    values = {NUMBER: str(number), "{YYYY}": f"{day.year:04}", "{MM}": f"{day.month:02}", "{DD}": f"{day.day:02}"}
    return "".join(values.get(piece, piece) for piece in _pieces(pattern))


def taken(pattern: str, *, next_number: int, days: Sequence[date]) -> Taken:
    """The numbers of documents issued on `days`, in that order, from a counter that stands at `next_number`: no gap, no double."""
    numbers = [numbered(pattern, number=number, day=day) for number, day in enumerate(days, start=next_number)]
    return Taken(numbers, next_number + len(days))


@lru_cache(maxsize=1024)
def _pieces(pattern: str) -> tuple[str, ...]:
    return tuple(_PLACES.split(pattern))

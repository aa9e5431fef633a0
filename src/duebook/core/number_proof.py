"""The proof of a series of numbers: all that one seller took for one kind of document, without a gap, without a double, up to its counter.

Numbers are texts that a pattern made, and a pattern may change: which counter a text came from is read through every pattern that the
seller has had. Where two of them could have made one text from different counters, neither gaps nor the end of the series can be proved;
where a series began never can. What this module does not do: look anything up.
"""

import re
from collections.abc import Iterable
from typing import Final

from duebook.core.numbering import NUMBER
from duebook.core.proof import Fault

_PIECES: Final = re.compile(r"(\{number\}|\{YYYY\}|\{MM\}|\{DD\})")
_DIGITS: Final = {"{YYYY}": "[0-9]{4}", "{MM}": "[0-9]{2}", "{DD}": "[0-9]{2}"}
_PAGE: Final = 8_192
"""Counters of one bitmap."""


class Series:
    """Numbers of one seller and kind, in any order. Memory: a bit each, and little more."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._forms = [_form(pattern) for pattern in dict.fromkeys(patterns)]
        self._pages: dict[int, bytearray] = {}
        self._faults: list[Fault] = []
        self._is_clear = True
        self._number = 0
        self._highest = -1

    def take(self, text: str) -> None:
        """A number that a document has."""
        self._number += 1
        found = {int(match["number"]) for form in self._forms if (match := form.fullmatch(text))}
        if not found:
            self._faults.append(Fault("number", f"number {text!r} is none that a pattern of its seller makes"))
        elif len(found) > 1:
            self._is_clear = False
        elif self._is_taken(counter := found.pop()):
            self._faults.append(Fault("number", f"number {text!r}: counter {counter} was taken twice"))
        else:
            self._highest = max(self._highest, counter)

    def faults(self, *, next_number: int, has_numbers: bool) -> list[Fault]:
        """What is wrong with the series as a whole, where its counter stands at `next_number`."""
        faults = list(self._faults)
        if has_numbers != (self._number > 0):
            told = "numbers were taken" if has_numbers else "no number was taken"
            faults.append(Fault("number", f"its seller says that {told}, but there are {self._number}"))
        if self._is_clear and self._highest >= 0:
            if missing := self._missing():
                shown = ", ".join(map(str, missing[:5]))
                faults.append(Fault("number", f"counters that no document has: {len(missing)} (the first of them: {shown})"))
            if next_number != self._highest + 1:
                faults.append(Fault("number", f"the next number is {next_number}, but the last one taken is {self._highest}"))
        return faults

    def _is_taken(self, counter: int) -> bool:
        """Take a counter; whether it was taken already."""
        page, place = divmod(counter, _PAGE)
        bits = self._pages.setdefault(page, bytearray(_PAGE // 8))
        byte, bit = place >> 3, 1 << (place & 7)
        was_taken = bool(bits[byte] & bit)
        bits[byte] |= bit
        return was_taken

    def _missing(self) -> list[int]:
        """Counters between the lowest and the highest that are not taken, some hundred thousand at most."""
        first, last = min(self._pages), max(self._pages)
        begun, missing = False, list[int]()
        for page in range(first, min(last, first + 100_000) + 1):
            bits = self._pages.get(page)
            if bits is not None and begun and page < last and bits.count(0xFF) == len(bits):
                continue
            for place in range(_PAGE):
                counter = page * _PAGE + place
                if bits is not None and bits[place >> 3] & (1 << (place & 7)):
                    begun = True
                elif begun and counter < self._highest:
                    missing.append(counter)
            if len(missing) > 100_000:
                break
        return missing


def _form(pattern: str) -> re.Pattern[str]:
    """What matches the numbers that a pattern makes. A counter is written without zeros before it."""
    parts: list[str] = []
    for piece in _PIECES.split(pattern):
        if piece == NUMBER:
            parts.append("(?P=number)" if NUMBER in parts else NUMBER)
        else:
            parts.append(_DIGITS.get(piece, re.escape(piece)))
    return re.compile("".join(["(?P<number>0|[1-9][0-9]{0,18})" if part == NUMBER else part for part in parts]))

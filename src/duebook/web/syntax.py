"""The slow, exact reading of a refused body: bytes to plain values, with the place of everything JSON lets pass and
the house does not.

It finds bad UTF-8, what is no JSON, nesting too deep, keys said twice, NUL and lone surrogates, NaN and numbers
without bounds, and it makes whole numbers whole however they are written (24000.0, 2.4e4). It knows nothing of
structs; the quick path in `body.py` never comes here.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from math import isinf
from typing import Any, NamedTuple

from duebook.web.faults import Fault, Findings, Path, name_of, shortened
from duebook.web.plain import is_list, is_object

DEEPEST = 32

_LARGEST_WHOLE = 2**53 - 1
_MOST_DECIMALS = 400
_ESCAPED_ODDITY = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_ODDITY = re.compile("[\x00\ud800-\udfff]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TOO_DEEP = f"is nested deeper than {DEEPEST} levels; flatten it"


class _Odd(NamedTuple):
    """Stands in the tree for a number that no Python value can hold exactly, until the walk has given it a place."""

    code: str
    message: str


class _Doubled(dict[str, Any]):
    """An object with keys that were said more than once."""

    twice: frozenset[str]


class Reading(NamedTuple):
    """`tree` holds plain values; `legible` is false when there is no tree because the bytes are no JSON."""

    tree: Any
    findings: Findings
    legible: bool


def read_slowly(raw: bytes, *, exact: bool = False) -> Reading:
    """Read the whole body and find every fault that lies in the JSON itself. `exact`: numbers with a fraction are Decimals
    and no floats.
    """
    findings = Findings()
    unreadable = _unreadable(raw, decoder=_EXACT_DECODER if exact else _DECODER)
    if isinstance(unreadable, Fault):
        findings.add(unreadable)
        return Reading(None, findings, legible=False)
    walk = _Walk(findings, odd_strings=_ESCAPED_ODDITY.search(raw) is not None)
    return Reading(walk.cleaned(unreadable.value, ()), findings, legible=True)


def too_deep(tree: Any) -> bool:
    """Whether lists and objects of an already parsed body lie in each other deeper than `DEEPEST`."""
    level = [tree] if (is_object(tree) or is_list(tree)) else []
    for _ in range(DEEPEST):
        inner = [part for outer in level for part in (outer.values() if is_object(outer) else outer)]
        level = [part for part in inner if (is_object(part) or is_list(part))]
        if not level:
            return False
    return True


class _Parsed(NamedTuple):
    value: Any


def is_keepable(exact: Decimal) -> bool:
    """Whether a number is small enough for a float and has at most 400 decimals: beyond that, reckoning with it could
    take for ever.
    """
    decimals = exact.as_tuple().exponent
    return isinstance(decimals, int) and decimals >= -_MOST_DECIMALS and not isinf(float(exact))


def _unreadable(raw: bytes, *, decoder: json.JSONDecoder) -> Fault | _Parsed:
    if not raw.strip(b" \t\r\n"):
        return Fault((), "syntax", "the body is empty; send a JSON object")
    if raw.startswith(_BYTE_ORDER_MARK):
        return Fault((), "syntax", "the body begins with a byte order mark; send UTF-8 without one")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return Fault((), "syntax", f"the body is not UTF-8: byte {error.start} cannot be read; send it as UTF-8")
    try:
        return _Parsed(decoder.decode(text))
    except RecursionError:
        return Fault((), "syntax", f"the body {_TOO_DEEP}")
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        return Fault((), "syntax", f"the body is not JSON: {error.msg} at {place}")


def _whole(text: str) -> int | _Odd:
    return _beyond(text) if isinf(float(text)) else int(text)


def _number(text: str) -> int | float | _Odd:
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return _beyond(text)
    value = float(exact)
    if isinf(value):
        return _beyond(text)
    if value.is_integer() and abs(exact) < _LARGEST_WHOLE + 1:
        return int(exact) if exact == int(exact) else _too_fine(text)
    # Beyond 2^53 a float has no fraction left: it is too large for an amount and stays what it is for any other number.
    return value


def _exact_number(text: str) -> int | Decimal | _Odd:
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return _beyond(text)
    if not is_keepable(exact):
        decimals = f"must be a number of at most {_MOST_DECIMALS} decimals, not {shortened(text)}"
        return _beyond(text) if isinf(float(exact)) else _Odd("type", decimals)
    return int(exact) if exact == exact.to_integral_value() else exact


def _too_fine(text: str) -> _Odd:
    """A fraction that a float loses must not make a number look whole."""
    return _Odd("type", f"must be a number of at most 15 digits, not {shortened(text)}")


def _beyond(text: str) -> _Odd:
    if text.lower().partition("e")[2].startswith("-"):
        return _too_fine(text)
    code = "too_small" if text.startswith("-") else "too_large"
    return _Odd(code, f"is beyond every number that is kept here, {shortened(text)}; at most {_LARGEST_WHOLE} is allowed")


def _no_number(text: str) -> _Odd:
    return _Odd("syntax", f"must be a JSON value; {text} is none")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    doubled = _Doubled(plain)
    seen: set[str] = set()
    doubled.twice = frozenset(name for name, _ in pairs if name in seen or seen.add(name))
    return doubled


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_int=_whole, parse_constant=_no_number)
_EXACT_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_exact_number, parse_int=_whole, parse_constant=_no_number)


class _Walk:
    """One walk over the tree: adds the faults it finds and puts harmless values in their places."""

    def __init__(self, findings: Findings, *, odd_strings: bool) -> None:
        self._findings = findings
        self._odd_strings = odd_strings

    def cleaned(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return self._string(value, path)
        if isinstance(value, _Odd):
            self._findings.add(Fault(path, value.code, f"{name_of(path)} {value.message}"))
            return None
        rows = value if is_list(value) else None
        fields = value if is_object(value) else None
        if rows is None and fields is None:
            return value
        if len(path) >= DEEPEST:
            self._findings.add(Fault(path, "syntax", f"{name_of(path)} {_TOO_DEEP}"))
            return None
        return self._rows(rows, path) if rows is not None else self._fields(fields or {}, path)

    def _string(self, value: str, path: Path) -> str:
        if not self._odd_strings or not _ODDITY.search(value):
            return value
        self._findings.add(Fault(path, "format", f"{name_of(path)} {_oddity(value)}"))
        return ""

    def _rows(self, rows: list[Any], path: Path) -> list[Any]:
        return [row if type(row) in _PLAIN else self.cleaned(row, (*path, place)) for place, row in enumerate(rows)]

    def _fields(self, fields: dict[str, Any], path: Path) -> dict[str, Any]:
        clean: dict[str, Any] = {}
        for name, value in fields.items():
            place = (*path, name)
            if self._odd_strings and _ODDITY.search(name):
                self._findings.add(Fault(place, "format", f"the name {name_of(place)} {_oddity(name)}"))
                continue
            if isinstance(fields, _Doubled) and name in fields.twice:
                self._findings.add(Fault(place, "duplicate", f"{name_of(place)} stands more than once in one object; say it once"))
            clean[name] = value if type(value) in _PLAIN else self.cleaned(value, place)
        return clean


_PLAIN = frozenset((int, float, Decimal, bool, type(None)))


def _oddity(text: str) -> str:
    if "\x00" in text:
        return "holds a NUL character; leave it out"
    return "holds half of a surrogate pair; send the whole character"

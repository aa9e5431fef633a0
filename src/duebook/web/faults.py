"""The faults of a request body, in neutral words.

A fault names its place, a stable code and the mend; each door gives it its own shape. This module holds the values
and the bound on how many are told; it does not find faults and knows no dialect.
"""

import json
import re
from collections.abc import Iterable, Set
from decimal import Decimal
from typing import NamedTuple

from duebook.web.plain import is_list, is_object

Path = tuple[str | int, ...]

# More helps nobody to mend a request, and an answer must not grow beyond what was sent.
MOST_FAULTS = 1_000

_LONGEST_SHOWN = 60
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Facts(NamedTuple):
    """What a fault is about, for a dialect that words it itself. `rule` is the demand that was not met, named as in JSON
    schema (`type`, `required`, `maxLength`, `enum`, …) or `check` for one that a schema cannot say; `received` is the
    JSON type of the value, `undefined` where there is none.
    """

    rule: str
    received: str
    # JSON types, or the one format of a text.
    expected: tuple[str, ...] = ()
    limit: int | float | Decimal | None = None
    options: tuple[str, ...] = ()
    # The same in words: "a whole number of minor units", and what stands there instead.
    noun: str = ""
    shown: str = ""


class Fault(NamedTuple):
    """One reason why a body is refused. The path `()` is the whole body; `item` is the position of the batch item in
    which it lies, None outside items. `facts` are there where the message could be worded otherwise.
    """

    path: Path
    code: str
    message: str
    item: int | None = None
    facts: Facts | None = None


class FormRefused(Exception):
    """The body is not the form that was asked for: every fault, at most `MOST_FAULTS`; `truncated` says that there
    were more.
    """

    def __init__(self, faults: list[Fault], *, truncated: bool = False) -> None:
        super().__init__("; ".join(fault.message for fault in faults[:3]))
        self.faults = faults
        self.truncated = truncated


class Findings:
    """Faults as they are found: keeps the first `MOST_FAULTS`, one for each path and code, and remembers every place
    touched.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.truncated = False
        self._seen: set[tuple[Path, str]] = set()
        self._places: set[Path] = set()
        self._touched: set[Path] = set()

    def add(self, fault: Fault) -> None:
        """Keep one fault; beyond the bound only its place is remembered."""
        self._places.add(fault.path)
        self._touched.add(fault.path[:2])
        if (fault.path, fault.code) in self._seen:
            return
        if self.full:
            self.truncated = True
            return
        self._seen.add((fault.path, fault.code))
        self.faults.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Keep several faults, in their order."""
        for fault in faults:
            self.add(fault)

    @property
    def full(self) -> bool:
        return len(self.faults) >= MOST_FAULTS

    @property
    def places(self) -> Set[Path]:
        """The paths at which a fault lies, those beyond the bound included."""
        return self._places

    def within(self, prefix: Path) -> bool:
        """Whether a fault lies at or below this path, which is `()` or that of a batch item, as in `("invoices",
        3)`.
        """
        return bool(self._places) if not prefix else prefix in self._touched


def speakable(text: str) -> str:
    """The text with control characters and lone surrogates spelt out, so that it can be written as UTF-8."""
    return _UNSPEAKABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def shortened(text: str, *, longest: int = _LONGEST_SHOWN) -> str:
    """The text, cut with an ellipsis: what a client sent comes back only in part."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def shown(value: object) -> str:
    """A value of the body as a message shows it: JSON, short; a list or an object only by its kind."""
    if isinstance(value, str):
        return '"' + speakable(shortened(value)) + '"'
    if is_object(value):
        return "an object"
    if is_list(value):
        return "a list"
    return shortened(str(value) if isinstance(value, Decimal) else json.dumps(value))


def json_type(value: object) -> str:
    """The type of a parsed value as JSON schema names it; a number with a fraction is a `number`, a whole one too."""
    if is_object(value):
        return "object"
    if is_list(value):
        return "array"
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    return "string" if isinstance(value, str) else "number"


def name_of(path: Path) -> str:
    """How a message names a place: `amount`, `dueDates[2]`, `the body`."""
    if not path:
        return "the body"
    last = path[-1]
    if isinstance(last, str):
        return speakable(shortened(last))
    return f"{name_of(path[:-1])}[{last}]" if len(path) > 1 else f"[{last}]"

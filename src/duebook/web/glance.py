"""A glance at a body that msgspec has accepted: mostly it proves what otherwise a second parse has to find out.

That no key is said twice: every key is followed by a colon, so a body with no more colons than its structs have given fields says each
once. (Where a text holds a colon, nothing is proved.) That UUIDs have their dashes: they alone are read again, as texts of that length.
That days are of the years that may be: the structs hold them.

What is not proved need not be wrong: the second parse decides. What this module does not do: find faults, or judge forms whose values have
other checks.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta

from duebook.web.shapes import Shape
from duebook.web.soundness import EARLIEST_DAY, LATEST_DAY, UUID_LENGTH, is_dashed, is_in_years

_EARLIEST: Final = date.fromisoformat(EARLIEST_DAY)
_LATEST: Final = date.fromisoformat(LATEST_DAY)
_Dashed: Final = Annotated[str, Meta(min_length=UUID_LENGTH, max_length=UUID_LENGTH)]

Column = Callable[[Any], Any]
"""Gives the value of one field of a row."""


class Glance:
    """What can be proved of the bodies of one request struct. `glance_of` makes it."""

    def __init__(self, shape: Shape, struct: type[msgspec.Struct]) -> None:
        self._rows = _Rows(shape, struct)
        self._dashed = msgspec.json.Decoder(self._rows.dashed).decode

    def proves(self, raw: bytes, document: msgspec.Struct) -> bool:
        """Whether `document`, decoded from `raw`, is proved to need no second look."""
        found = list(self._rows.beneath([document]))
        if raw.count(b":") != sum(rows.given(values) for rows, values in found):
            return False
        if not all(rows.in_years(values) for rows, values in found):
            return False
        try:
            self._dashed(raw)
        except msgspec.ValidationError:
            return False
        return True


def glance_of(shape: Shape) -> Glance | None:
    """The glance at bodies of a shape; None where its values have checks that only the second parse can make."""
    return Glance(shape, shape.struct) if shape.struct is not None and all(map(_is_provable, shape.everything)) else None


def _is_provable(shape: Shape) -> bool:
    if shape.struct is not None:
        # A field left out must show: with any default of its own it would count as given. And what holds itself has no end here.
        fields = msgspec.structs.fields(shape.struct)
        ends = not any(shape in inner.everything for inner in (shape.fields or {}).values())
        return ends and not shape.open and all(field.required or field.default is UNSET for field in fields)
    if shape.element is not None:
        return shape.unique is None and (shape.element.struct is not None or not shape.element.watched)
    return not shape.open and shape.check in (None, is_dashed, is_in_years)


class _Rows:
    """Rows of one struct, looked at column by column."""

    def __init__(self, shape: Shape, struct: type[msgspec.Struct]) -> None:
        fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
        columns: dict[str, Column] = {name: attrgetter(field.name) for name, field in fields.items()}
        self._required = sum(field.required for field in fields.values())
        self._optional = [columns[name] for name, field in fields.items() if not field.required]
        self._days = [columns[name] for name in shape.days]
        self._structs: list[tuple[Column, _Rows]] = []
        self._lists: list[tuple[Column, _Rows]] = []
        dashed: dict[str, Any] = dict.fromkeys(shape.uuids, _Dashed)
        for name, inner in (shape.fields or {}).items():
            part = inner.element or inner
            if part.struct is not None:
                rows = _Rows(part, part.struct)
                (self._structs if part is inner else self._lists).append((columns[name], rows))
                dashed[name] = rows.dashed if part is inner else list[rows.dashed]
        self.dashed = msgspec.defstruct(f"Dashed{struct.__name__}", [(name, kind | None, None) for name, kind in dashed.items()], gc=False)

    def beneath(self, values: Sequence[Any]) -> "Iterator[tuple[_Rows, Sequence[Any]]]":
        """These rows and all that lie in them, by struct."""
        yield self, values
        for column, rows in self._structs:
            yield from rows.beneath([value for value in map(column, values) if value])
        for column, rows in self._lists:
            yield from rows.beneath([row for value in map(column, values) if value for row in value])

    def given(self, values: Sequence[Any]) -> int:
        """How many fields the rows have that were given."""
        absent = sum(list(map(column, values)).count(UNSET) for column in self._optional)
        return (self._required + len(self._optional)) * len(values) - absent

    def in_years(self, values: Sequence[Any]) -> bool:
        """Whether all their days are of the years that may be."""
        days = [day for column in self._days for day in map(column, values) if day]
        return not days or (min(days) >= _EARLIEST and max(days) <= _LATEST)

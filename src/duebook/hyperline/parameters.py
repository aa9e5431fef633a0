"""The door's query parameters: how single values are read, and the operators of filters, which become conditions of the store.

An unknown parameter is ignored, an empty one is absent, and several values come joined by commas or repeated. Pages are in `pages.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast
from uuid import UUID

from duebook.hyperline import ids
from duebook.hyperline.ids import Kind
from duebook.store.conditions import Condition
from duebook.web.faults import Facts
from duebook.web.operations import BadParameter, Parameter
from duebook.web.soundness import is_instant

_TEXT: Final = {"type": "string", "pattern": "^[^\\u0000]*$"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_FLAGS: Final = ("true", "false")
_SUFFIXES: Final = {"not": "not", "equals": "equals", "contains": "contains", "startsWith": "starts", "endWith": "ends", "endsWith": "ends"}
_DATE_SUFFIXES: Final = {name: name for name in ("not", "equals", "lt", "lte", "gt", "gte")} | {"isNull": "null", "isNotNull": "not_null"}


# Single values


def text(value: str) -> str:
    """Any text that can be kept."""
    if "\0" in value:
        raise BadParameter("holds a NUL", facts=Facts("anyOf", "string"))
    return value


def instant(value: str) -> datetime:
    """A full date-time with its offset or Z, in UTC."""
    # In a query a + that was not percent-encoded arrives as a space: only the sign of an offset can stand there.
    written = value[:-6] + "+" + value[-5:] if len(value) > 6 and value[-6] == " " else value
    if not is_instant(written):
        raise BadParameter("must be a date-time such as 2026-02-01T08:00:00Z", facts=Facts("format", "string", ("date-time",)))
    return datetime.fromisoformat(written).astimezone(UTC)


def flag(value: str) -> bool:
    """`true` or `false`."""
    return one_of(_FLAGS)(value) == "true"


def one_of(options: Sequence[str]) -> Callable[[str], str]:
    """Reads one of these."""

    def read(value: str) -> str:
        if value not in options:
            raise BadParameter(f"must be one of {', '.join(options)}", facts=Facts("enum", "string", options=tuple(options)))
        return value

    return read


def several_of(options: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    """Reads one or more of these, joined by commas; each counts once."""
    one = one_of(options)
    return lambda value: tuple(dict.fromkeys(one(part.strip()) for part in value.split(",") if part.strip()))


def whole(*, least: int, most: int, above: int | None = None) -> Callable[[str], int]:
    """Reads a whole number within these bounds, however it is written; `above` words the lower bound as one that is excluded."""

    def read(value: str) -> int:
        number = _number(value)
        if number is None or not number.is_finite():
            raise BadParameter("must be a number", facts=Facts("type", "NaN", ("number",)))
        if number < least:
            low = Facts("minimum", "number", limit=least) if above is None else Facts("exclusiveMinimum", "number", limit=above)
            raise BadParameter(f"must be at least {least}", facts=low)
        if number > most:
            raise BadParameter(f"must be at most {most}", facts=Facts("maximum", "number", limit=most))
        if number != int(number):
            raise BadParameter("must be a whole number", facts=Facts("type", "number", ("integer",), noun="a whole number", shown=value))
        return int(number)

    return read


def _number(value: str) -> Decimal | None:
    try:
        # Digits of other scripts and underscores are numbers to Python, not to a client of this door.
        return Decimal(value) if value.isascii() and "_" not in value else None
    except InvalidOperation:
        return None


# Filters


def text_filters(name: str, *, field: str | None = None) -> tuple[Parameter, ...]:
    """The operators of a string; `field` is what the list calls it, if not by this name."""
    asked = field or name
    made = [_filter(name, _TEXT, lambda value: Condition(asked, "equals", (text(value),)))]
    for suffix, operator in _SUFFIXES.items():
        made.append(_filter(f"{name}__{suffix}", _TEXT, _one(asked, operator, text)))
    return (*made, *_null_filters(name, asked))


def id_filters(name: str, *, kind: Kind, field: str | None = None) -> tuple[Parameter, ...]:
    """The operators of a string that is an id. What is not written like one names nothing; only its beginning can be looked for."""
    asked = field or name
    made = [_filter(name, _TEXT, lambda value: Condition(asked, "equals", (named(text(value), kind=kind),)))]
    for suffix, operator in _SUFFIXES.items():
        made.append(_filter(f"{name}__{suffix}", _TEXT, _part_of_id(asked, operator, kind)))
    return (*made, *_null_filters(name, asked))


def date_filters(name: str, *, field: str | None = None) -> tuple[Parameter, ...]:
    """The operators of an instant. All of them take a date-time, those for null as well, where it says nothing."""
    asked = field or name
    made = [_filter(name, _INSTANT, lambda value: Condition(asked, "equals", (instant(value),)))]
    return (*made, *(_filter(f"{name}__{suffix}", _INSTANT, _one(asked, operator, instant)) for suffix, operator in _DATE_SUFFIXES.items()))


def choice_filters(name: str, options: Sequence[str], *, field: str | None = None) -> tuple[Parameter, ...]:
    """The operators of an enum: one or more values, with `__in` and without; the operator is always `in`."""
    asked = field or name
    read = several_of(options)
    schema = {"type": "array", "items": {"type": "string", "enum": list(options)}}
    return tuple(
        Parameter(
            name=one,
            schema=schema,
            read=lambda value: Condition(asked, "in", read(value)),
            description="one or several, joined by commas",
            joined=True,
            repeated=True,
            optional_value=True,
        )
        for one in (name, f"{name}__in")
    )


def plain_filter(name: str, *, field: str | None = None, operator: str = "equals") -> Parameter:
    """A string without operators."""
    return _filter(name, _TEXT, _one(field or name, operator, text))


def text_parameter(name: str, *, description: str = "") -> Parameter:
    """A text that is no condition by itself."""
    return Parameter(name=name, schema=_TEXT, read=text, description=description, optional_value=True)


CUSTOM_PROPERTIES: Final = Parameter(
    name="custom_properties",
    schema={"type": "object", "additionalProperties": _TEXT},
    read=text,
    description="`custom_properties[slug]=value`, one for each property",
    optional_value=True,
    family=True,
)


def conditions(query: Mapping[str, Any]) -> list[Condition]:
    """All that the read parameters narrow a list to."""
    found = [value for value in query.values() if isinstance(value, Condition)]
    family = cast("Mapping[str, str]", query.get("custom_properties", {}))
    return [*found, *(Condition("custom_properties", "holds", (slug, value)) for slug, value in family.items() if "\0" not in slug)]


def named(value: str, *, kind: Kind) -> UUID:
    """The id behind a text, or one that names nothing."""
    return ids.read(value, kind=kind) or NOTHING


NOTHING: Final = UUID(int=0)
"""An id that is never given away."""


def _filter(name: str, schema: Mapping[str, Any], read: Callable[[str], Any]) -> Parameter:
    return Parameter(name=name, schema=schema, read=read, optional_value=True)


def _one(field: str, operator: str, read: Callable[[str], Any]) -> Callable[[str], Condition]:
    def condition(value: str) -> Condition:
        told = read(value)
        return Condition(field, operator, () if operator in ("null", "not_null") else (told,))

    return condition


def _null_filters(name: str, field: str) -> Iterable[Parameter]:
    schema = {"type": "string", "enum": list(_FLAGS)}
    yield _filter(f"{name}__isNull", schema, lambda value: Condition(field, "null" if flag(value) else "not_null"))
    yield _filter(f"{name}__isNotNull", schema, lambda value: Condition(field, "not_null" if flag(value) else "null"))


def _part_of_id(field: str, operator: str, kind: Kind) -> Callable[[str], Condition]:
    prefix = ids.PREFIXES[kind] + "_"
    length = len(prefix) + ids.LENGTH

    def read(value: str) -> Condition:
        whole = ids.read(text(value), kind=kind)
        if operator in ("equals", "not") or whole is not None:
            return Condition(field, "not" if operator == "not" else "equals", (whole or NOTHING,))
        # A prefix stands at the beginning and nowhere else, so what holds it can only begin with it.
        begins = operator == "starts" or (operator == "contains" and value.startswith(prefix))
        if not begins and not (operator == "contains" and value in prefix):
            message = f"of {prefix}… only a whole id or its beginning can be looked for"
            raise BadParameter(message, facts=Facts("pattern", "string", noun=f"a whole id or its beginning, {prefix}…"))
        if prefix.startswith(value) or not begins:
            return Condition(field, "not_null")
        low, high = (ids.read(value.ljust(length, character), kind=kind) for character in (ids.ALPHABET[0], ids.ALPHABET[-1]))
        # Texts above that of the largest number are no ids.
        return Condition(field, "between", (low, high or _LAST)) if low and len(value) < length else Condition(field, "equals", (NOTHING,))

    return read


_LAST: Final = UUID(int=(1 << 128) - 1)

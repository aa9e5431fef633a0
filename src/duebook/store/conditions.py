"""Conditions of lists: what a door was asked to narrow a list to, in neutral words, and how a list's statement says it.

A list block names what may be asked of it, each line with the kind of value and the expression that is asked about:

    --& name text: d.name
    --& created_at birth: d.id

`narrowed` puts a condition's text in the place of its line and drops the others; values are always bound. The texts below are the only SQL
that is put together from parts, and nothing of a request ever becomes part of one. What a door's operators mean is decided at the door.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from duebook.store.queries import Rendered, render

_FIELD: Final = re.compile(r"^\s*--& (\w+) (\w+): (.*)$")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(milliseconds=1)
# An id begins with 48 bits of milliseconds.
_BITS_BELOW: Final = 80
_LAST_MILLISECOND: Final = (1 << 48) - 1


class Condition(NamedTuple):
    """One demand on one field. Operators and their values, by the kind of the field:

    text: equals, not, contains, starts, ends (ignoring case but for the first two), in
    instant, and birth (when the row with that id was made): equals, not, lt, lte, gt, gte, to the millisecond
    id (UUIDs): equals, not, in, between (two, both included)
    tags (an array of texts): any (of the values)
    member (of a JSON object): holds (the key, and the text of its value or of one in its list)
    all but tags and member: null, not_null (no values)
    """

    field: str
    operator: str
    values: tuple[Any, ...] = ()


# {x} is the field's expression, {a} and {b} are the values.
_OF_NULL: Final = {"null": "AND {x} IS NULL", "not_null": "AND {x} IS NOT NULL"}
_OF_ANY: Final = _OF_NULL | {"equals": "AND {x} = {a}", "not": "AND {x} IS DISTINCT FROM {a}", "in": "AND {x} = ANY ({a})"}
_LIKE: Final = 'AND ({x}) COLLATE "default" ILIKE {a}'
# A moment is the millisecond from {a} to {b}: stored instants may be finer, and the ids made in it are a range that the primary key finds.
_OF_MOMENTS: Final = {
    "equals": "AND {x} >= {a} AND {x} < {b}",
    "not": "AND ({x} >= {a} AND {x} < {b}) IS NOT TRUE",
    "lt": "AND {x} < {a}",
    "lte": "AND {x} < {b}",
    "gt": "AND {x} >= {b}",
    "gte": "AND {x} >= {a}",
}
_HOLDS: Final = (
    "AND ({x} ->> {a}::text = {b}::text OR EXISTS (SELECT FROM json_array_elements_text("
    "CASE json_typeof({x} -> {a}::text) WHEN 'array' THEN {x} -> {a}::text ELSE '[]'::json END) AS entry (value)"
    " WHERE entry.value = {b}::text))"
)
_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "text": _OF_ANY | {"contains": _LIKE, "starts": _LIKE, "ends": _LIKE},
    "instant": _OF_MOMENTS | _OF_NULL,
    "birth": _OF_MOMENTS | _OF_NULL,
    "id": _OF_ANY | {"between": "AND {x} BETWEEN {a} AND {b}"},
    "tags": {"any": "AND {x} && {a}::text[]"},
    "member": {"holds": _HOLDS},
}
OPERATORS: Final[Mapping[str, Sequence[str]]] = {kind: tuple(texts) for kind, texts in _TEXTS.items()}
"""What may be asked of each kind of field."""


def narrowed(template: str, *, given: Collection[str], conditions: Sequence[Condition]) -> tuple[Rendered, dict[str, Any]]:
    """A list block with the lines of `given` (as `queries.render` takes them) and of `conditions`, and the values of the latter by the
    names of their parameters. Raises KeyError for a field that the block does not name, or an operator that its kind does not have.
    """
    asked = tuple((condition.field, condition.operator) for condition in conditions)
    rendered = _rendered(template, frozenset(given), asked)
    kinds = fields_of(template)
    bound = [_bound(kinds[condition.field], condition) for condition in conditions]
    return rendered, {
        f"{letter}_{number}": value for number, values in enumerate(bound) for letter, value in zip("ab", values, strict=False)
    }


@cache
def fields_of(template: str) -> Mapping[str, str]:
    """The kind of each field that a list block may be asked about."""
    return {match[1]: match[2] for match in map(_FIELD.match, template.splitlines()) if match}


# Bounded: how many conditions of which kinds come together is the caller's choice.
@lru_cache(maxsize=512)
def _rendered(template: str, given: frozenset[str], asked: tuple[tuple[str, str], ...]) -> Rendered:
    lines: list[str] = []
    unknown = {field for field, _ in asked} - set(fields_of(template))
    if unknown:
        raise KeyError(f"the list knows no field {', '.join(sorted(unknown))}")
    for line in template.splitlines():
        match = _FIELD.match(line)
        if match is None:
            lines.append(line)
            continue
        for number, (field, operator) in enumerate(asked):
            if field == match[1]:
                text = _TEXTS[match[2]][operator]
                lines.append(text.replace("{x}", match[3]).replace("{a}", f":a_{number}").replace("{b}", f":b_{number}"))
    return render("\n".join(lines), given=given)


def _bound(kind: str, condition: Condition) -> Iterable[Any]:
    """The values as the texts above want them."""
    if condition.operator in ("null", "not_null"):
        return ()
    if kind == "instant":
        moment: datetime = condition.values[0]
        first = moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
        return first, first + _TICK
    if kind == "birth":
        number = (condition.values[0] - _EPOCH) // _TICK
        return _first_id(number), _first_id(number + 1)
    if condition.operator in ("in", "any"):
        return (list(condition.values),)
    if condition.operator in _PATTERNS:
        return (_PATTERNS[condition.operator].format(re.sub(r"([\\%_])", r"\\\1", condition.values[0])),)
    return condition.values


_PATTERNS: Final = {"contains": "%{}%", "starts": "{}%", "ends": "%{}"}


def _first_id(millisecond: int) -> UUID:
    """The smallest id that can have been made at a millisecond since 1970; before that none was."""
    return UUID(int=min(max(millisecond, 0), _LAST_MILLISECOND) << _BITS_BELOW)

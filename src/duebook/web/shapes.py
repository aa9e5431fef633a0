"""What a request struct demands, as data: the shape of its values for the checks that msgspec leaves out, and its
JSON schema.

Both are read off the struct's own annotations, once. `Meta(extra={"noun": …, "code": …})` on a type gives the words
and the code for its faults, and so does a struct's own `noun: ClassVar[str]`; its `demands: ClassVar[dict]`
is added to its schema, for what msgspec cannot say. This module judges nothing but dashes of UUIDs and years of days;
the faults are worded in `complaints.py`.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec
from msgspec import inspect

from duebook.web.plain import is_list, is_object

# The years that an answer, a calendar and PostgreSQL agree on; the pattern says the same to a reader of the schema.
EARLIEST_DAY = "1900-01-01"
LATEST_DAY = "2999-12-31"
DAY_PATTERN = "^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

_UUID_LENGTH = 36
_NOUNS: dict[type[inspect.Type], str] = {
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.DecimalType: "a number",
    inspect.BoolType: "true or false",
    inspect.StrType: "a text",
    inspect.UUIDType: "a UUID with its dashes",
    inspect.DateType: "a day that exists, written YYYY-MM-DD, of the years 1900 to 2999",
    inspect.DateTimeType: "an instant, written like 2026-01-31T12:00:00Z",
    inspect.NoneType: "null",
}


class Shape:
    """One value: its words for messages, its fields or its element, and where UUIDs and days lie beneath it."""

    def __init__(self, *, noun: str, code: str | None = None) -> None:
        self.noun = noun
        self.code = code
        self.fields: dict[str, Shape] | None = None
        self.element: Shape | None = None
        # An open value (any JSON, a map) or a struct that lets unknown fields pass may be nested without end.
        self.open = False
        self.struct: type[msgspec.Struct] | None = None
        self.closed_struct = False
        self.check: Callable[[str], bool] | None = None
        self.uuids: tuple[str, ...] = ()
        self.days: tuple[str, ...] = ()
        self.parts: tuple[tuple[str, Shape], ...] = ()
        self.watched = False

    def sound(self, value: Any) -> bool:
        """Whether a value that msgspec has accepted also has dashes in its UUIDs and sensible years in its days."""
        if self.fields is None:
            if self.element is not None:
                element = self.element
                return not element.watched or all(element.sound(row) for row in value if row is not None)
            return self.check is None or self.check(value)
        get = value.get
        for name in self.uuids:
            text = get(name)
            if text is not None and len(text) != _UUID_LENGTH:
                return False
        for name in self.days:
            text = get(name)
            if text is not None and not EARLIEST_DAY <= text <= LATEST_DAY:
                return False
        for name, shape in self.parts:
            part = get(name)
            if part is not None and not shape.sound(part):
                return False
        return True

    def without_unknown(self, value: Any) -> None:
        """Drop, in place, every field that no struct here names."""
        if self.element is not None and is_list(value):
            for row in value:
                self.element.without_unknown(row)
        elif self.fields is not None and is_object(value):
            for name in [name for name in value if name not in self.fields]:
                del value[name]
            for name, inner in value.items():
                self.fields[name].without_unknown(inner)

    def at(self, path: Iterable[str | int]) -> "Shape | None":
        """The shape of the value at a path, None where nothing is known about it."""
        shape: Shape | None = self
        for step in path:
            if shape is None:
                return None
            shape = shape.element if isinstance(step, int) else (shape.fields or {}).get(step)
        return shape

    def fill(self, fields: dict[str, "Shape"]) -> None:
        """Take the fields of a struct, once, and note where the second look has to go."""
        self.fields = fields
        self.uuids = tuple(name for name, shape in fields.items() if shape.check is _dashed)
        self.days = tuple(name for name, shape in fields.items() if shape.check is _in_years)
        self.parts = tuple((name, shape) for name, shape in fields.items() if shape.check is None and shape.watched)

    @property
    def structs(self) -> "list[Shape]":
        """Every shape with fields, at and beneath this one."""
        found: list[Shape] = []
        waiting: list[Shape] = [self]
        while waiting:
            shape = waiting.pop()
            if shape in found:
                continue
            if shape.fields is not None or shape.open:
                found.append(shape)
            waiting.extend((shape.fields or {}).values())
            if shape.element is not None:
                waiting.append(shape.element)
        return found


def shape_of(struct: type[msgspec.Struct]) -> Shape:
    """The shape of a request struct."""
    return _shape(inspect.type_info(struct), {})


def schema_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema by which a refused body is explained: the struct's own, with the demands of this module written
    in.
    """
    (top,), components = schemas_of([struct], ref_template="#/$defs/{name}")
    return {**top, "$defs": components}


def schemas_of(
    structs: Iterable[type[msgspec.Struct]], *, ref_template: str
) -> tuple[tuple[dict[str, Any], ...], dict[str, dict[str, Any]]]:
    """msgspec's schemas of several structs with shared components, as this house says them: `"type": ["string",
    "null"]` instead of an `anyOf`, and the pattern of days. Also what an OpenAPI page is made of.
    """
    chosen = tuple(structs)
    tops, components = msgspec.json.schema_components(chosen, ref_template=ref_template)
    made = {name: _plain(schema) for name, schema in components.items()}
    for struct in {part.struct for chosen_one in chosen for part in shape_of(chosen_one).structs if part.struct}:
        made[struct.__name__] |= getattr(struct, "demands", {})
    return tuple(_plain(top) for top in tops), made


def _dashed(text: str) -> bool:
    return len(text) == _UUID_LENGTH


def _in_years(text: str) -> bool:
    return EARLIEST_DAY <= text <= LATEST_DAY


def _shape(told: inspect.Type, known: dict[type, Shape], noun: str | None = None, code: str | None = None) -> Shape:
    if isinstance(told, inspect.Metadata):
        extra = cast("dict[str, str]", told.extra or {})
        return _shape(told.type, known, noun or extra.get("noun"), code or extra.get("code"))
    if isinstance(told, inspect.UnionType):
        members = [member for member in told.types if not isinstance(member, inspect.NoneType)]
        if len(members) == 1:
            return _shape(members[0], known, noun, code)
        parts = [_shape(member, known) for member in members]
        either = Shape(noun=noun or " or ".join(part.noun for part in parts), code=code)
        either.open = any(part.open for part in parts)
        return either
    if isinstance(told, inspect.StructType):
        return _struct(told, known)
    if isinstance(told, (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)):
        rows = Shape(noun=noun or "a list", code=code)
        rows.element = _shape(told.item_type, known)
        rows.watched = rows.element.watched
        return rows
    return _leaf(told, noun=noun, code=code)


def _struct(told: inspect.StructType, known: dict[type, Shape]) -> Shape:
    if told.cls in known:
        return known[told.cls]
    shape = known[told.cls] = Shape(noun=getattr(told.cls, "noun", None) or _titled(told.cls.__name__))
    # Until its fields are known a struct that contains itself counts as one to be looked into.
    shape.watched = True
    shape.struct = told.cls
    shape.closed_struct = told.forbid_unknown_fields
    shape.fill({field.encode_name: _shape(field.type, known) for field in told.fields})
    shape.watched = bool(shape.uuids or shape.days or shape.parts)
    return shape


def _leaf(told: inspect.Type, *, noun: str | None, code: str | None) -> Shape:
    if noun is None and isinstance(told, (inspect.LiteralType, inspect.EnumType)):
        noun = "one of the values that the contract lists"
    leaf = Shape(noun=noun or _NOUNS.get(type(told), "another value"), code=code)
    leaf.open = isinstance(told, (inspect.AnyType, inspect.DictType, inspect.RawType))
    if isinstance(told, inspect.DictType):
        leaf.noun = noun or "an object"
    if isinstance(told, inspect.UUIDType):
        leaf.check = _dashed
    if isinstance(told, inspect.DateType):
        leaf.check = _in_years
    leaf.watched = leaf.check is not None
    return leaf


def _titled(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    return ("an " if words[0] in "aeiou" else "a ") + words


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {key: _plain_part(part) for key, part in schema.items()}
    if made.get("required") == []:
        del made["required"]
    if made.get("format") == "date":
        made.setdefault("pattern", DAY_PATTERN)
    match made.get("anyOf"):
        case [{"type": str(kind), **rest}, {"type": "null"}]:
            del made["anyOf"]
            made |= {"type": [kind, "null"], **rest}
            if "enum" in rest:
                made["enum"] = [*rest["enum"], None]
        case [{"enum": [*values], **rest}, {"type": "null"}]:
            del made["anyOf"]
            made |= {**rest, "enum": [*values, None]}
        case _:
            pass
    return made


def _plain_part(part: Any) -> Any:
    if is_object(part):
        return _plain(part)
    return [_plain_part(inner) for inner in part] if is_list(part) else part

"""What a request struct demands, as data: the shape of its values for the checks that msgspec leaves out, and its
JSON schema.

Both are read off the struct's own annotations, once. `Meta(extra={"noun": …, "code": …})` on a type gives the words
and the code for its faults, and so does a struct's own `noun: ClassVar[str]`; its `demands: ClassVar[dict]`
is added to its schema, for what msgspec cannot say. What msgspec lets pass and the house does not is found here on the
parsed values: by the checks of `soundness.py`, by `extra={"check": …}`, a function of any value, and by
`extra={"unique": name}` on a list whose rows may not share that field. The faults are worded in `complaints.py`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import msgspec
from msgspec import inspect

from duebook.web.plain import is_list, is_object
from duebook.web.soundness import DAY_PATTERN, EARLIEST_DAY, LATEST_DAY, UUID_LENGTH, is_dashed, is_in_years, is_instant, number_within

Path = tuple[str | int, ...]

# Of each kind of value: JSON type, format, and its words.
_VALUES: dict[type[inspect.Type], tuple[str, str, str]] = {
    inspect.IntType: ("integer", "", "a whole number"),
    inspect.FloatType: ("number", "", "a number"),
    inspect.DecimalType: ("number", "", "a number"),
    inspect.BoolType: ("boolean", "", "true or false"),
    inspect.StrType: ("string", "", "a text"),
    inspect.LiteralType: ("string", "", "one of the values that the contract lists"),
    inspect.EnumType: ("string", "", "one of the values that the contract lists"),
    inspect.UUIDType: ("string", "uuid", "a UUID with its dashes"),
    inspect.DateType: ("string", "date", "a day that exists, written YYYY-MM-DD, of the years 1900 to 2999"),
    inspect.DateTimeType: ("string", "date-time", "an instant, written like 2026-01-31T12:00:00Z"),
    inspect.DictType: ("object", "", "an object"),
    inspect.NoneType: ("null", "", "null"),
}


class Shape:
    """One value: its words for messages, its fields or its element, and where UUIDs and days lie beneath it."""

    def __init__(self, *, noun: str, code: str | None = None, kind: str = "") -> None:
        self.noun = noun
        self.code = code
        # The JSON type, the format and the listed values; empty where there is no one of them.
        self.kind = kind
        self.format = ""
        self.options: tuple[str, ...] = ()
        # Whether it is a Decimal, so that its bodies are read without floats; so are those with values of any type, whose numbers are kept.
        self.exact = False
        self.free = False
        # The field that no two rows of this list may share.
        self.unique: str | None = None
        self.fields: dict[str, Shape] | None = None
        self.element: Shape | None = None
        # An open value (any JSON, a map) or a struct that lets unknown fields pass may be nested without end.
        self.open = False
        self.struct: type[msgspec.Struct] | None = None
        self.closed_struct = False
        self.check: Callable[[Any], bool] | None = None
        self.uuids: tuple[str, ...] = ()
        self.days: tuple[str, ...] = ()
        self.parts: tuple[tuple[str, Shape], ...] = ()
        self.watched = False

    def sound(self, value: Any) -> bool:
        """Whether a value that msgspec has accepted also passes what this module judges."""
        if self.fields is None:
            if self.element is not None:
                element = self.element
                if self.unique is not None and any(True for _ in self._repeated(value)):
                    return False
                return not element.watched or all(element.sound(row) for row in value if row is not None)
            return self.check is None or self.check(value)
        get = value.get
        for name in self.uuids:
            text = get(name)
            if text is not None and len(text) != UUID_LENGTH:
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

    def unsound(self, value: Any, at: Path = ()) -> "Iterator[tuple[Path, Shape]]":
        """The places at which `sound` fails, in any parsed value, and their shapes; of rows that share what must be unique
        the later ones.
        """
        if self.fields is not None and is_object(value):
            for name, shape in self.fields.items():
                if shape.watched and value.get(name) is not None:
                    yield from shape.unsound(value[name], (*at, name))
        elif self.element is not None and is_list(value):
            if self.unique is not None:
                yield from (((*at, place, self.unique), self) for place in self._repeated(value))
            if self.element.watched:
                for place, row in enumerate(value):
                    yield from self.element.unsound(row, (*at, place)) if row is not None else ()
        elif self.check is not None and value is not None and not self.check(value):
            yield at, self

    def _repeated(self, rows: list[Any]) -> Iterator[int]:
        seen: set[str] = set()
        for place, row in enumerate(rows):
            name = row.get(self.unique or "") if is_object(row) else None
            if isinstance(name, str):
                if name in seen:
                    yield place
                seen.add(name)

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
        self.uuids = tuple(name for name, shape in fields.items() if shape.check is is_dashed)
        self.days = tuple(name for name, shape in fields.items() if shape.check is is_in_years)
        told = (*self.uuids, *self.days)
        self.parts = tuple((name, shape) for name, shape in fields.items() if shape.watched and name not in told)

    @property
    def structs(self) -> "list[Shape]":
        """Every shape with fields, and every open one, at and beneath this one."""
        return [shape for shape in self.everything if shape.fields is not None or shape.open]

    @property
    def everything(self) -> "list[Shape]":
        """Every shape at and beneath this one."""
        found: list[Shape] = []
        waiting: list[Shape] = [self]
        while waiting:
            shape = waiting.pop()
            if shape in found:
                continue
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


def _shape(told: inspect.Type, known: dict[type, Shape], noun: str | None = None, code: str | None = None) -> Shape:
    if isinstance(told, inspect.Metadata):
        extra, schema = cast("dict[str, Any]", told.extra or {}), cast("dict[str, Any]", cast("Any", told).extra_json_schema or {})
        shape = _shape(told.type, known, noun or extra.get("noun"), code or extra.get("code"))
        return _with_demands(shape, schema, extra)
    if isinstance(told, inspect.UnionType):
        members = [member for member in told.types if not isinstance(member, inspect.NoneType)]
        if len(members) == 1:
            return _shape(members[0], known, noun, code)
        parts = [_shape(member, known) for member in members]
        kinds = {part.kind for part in parts}
        either = Shape(noun=noun or " or ".join(part.noun for part in parts), code=code, kind=kinds.pop() if len(kinds) == 1 else "")
        either.open = any(part.open for part in parts)
        return either
    if isinstance(told, inspect.StructType):
        return _struct(told, known)
    if isinstance(told, (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)):
        rows = Shape(noun=noun or "a list", code=code, kind="array")
        rows.element = _shape(told.item_type, known)
        rows.watched = rows.element.watched
        return rows
    return _leaf(told, noun=noun, code=code)


def _struct(told: inspect.StructType, known: dict[type, Shape]) -> Shape:
    if told.cls in known:
        return known[told.cls]
    shape = known[told.cls] = Shape(noun=getattr(told.cls, "noun", None) or _titled(told.cls.__name__), kind="object")
    # Until its fields are known a struct that contains itself counts as one to be looked into.
    shape.watched = True
    shape.struct = told.cls
    shape.closed_struct = told.forbid_unknown_fields
    shape.fill({field.encode_name: _shape(field.type, known) for field in told.fields})
    shape.watched = bool(shape.uuids or shape.days or shape.parts)
    shape.open = not told.forbid_unknown_fields
    return shape


def _with_demands(shape: Shape, schema: dict[str, Any], extra: dict[str, Any]) -> Shape:
    """The shape with what an annotation adds to it."""
    if shape.exact:
        shape.check = number_within(schema)
    if "check" in extra:
        shape.check = extra["check"]
    if shape.kind == "string" and isinstance(schema.get("format"), str):
        shape.format = schema["format"]
    shape.unique = extra.get("unique", shape.unique)
    shape.watched = shape.watched or shape.check is not None or shape.unique is not None
    return shape


def _leaf(told: inspect.Type, *, noun: str | None, code: str | None) -> Shape:
    kind, form, words = _VALUES.get(type(told), ("", "", "another value"))
    leaf = Shape(noun=noun or words, code=code, kind=kind)
    leaf.format = form
    leaf.options = tuple(map(str, told.values)) if isinstance(told, inspect.LiteralType) else ()
    leaf.exact = isinstance(told, inspect.DecimalType)
    leaf.free = isinstance(told, (inspect.AnyType, inspect.DictType))
    leaf.open = isinstance(told, (inspect.AnyType, inspect.DictType, inspect.RawType))
    if isinstance(told, inspect.UUIDType):
        leaf.check = is_dashed
    if isinstance(told, inspect.DateType):
        leaf.check = is_in_years
    if isinstance(told, inspect.DateTimeType) and told.tz:
        leaf.check = is_instant
    if isinstance(told, inspect.DecimalType):
        leaf.check = number_within({})
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
    if made.get("format") == "decimal":
        # A Decimal is a number here; msgspec writes it as a text.
        made["type"] = "number"
        del made["format"]
        if "default" in made:
            made["default"] = float(made["default"])
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

"""Documents made from a request struct's own schema, damage done to them, and the form's rules said a second time.

The oracle here is msgspec itself and plain Python; it uses nothing of `web.body` and its neighbours but the schema to
make documents from.
"""

import copy
import json
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import strategies as st

from duebook.web.shapes import schema_of

SOME_ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
LARGEST = 2**53 - 1
VALUES: list[Any] = [
    *(None, True, 0, -1, 24000.0, 24000.5, 1e300, LARGEST + 1, 10**30, [], {}, [[]], [None], {"a": 1}),
    *("", "a", "x" * 81, "\0", "\ud800", "\\u0000", "24000", "EUR", "fr", "2026-02-30", "2026-02-28", "0001-01-01"),
    *(SOME_ID, SOME_ID.replace("-", "")),
]
junk = st.one_of(st.sampled_from(VALUES), st.integers(), st.text(max_size=5), st.floats(allow_nan=False))
days = st.dates(date(1900, 1, 1), date(2999, 12, 31)).map(str)
TEXTS = {"uuid": st.uuids().map(str), "date": days, "date-time": st.just("2026-01-31T12:00:00Z")}


def valid(struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Documents that the struct takes."""
    schema = schema_of(struct)
    return _valid(schema, schema["$defs"])


def _valid(schema: dict[str, Any], components: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        named = components[schema["$ref"].rpartition("/")[2]]
        return _valid(named | {key: demand for key, demand in schema.items() if key != "$ref"}, components)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([_valid(choice, components) for choice in schema["anyOf"]])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([_of_kind(kind, schema, components) for kind in kinds])


def _of_kind(kind: str, schema: dict[str, Any], components: dict[str, Any]) -> st.SearchStrategy[Any]:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            whole = st.integers(schema.get("minimum"), schema.get("maximum"))
            return whole | st.integers(max(0, schema.get("minimum", 0)), 99).map(float)
        case "number":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "string" if "format" in schema:
            return TEXTS[schema["format"]]
        case "string":
            letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
            return st.text(letters, min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 9), 80))
        case "array":
            return st.lists(_valid(schema["items"], components), min_size=schema.get("minItems", 0), max_size=2)
        case _:
            fields = {name: _valid(part, components) for name, part in schema["properties"].items()}
            required = {name: fields.pop(name) for name in schema.get("required", ())}
            least = schema.get("minProperties", 0)
            return st.fixed_dictionaries(required, optional=fields).filter(lambda made: len(made) >= least)


def damaged(document: Any, data: st.DataObject) -> Any:
    """The document with one value replaced, dropped or added somewhere."""
    document = copy.deepcopy(document)
    place = data.draw(st.sampled_from(_places(document)))
    if not place:
        return data.draw(junk)
    holder = document
    for step in place[:-1]:
        holder = holder[step]
    match data.draw(st.sampled_from(["replace", "drop", "add"])):
        case "drop":
            del holder[place[-1]]
        case "add" if isinstance(holder, dict):
            holder[data.draw(st.text(max_size=6) | st.just("\ud800"))] = data.draw(junk)
        case _:
            holder[place[-1]] = data.draw(junk)
    return document


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *[place for step, part in steps for place in _places(part, (*path, step))]]


def stands(path: tuple[Any, ...], document: Any) -> bool:
    """Whether the place exists, or its last step is a name that an existing object lacks."""
    for depth, step in enumerate(path):
        if isinstance(document, dict) and isinstance(step, str):
            if step not in document:
                return depth == len(path) - 1
            document = document[step]
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return False
    return True


def taken(struct: type[msgspec.Struct], document: Any) -> Any:
    """What the rules take a document for, or None where they refuse it."""
    plain = json.loads(json.dumps(document), parse_float=_number)
    if any(char == "\0" or 0xD800 <= ord(char) <= 0xDFFF for text in _texts(plain) for char in text):
        return None
    try:
        read = msgspec.convert(plain, struct)
    except msgspec.ValidationError:
        return None
    return read if _sensible(read, plain) else None


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= LARGEST else value


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for name, part in value.items() for text in (name, *_texts(part))]
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else []


def _sensible(read: Any, written: Any) -> bool:
    if isinstance(read, UUID):
        return len(written) == 36
    if isinstance(read, date):
        return 1900 <= read.year <= 2999
    if isinstance(read, list):
        return all(_sensible(*pair) for pair in zip(read, written, strict=True))
    if isinstance(read, msgspec.Struct):
        return all(_sensible(getattr(read, name), part) for name, part in written.items())
    return True

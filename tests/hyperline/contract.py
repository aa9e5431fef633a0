"""What the contract file demands and what our structs demand, in one notation, so that they can be compared.

Struct names stay as references; everything else is written out. Left out are words, and what the house adds everywhere: no NUL in
texts, the years of instants, whole numbers up to the largest amount, 1000 lines, 500 rows in any other array,
1000 free properties.
"""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from duebook.web.shapes import schemas_of
from duebook.web.soundness import INSTANT_PATTERN

CONTRACT = Path(__file__).parents[2] / "contract" / "hyperline.yaml"
LARGEST = 2**53 - 1
_WORDS = ("title", "description", "default", "deprecated")
_PATTERNS = ("^[^\\u0000]*$", INSTANT_PATTERN, "\\.[0-9]{3}Z$")
_ROWS = (500, 1_000)

Schema = dict[str, Any]


@cache
def schemas() -> Schema:
    """The schemas of the contract file."""
    return yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]


def theirs(name: str) -> Schema:
    """What the contract demands of a struct, parts of an `allOf` put together."""
    schema = _joined(schemas()[name])
    return _object(schema, schemas())


def ours(struct: type[msgspec.Struct]) -> Schema:
    """What our struct demands."""
    _, components = schemas_of([struct], ref_template="#/components/schemas/{name}")
    schema = {key: part for key, part in components[struct.__name__].items() if part is not True}
    return _object(schema, components)


def differences(one: Any, other: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Where two demands differ, `None` for what one of them lacks."""
    if isinstance(one, dict) and isinstance(other, dict):
        found: dict[str, tuple[Any, Any]] = {}
        for key in [*one, *(key for key in other if key not in one)]:
            found |= differences(one.get(key), other.get(key), f"{path}.{key}".lstrip("."))
        return found
    return {} if one == other else {path: (one, other)}


def _joined(schema: Schema) -> Schema:
    if "allOf" not in schema:
        return schema
    whole: Schema = {"type": "object", "properties": {}, "required": []}
    for part in schema["allOf"]:
        named = _joined(schemas()[part["$ref"].rpartition("/")[2]] if "$ref" in part else part)
        whole["properties"] |= named.get("properties", {})
        whole["required"] += named.get("required", [])
    return whole


def _object(schema: Schema, components: Schema) -> Schema:
    fields = {name: _plain(part, components) for name, part in schema.get("properties", {}).items()}
    made = {"fields": fields, "required": sorted(schema.get("required", []))}
    return made | ({"shapes": schema["anyOf"]} if "anyOf" in schema else {})


def _plain(schema: Schema, components: Schema) -> Schema:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        named = components[name]
        kept = name in schemas() and _is_struct(schemas()[name])
        return {"struct": name} if kept else _plain(named | {key: part for key, part in schema.items() if key != "$ref"}, components)
    match schema.get("anyOf"):
        case [only, {"type": "null"}]:
            made = _plain(only, components)
            return made if "struct" in made else made | {"type": [made["type"], "null"]}
        case [*choices]:
            return {"anyOf": [_plain(choice, components) for choice in choices]}
        case _:
            pass
    made = {key: _part(key, part, components) for key, part in schema.items() if key not in _WORDS and not _is_ours(key, part)}
    if "const" in made:
        made = {"enum": [made["const"]]}
    return {"enum": sorted(map(str, made["enum"]))} if "enum" in made else made


def _part(key: str, part: Any, components: Schema) -> Any:
    if key == "properties":
        return {name: _plain(field, components) for name, field in part.items()}
    if key in ("items", "additionalProperties") and isinstance(part, dict):
        return _plain(part, components)
    if key == "type":
        kinds = ["number" if kind == "integer" else kind for kind in (part if isinstance(part, list) else [part])]
        return kinds if len(kinds) > 1 else kinds[0]
    return sorted(part) if key == "required" else part


def _is_ours(key: str, part: Any) -> bool:
    if key in ("minimum", "maximum"):
        return abs(part) == LARGEST
    return (key == "pattern" and part in _PATTERNS) or (key in ("maxItems", "maxProperties") and part in _ROWS)


def _is_struct(schema: Schema) -> bool:
    kinds = schema.get("type")
    if "properties" in schema:
        return "object" in (kinds if isinstance(kinds, list) else [kinds])
    # A choice of objects is one struct with a shape here; a choice of single values is none.
    return "allOf" in schema or any(choice.get("type") == "object" for choice in schema.get("anyOf", schema.get("oneOf", ())))

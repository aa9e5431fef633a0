"""Two OpenAPI documents made comparable: what an operation takes and gives, as flat facts, however it is written down.

References are followed, `allOf` is merged, a nullable value is written one way, sets are sorted; words for people are left out. The order
of an answer's properties is a fact like another.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_WORDS = {"title", "description", "summary", "example", "examples"}
_SETS = {"required", "type", "enum"}

Facts = dict[str, Any]


def operations(document: Mapping[str, Any]) -> dict[str, Facts]:
    """`GET /invoices` and so on, each with its facts by their place in the operation."""
    found: dict[str, Facts] = {}
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method, operation in item.items():
            if method in {"get", "put", "post", "patch", "delete"}:
                found[f"{method.upper()} {path}"] = dict(_operation(document, operation, shared))
    return found


def _operation(document: Mapping[str, Any], operation: Mapping[str, Any], shared: list[Any]) -> Iterator[tuple[str, Any]]:
    yield "operationId", operation["operationId"]
    yield "tags", operation["tags"]
    yield "summary", operation["summary"]
    parameters = [followed(document, given) for given in (*shared, *operation.get("parameters", []))]
    for parameter in parameters:
        place = f"{parameter['in']} {parameter['name']}"
        yield f"{place}: required", parameter.get("required", False)
        style = parameter.get("style", {"query": "form"}.get(parameter["in"], "simple"))
        yield f"{place}: style", (style, parameter.get("explode", style == "form"))
        yield from _facts(document, parameter["schema"], place)
    if "requestBody" in operation:
        body = followed(document, operation["requestBody"])
        yield "body: required", body.get("required", False)
        yield from _bodies(document, body, "body")
    for code, answer in operation["responses"].items():
        yield f"{code}", "answered"
        yield from _bodies(document, followed(document, answer), str(code))


def _bodies(document: Mapping[str, Any], holder: Mapping[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    for media_type, content in holder.get("content", {}).items():
        yield from _facts(document, content.get("schema", {}), f"{place} {media_type}")


def _facts(document: Mapping[str, Any], schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    plain = normal(document, schema)
    for key, value in plain.items():
        if key == "properties":
            yield f"{place}: properties in order", list(value)
            for name, inner in value.items():
                yield from _facts(document, inner, f"{place}.{name}")
        elif key == "items":
            yield from _facts(document, value, f"{place}[]")
        elif key == "anyOf":
            for number, branch in enumerate(value):
                yield from _facts(document, branch, f"{place}|{number}")
        else:
            yield f"{place}: {key}", sorted(value, key=repr) if key in _SETS else value


def followed(document: Mapping[str, Any], node: Mapping[str, Any]) -> dict[str, Any]:
    """The node a reference leads to, with what stands beside the reference laid over it."""
    made = dict(node)
    while "$ref" in made:
        target: Any = document
        for step in made.pop("$ref").removeprefix("#/").split("/"):
            target = target[step]
        made = {**target, **made}
    return made


def normal(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """One schema, one level deep, in the one way of writing it."""
    made = {key: value for key, value in followed(document, schema).items() if key not in _WORDS}
    for part in made.pop("allOf", []):
        made = _merged(normal(document, part), made)
    if "const" in made:
        made["enum"] = [made.pop("const")]
    branches = made.get("anyOf", [])
    if len(branches) == 2 and branches[1] == {"type": "null"}:
        made = normal(document, branches[0]) | {key: value for key, value in made.items() if key != "anyOf"}
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
        else:
            made["type"] = [*made["type"], "null"]
    if "enum" in made:
        made.pop("type", None)
    elif isinstance(made.get("type"), str):
        made["type"] = [made["type"]]
    return made


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {key: _merged(under[key], over[key]) for key in under.keys() & over.keys() if isinstance(under[key], dict)}
    # The order of what lies under is kept: it is the order of the keys on the wire.
    return {key: both.get(key, over.get(key, value)) for key, value in under.items()} | {k: v for k, v in over.items() if k not in under}

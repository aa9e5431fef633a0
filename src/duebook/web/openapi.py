"""A door's OpenAPI 3.1 document, made from its table of operations, so that it cannot describe another door than the one that is served.

Schemas are the structs' own, as `shapes.py` gives them; what a dialect alone knows (its words, its error struct, its examples) comes
as `About`. Nothing here knows a dialect, and nothing is served from here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from duebook.web.door import LONGEST_KEY
from duebook.web.operations import Operation, Parameter, Struct
from duebook.web.plain import is_list, is_object
from duebook.web.routes import names_of
from duebook.web.shapes import schemas_of

Document = dict[str, Any]

_SCHEMAS: Final = "#/components/schemas/"
_IDEMPOTENCY_KEY: Final[Document] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes a retry safe: the answer of a success is kept for 24 hours and given again, and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}
_HEADERS: Final[Mapping[str, Document]] = {
    "Request-Id": {"description": "Names this request in the server's log.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer", "minimum": 1}},
    "Allow": {"description": "The methods that this path takes.", "schema": {"type": "string"}},
    "X-RateLimit-Limit": {"description": "Requests that the limit allows.", "schema": {"type": "integer", "minimum": 1}},
    "X-RateLimit-Remaining": {"description": "Requests that are left.", "schema": {"type": "integer", "minimum": 0}},
    "X-RateLimit-Reset": {"description": "When all of them are there again.", "schema": {"type": "string", "format": "date-time"}},
}
# Which headers an answer has beside Request-Id, by its status.
_SENT_WITH: Final[Mapping[int, tuple[str, ...]]] = {405: ("Allow",), 429: ("Retry-After",), 503: ("Retry-After",)}
_KEY: Final[Document] = {"type": "apiKey", "in": "header", "name": "Authorization"}
_BEARER: Final[Document] = {"type": "http", "scheme": "bearer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a door says of itself beside its table of operations."""

    title: str
    version: str
    description: str
    """Markdown."""
    server: str
    """The path that the door is mounted at."""
    authorization: str
    """How the API key is sent, in a sentence."""
    error: Struct
    """The body of every 4xx and 5xx."""
    errors: Mapping[int, Sequence[Struct]] = field(default_factory=dict[int, Sequence[Struct]])
    """Of a status with several bodies, each of them."""
    bearer: bool = False
    """The key goes as a bearer's token, not alone."""
    sent_with: Mapping[int, Sequence[str]] = field(default_factory=lambda: _SENT_WITH)
    """Which headers an error has beside Request-Id, by its status."""
    reasons: Mapping[int, str]
    """What each status other than a plain success means here."""
    everywhere: tuple[int, ...] = ()
    """Statuses that any request may meet; they are described once and not at each operation."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """The order of the groups of operations, and a sentence on each."""
    examples: Mapping[Struct, Any] = field(default_factory=dict[Struct, Any])
    """A body, as plain JSON values, for request and answer structs."""


def document(operations: Sequence[Operation], *, about: About) -> Document:
    """The OpenAPI document of a door. Raises KeyError where a status has no reason or a tag no sentence."""
    bodies, schemas = _schemas(operations, about)
    paths: Document = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, about, bodies)
    told = sorted({code for operation in operations for code in operation.codes} | set(about.everywhere))
    return {
        "openapi": "3.1.0",
        "info": {"title": about.title, "version": about.version, "description": about.description},
        "servers": [{"url": about.server, "description": "this server"}],
        "security": [{"key": []}],
        "tags": [{"name": name, "description": about.tags[name]} for name in _tags(operations, about)],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {**(_BEARER if about.bearer else _KEY), "description": about.authorization}},
            "headers": {name: header for name, header in _HEADERS.items() if name in _headers_of(about)},
            "responses": {_name_of(code): _error(code, about) for code in told},
            "schemas": schemas,
        },
    }


def _tags(operations: Sequence[Operation], about: About) -> list[str]:
    used = {operation.tag for operation in operations}
    return [*(name for name in about.tags if name in used), *sorted(used - set(about.tags))]


def _headers_of(about: About) -> set[str]:
    return {"Request-Id"}.union(*about.sent_with.values())


def _operation(operation: Operation, about: About, bodies: Mapping[Any, Document]) -> Document:
    made: Document = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": list(_parameters(operation)),
    }
    if operation.deprecated:
        made["deprecated"] = True
    if operation.request is not None:
        content = _content(operation.request, bodies[operation.request], about)
        made["requestBody"] = {"required": not operation.body_optional, "content": content}
    answers = {str(code): _answer(form, code=code, about=about, bodies=bodies) for code, form in operation.answers.items()}
    answers |= {str(code): {"$ref": f"#/components/responses/{_name_of(code)}"} for code in operation.codes}
    return made | {"responses": answers}


def _parameters(operation: Operation) -> Iterable[Document]:
    id: Document = {"type": "string", "format": "uuid"} if operation.path_parameter is not None else {"type": "string"}
    yield from ({"name": name, "in": "path", "required": True, "schema": id} for name in names_of(operation.path))
    yield from map(_query_parameter, operation.query)
    if operation.keyed:
        yield _IDEMPOTENCY_KEY


def _query_parameter(parameter: Parameter) -> Document:
    made: Document = {"name": parameter.name, "in": "query", "required": False}
    if parameter.description:
        made["description"] = parameter.description
    if parameter.optional_value:
        made["allowEmptyValue"] = True
    if parameter.joined:
        made |= {"style": "form", "explode": False}
    if parameter.family:
        made |= {"style": "deepObject", "explode": True}
    return made | {"schema": dict(parameter.schema)}


def _answer(form: Any, *, code: int, about: About, bodies: Mapping[Any, Document]) -> Document:
    """A success; without a form it has no body."""
    described: Document = {"headers": _refs("Request-Id")}
    if form is None:
        return {"description": about.reasons.get(code) or "done", **described}
    words = _in_words(form.__name__ if isinstance(form, type) else str(bodies[form].get("title", "list")))
    return {"description": about.reasons.get(code) or words, **described, "content": _content(form, bodies[form], about)}


def _error(code: int, about: About) -> Document:
    structs = about.errors.get(code, (about.error,))
    schemas = [{"$ref": _SCHEMAS + struct.__name__} for struct in structs]
    headers = _refs("Request-Id", *about.sent_with.get(code, ()))
    content = _content(about.error, schemas[0] if len(schemas) == 1 else {"anyOf": schemas}, about)
    return {"description": about.reasons[code], "headers": headers, "content": content}


def _refs(*names: str) -> Document:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _content(form: Any, schema: Document, about: About) -> Document:
    media: Document = {"schema": schema}
    if form in about.examples:
        media["example"] = about.examples[form]
    return {"application/json": media}


def _schemas(operations: Sequence[Operation], about: About) -> tuple[dict[Any, Document], Document]:
    """The schema of each body by its form, and the components that these name."""
    found = (form for operation in operations for form in (operation.request, *operation.answers.values()))
    errors = (struct for structs in (*about.errors.values(), (about.error,)) for struct in structs)
    forms = list(dict.fromkeys(form for form in (*found, *errors) if form is not None))
    tops, components = schemas_of(forms, ref_template=_SCHEMAS + "{name}")
    named: Document = {}
    for name, schema in components.items():
        # An answer holds exactly the fields of its struct; a request says so itself, or it is not strict.
        made = _hoisted(schema, named)
        named[name] = {**made, "additionalProperties": False} if "properties" in made and "additionalProperties" not in made else made
    return dict(zip(forms, tops, strict=True)), dict(sorted(named.items()))


def _hoisted(part: Any, named: Document) -> Any:
    """The schema with every titled list of values, such as the currencies, said once among the components."""
    if is_list(part):
        return [_hoisted(inner, named) for inner in part]
    if not is_object(part):
        return part
    made: Document = {key: _hoisted(inner, named) for key, inner in part.items()}
    if "enum" in made and isinstance(made.get("title"), str):
        name = made["title"] if None not in made["enum"] else "Nullable" + made["title"]
        named[name] = made | {"title": name}
        return {"$ref": _SCHEMAS + name}
    return made


def _name_of(code: int) -> str:
    return HTTPStatus(code).phrase.title().replace(" ", "")


def _in_words(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()

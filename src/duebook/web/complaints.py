"""What a refused value has wrong, field by field: the errors of the JSON schema as faults with a place, a code and a
sentence.

The schema comes from the struct itself (`shapes.py`), so it cannot ask for something else than the decoder. What no schema
can say, `object_to` finds; where the two read a value differently and nothing is found, `confession` words msgspec's own
error. Sentences are for the dialect that takes them as they are; the facts of a fault let another one word it itself.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple, cast

import jsonschema_rs
import msgspec

from duebook.web.faults import MOST_FAULTS, Facts, Fault, Findings, Path, json_type, name_of, shortened, shown, speakable
from duebook.web.plain import is_list, is_object
from duebook.web.shapes import Shape

# jsonschema-rs finds all errors of a value before it hands out the first, at some microseconds each.
_MOST_ROWS = MOST_FAULTS + 1
_LONGEST_GUESSED = 40
_MOST_LISTED = 12
_CODES = {
    "type": "type",
    "format": "format",
    "pattern": "format",
    "multipleOf": "format",
    "maxLength": "too_long",
    "minimum": "too_small",
    "exclusiveMinimum": "too_small",
    "maximum": "too_large",
    "exclusiveMaximum": "too_large",
    "minItems": "too_few",
    "maxItems": "too_many",
    "uniqueItems": "duplicate",
    "minProperties": "required",
    "maxProperties": "too_many",
}
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}


def complain(value: Any, *, validator: jsonschema_rs.Draft202012Validator, shape: Shape, prefix: Path, findings: Findings) -> None:
    """Add every fault of a value by its schema, in the order of its fields; `prefix` is where the value lies in the
    body. What the reading of the JSON has already refused is passed over: something harmless stands in its place.
    """
    bounded = _bounded(value, shape)
    errors = [inner for error in validator.iter_errors(bounded.value) for inner in _unfolded(error)]
    faults = [fault for error in errors for fault in _faults(error, shape=shape, prefix=prefix)]
    # Of a value of the wrong type nothing else is worth saying.
    mistyped = {fault.path for fault in faults if fault.code == "type"}
    kept = [fault for fault in faults if fault.code == "type" or fault.path not in mistyped]
    fresh = [fault for fault in kept if fault.path not in findings.places]
    findings.extend(sorted(fresh, key=lambda fault: _rank(fault.path[len(prefix) :], shape)))
    findings.truncated = findings.truncated or bounded.cut


def object_to(value: Any, *, shape: Shape, prefix: Path, findings: Findings) -> None:
    """Add a fault for each value that breaks a rule of its shape which no schema can say, where none was found yet."""
    touched = {place[:depth] for place in findings.places for depth in range(len(place) + 1)}
    for inner, at in shape.unsound(_bounded(value, shape).value):
        path = (*prefix, *inner)
        if path in touched:
            continue
        if at.unique is not None:
            findings.add(Fault(path, "duplicate", f"{name_of(path)} stands more than once in this request; say it once"))
            continue
        there = _value_at(value, inner)
        facts = Facts("check", json_type(there), expected=(at.format,) if at.format else (), noun=at.noun, shown=shown(there))
        findings.add(Fault(path, "format", f"{name_of(path)} must be {at.noun}, not {shown(there)}", facts=facts))


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def confession(error: msgspec.ValidationError, *, shape: Shape, prefix: Path) -> Fault:
    """msgspec's own error as a fault, at the place that it names."""
    text, _, place = str(error).partition(" - at `$")
    steps = re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]", place)
    path = (*prefix, *(int(index) if index else name for name, index in steps))
    if missing := re.fullmatch(r"Object missing required field `(.*)`", text):
        return _required((*path, missing[1]), shape.at(path[len(prefix) :]))
    code = "format" if text.startswith("Invalid") else "type"
    return Fault(path, code, f"{name_of(path)} cannot be read: {text}")


class _Bounded(NamedTuple):
    value: Any
    cut: bool


def _bounded(value: Any, at: Shape | None) -> _Bounded:
    """The value with no more rows, and no more fields that its shape does not name, than faults are told."""
    if is_list(value):
        element = at.element if at else None
        rows = [_bounded(row, element) for row in value[:_MOST_ROWS]]
        return _Bounded([row.value for row in rows], len(value) > _MOST_ROWS or any(row.cut for row in rows))
    if is_object(value):
        known = (at.fields if at else None) or {}
        others = [name for name in value if name not in known]
        left_out = frozenset(others[_MOST_ROWS:])
        fields = {name: _bounded(inner, known.get(name)) for name, inner in value.items() if name not in left_out}
        cut = bool(left_out) or any(inner.cut for inner in fields.values())
        return _Bounded({name: inner.value for name, inner in fields.items()}, cut)
    return _Bounded(value, cut=False)


def _unfolded(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """An error of a choice as the errors of the branch that was meant: of those that fit the value's type, the one
    with the fewest faults. Where all fit its type they are shapes of one object, of which none was meant more than
    another.
    """
    if error.kind.name not in ("anyOf", "oneOf"):
        yield error
        return
    # Only these two kinds carry it, which the library's types do not say.
    branches = cast("list[list[jsonschema_rs.ValidationError]]", cast("Any", error.kind).context)
    meant = [branch for branch in branches if branch and not _mistyped(branch, at=error.instance_path)]
    if not meant or len(meant) == len(branches) > 1:
        yield error
        return
    for inner in min(meant, key=len):
        yield from _unfolded(inner)


def _mistyped(branch: list[jsonschema_rs.ValidationError], *, at: list[str | int]) -> bool:
    return any(error.instance_path == at and _is_mistyped(error) for error in branch)


def _is_mistyped(error: jsonschema_rs.ValidationError) -> bool:
    if error.kind.name == "anyOf":
        branches = cast("list[list[jsonschema_rs.ValidationError]]", cast("Any", error.kind).context)
        return all(_mistyped(branch, at=error.instance_path) for branch in branches)
    return error.kind.name == "type"


def _faults(error: jsonschema_rs.ValidationError, *, shape: Shape, prefix: Path) -> Iterator[Fault]:
    inner = tuple(error.instance_path)
    path = (*prefix, *inner)
    at = shape.at(inner)
    kind: Any = error.kind
    match kind.name:
        case "required":
            yield _required((*path, kind.property), at)
        case "additionalProperties":
            for name in kind.unexpected[: MOST_FAULTS + 1]:
                yield _unknown((*path, name), name=name, owner=at)
        case "enum":
            yield _not_listed(path, kind=kind, value=error.instance, at=at)
        case "minLength":
            yield _too_short(path, limit=kind.limit, facts=_facts(kind, at, error.instance))
        case "anyOf" | "oneOf":
            mistyped = at is None or at.fields is None or not is_object(error.instance)
            told = f"{name_of(path)} must be {_noun(at)}, not {shown(error.instance)}" if mistyped else _unfit(path, at)
            yield Fault(path, "type" if mistyped else "shape", told, facts=_facts(kind, at, error.instance))
        case name:
            message = _sentence(name, kind=kind, value=error.instance, at=at)
            facts = _facts(kind, at, error.instance)
            yield Fault(path, _CODES.get(name, "format"), f"{name_of(path)} {message}", facts=facts)


def _unfit(path: Path, at: Shape | None) -> str:
    return f"{name_of(path)} must be {_noun(at)}: its fields fit none of the shapes"


def _facts(kind: Any, at: Shape | None, value: Any) -> Facts:
    """What a dialect may say of an error of the schema."""
    expected: tuple[str, ...] = ()
    match kind.name:
        case "type":
            expected = tuple(wanted for wanted in kind.types if wanted != "null")
        case "format" | "pattern" if at and at.format:
            expected = (at.format,)
        case _:
            pass
    limit = getattr(kind, "limit", None)
    options = tuple(str(option) for option in getattr(kind, "options", ()) if option is not None)
    return Facts(kind.name, json_type(value), expected=expected, limit=limit, options=options, noun=_noun(at), shown=shown(value))


def _sentence(name: str, *, kind: Any, value: Any, at: Shape | None) -> str:
    match name:
        case "maxLength":
            return f"must have at most {kind.limit} characters, not {len(value)}"
        case "minItems":
            return f"must hold at least {kind.limit} {'entry' if kind.limit == 1 else 'entries'}, not {len(value)}"
        case "maxItems":
            return f"must hold at most {kind.limit} entries; send the rest in another request"
        case "uniqueItems":
            return "must not hold the same entry twice"
        case "minProperties":
            return f"must name {' or '.join(at.fields) if at and at.fields else 'at least one field'}"
        case "maxProperties":
            return f"must hold at most {kind.limit} fields, not {len(value)}"
        case bound if bound in _BOUNDS:
            limit = getattr(kind, "limit", None) if bound != "multipleOf" else kind.multiple_of
            return f"must be {_BOUNDS[bound]} {limit}, not {shown(value)}"
        case _:
            return f"must be {_noun(at)}, not {shown(value)}"


def _noun(at: Shape | None) -> str:
    return at.noun if at else "another value"


def _required(path: Path, owner: Shape | None) -> Fault:
    asked = f"{_noun(owner)} requires it" if owner else "it is required"
    missing = (owner.fields or {}).get(str(path[-1])) if owner else None
    facts = Facts("required", "undefined")
    if missing is not None:
        facts = Facts("required", "undefined", (missing.kind,) if missing.kind else (), options=missing.options, noun=missing.noun)
    return Fault(path, "required", f"{name_of(path)} is missing; {asked}", facts=facts)


def _unknown(path: Path, *, name: str, owner: Shape | None) -> Fault:
    message = f"{speakable(shortened(name)) or 'the empty name'} is not a field of {_noun(owner)}"
    if owner and owner.fields and len(name) <= _LONGEST_GUESSED:
        near = get_close_matches(name, owner.fields, n=1)
        message += f"; did you mean {near[0]}?" if near else ""
    return Fault(path, "unknown_field", message, facts=Facts("additionalProperties", "", shown=shown(name)))


def _not_listed(path: Path, *, kind: Any, value: Any, at: Shape | None) -> Fault:
    options = [option for option in kind.options if option is not None]
    listed = len(options) <= _MOST_LISTED
    wanted = "one of " + ", ".join(map(str, options)) if listed else _noun(at)
    # A value of another type than all the listed ones is not a misspelt one.
    known = any(isinstance(option, type(value)) for option in options)
    code = (at.code if at and at.code else "enum") if known else "type"
    return Fault(path, code, f"{name_of(path)} must be {wanted}, not {shown(value)}", facts=_facts(kind, at, value))


def _too_short(path: Path, *, limit: int, facts: Facts) -> Fault:
    if limit == 1:
        return Fault(path, "required", f"{name_of(path)} must not be empty", facts=facts)
    return Fault(path, "too_small", f"{name_of(path)} must have at least {limit} characters", facts=facts)


def _rank(path: Path, shape: Shape) -> list[tuple[int, int]]:
    """Where a fault stands: fields in the order of the struct, unknown ones after them, rows in their own order."""
    rank: list[tuple[int, int]] = []
    at: Shape | None = shape
    for step in path:
        if isinstance(step, int):
            rank.append((0, step))
            at = at.element if at else None
        else:
            names = list(at.fields or ()) if at else []
            rank.append((0, names.index(step)) if step in names else (1, 0))
            at = (at.fields or {}).get(step) if at else None
    return rank

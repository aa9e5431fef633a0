"""Whether values of custom properties are what the company defined: known, of their type, among the authorised ones, none missing.

What this module does not do: look definitions up (`core.catalogue` says what one is), or keep values.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

from duebook.core.catalogue import CustomProperty, Entry, PropertyType
from duebook.core.refusal import Path, Refusal, required

_EXPECTED: Final[Mapping[PropertyType, str]] = {
    "date": "an instant with its offset or Z, such as 2026-01-31T12:00:00.000Z",
    "boolean": "true or false",
    "number": "a number",
    "text": "a text",
    "select": "one text",
    "multi_select": "a list of texts",
}
_TEXTS: Final = frozenset({"text", "select"})
RESTRICTABLE: Final = frozenset({"text", "select", "multi_select"})
"""Types that can have authorised values."""


def value_refusals(
    values: Mapping[str, Any] | None,
    *,
    definitions: Mapping[str, Entry],
    needs_all: bool = True,
    path: Path = ("custom_properties",),
) -> list[Refusal]:
    """What speaks against `values` by slug, given the `definitions` by slug of the kind of thing they belong to.

    Refused, each at its slug below `path`: an unknown slug; a value that is not of its type or not among the authorised ones; with
    `needs_all` also a required property without a value (null is none).
    """
    given = values or {}
    refusals: list[Refusal] = []
    for slug, value in given.items():
        definition = definitions.get(slug)
        if definition is None:
            refusals.append(Refusal("invalid", "custom_property", f"there is no custom property {slug!r} here", (*path, slug)))
        elif value is not None:
            refusals += _judged(value, definition.content, slug=slug, path=(*path, slug))
    if needs_all:
        refusals += [
            required(path=(*path, slug), message=f"the custom property {slug!r} is required")
            for slug, definition in definitions.items()
            if definition.content.is_required and given.get(slug) is None
        ]
    return refusals


def definition_refusals(definition: CustomProperty) -> list[Refusal]:
    """What speaks against a definition: authorised values of a type that cannot have any."""
    if definition.authorised_values and definition.type not in RESTRICTABLE:
        message = f"a property of type {definition.type} has no authorised values: {', '.join(sorted(RESTRICTABLE))} may have some"
        return [Refusal("invalid", "custom_property", message, ("authorised_values",))]
    return []


def by_slug(definitions: Iterable[Entry], *, entity: str) -> dict[str, Entry]:
    """The definitions that hold for a kind of thing (customer, product, invoice, ...), by slug."""
    return {entry.slug: entry for entry in definitions if entry.slug is not None and entry.is_active and entity in entry.content.entities}


def _judged(value: Any, definition: CustomProperty, *, slug: str, path: Path) -> list[Refusal]:
    if not _fits(value, definition.type):
        message = f"the custom property {slug!r} takes {_EXPECTED[definition.type]}"
        return [Refusal("invalid", "custom_property", message, path)]
    if definition.authorised_values and definition.type in RESTRICTABLE:
        chosen = [value] if definition.type in _TEXTS else value
        other = next((text for text in chosen if text not in definition.authorised_values), None)
        if other is not None:
            message = f"{other!r} is none of the authorised values of {slug!r}: {', '.join(definition.authorised_values[:20])}"
            return [Refusal("invalid", "custom_property", message, path)]
    return []


def _fits(value: Any, of: PropertyType) -> bool:
    match of:
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        case "text" | "select":
            return isinstance(value, str)
        case "multi_select":
            return isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in cast("Iterable[object]", value))
        case "date":
            return isinstance(value, str) and _is_instant(value)


def _is_instant(text: str) -> bool:
    if "T" not in text:
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False

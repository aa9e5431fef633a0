"""What is wrong with a body or a query, in the words that clients of this door know: `Too big: expected number to be <=100`.

The facts of a fault come from `web.complaints`; where there are none, its own sentence is taken. Nothing is judged here.
"""

from typing import Final

from duebook.web.faults import Facts, Fault

_BOUNDS: Final = {
    "minLength": "Too small: expected string to have >={} characters",
    "maxLength": "Too big: expected string to have <={} characters",
    "minItems": "Too small: expected array to have >={} items",
    "maxItems": "Too big: expected array to have <={} items",
    "minimum": "Too small: expected number to be >={}",
    "exclusiveMinimum": "Too small: expected number to be >{}",
    "maximum": "Too big: expected number to be <={}",
    "exclusiveMaximum": "Too big: expected number to be <{}",
}
_FORMATS: Final = {
    "date-time": "Invalid ISO datetime",
    "date": "Invalid ISO date",
    "email": "Invalid email address",
    "uri": "Invalid URL",
    "uuid": "Invalid UUID",
}
_FITS_NOTHING: Final = "Invalid input"
# A longer list of values that has a name, such as that of the currencies, is told by it.
_MOST_LISTED: Final = 20


def worded(fault: Fault) -> str:
    """The message for one fault."""
    facts = fault.facts
    if facts is None:
        return fault.message
    if facts.rule in _BOUNDS:
        return _BOUNDS[facts.rule].format(facts.limit)
    match facts.rule:
        case "type":
            return _mistyped(facts)
        case "required":
            return _option(facts) if facts.options else _mistyped(facts)
        case "enum":
            return _option(facts)
        case "format" | "pattern" | "check":
            known = [_FORMATS[name] for name in facts.expected if name in _FORMATS]
            return known[0] if known else f"Invalid input: expected {facts.noun}"
        case "anyOf" | "oneOf":
            return _FITS_NOTHING
        case "additionalProperties":
            return f"Unrecognized key: {facts.shown}"
        case _:
            return fault.message


def _mistyped(facts: Facts) -> str:
    if len(facts.expected) != 1:
        return _FITS_NOTHING
    wanted = facts.expected[0]
    if wanted != "integer":
        return f"Invalid input: expected {wanted}, received {facts.received}"
    if facts.received != "number":
        return f"Invalid input: expected number, received {facts.received}"
    return f"Invalid input: expected int, received number ({facts.noun}, not {facts.shown})"


def _option(facts: Facts) -> str:
    if facts.noun and len(facts.options) > _MOST_LISTED:
        return f"Invalid option: expected {facts.noun}"
    return "Invalid option: expected one of " + "|".join(f'"{option}"' for option in facts.options)

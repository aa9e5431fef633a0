"""What a single value of this door must be beyond its type: an e-mail address, a host, a time zone, an IBAN, free properties.

The form runs these on parsed values (`extra={"check": …}` in `scalars.py`). Whether what a value names exists is not asked here.
"""

from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeGuard
from zoneinfo import available_timezones

from jsonschema_rs import Draft202012Validator
from stdnum import iban

from duebook.web.plain import is_list, is_object
from duebook.web.soundness import number_within

MOST_VALUES: Final = 500
MOST_PROPERTIES: Final = 1_000

# The validator that explains a refusal, so that check and explanation cannot differ.
_emails: Final = Draft202012Validator({"format": "email"}, validate_formats=True)
_hosts: Final = Draft202012Validator({"format": "hostname"}, validate_formats=True)
_is_number: Final = number_within({})


def is_email(text: Any) -> bool:
    """Whether a text is an e-mail address, as the format of that name in JSON schema has it."""
    return isinstance(text, str) and _emails.is_valid(text)


def is_host(text: Any) -> bool:
    """Whether a text is a host name, as the format of that name in JSON schema has it."""
    return isinstance(text, str) and _hosts.is_valid(text)


def is_zone(text: Any) -> bool:
    """Whether a text names a time zone of the IANA database."""
    return isinstance(text, str) and text in _zones()


def is_iban(text: Any) -> bool:
    """Whether a text is an IBAN with right check digits, blanks between its groups allowed."""
    return isinstance(text, str) and bool(iban.is_valid(text))


def is_metadata(value: Any) -> bool:
    """Whether a value is an object of texts, numbers, booleans, nulls and lists of those."""
    return _is_small_object(value) and all(_is_plain(inner) or _is_list_of(inner, texts_only=False) for inner in value.values())


def is_custom_values(value: Any) -> bool:
    """Whether a value is an object of texts, numbers, booleans, nulls and lists of texts."""
    return _is_small_object(value) and all(_is_plain(inner) or _is_list_of(inner, texts_only=True) for inner in value.values())


def _is_small_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return is_object(value) and len(value) <= MOST_PROPERTIES


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, bool)) or (isinstance(value, (int, float, Decimal)) and _is_number(value))


def _is_list_of(value: Any, *, texts_only: bool) -> bool:
    if not is_list(value) or len(value) > MOST_VALUES:
        return False
    return all(isinstance(row, str) if texts_only else _is_plain(row) for row in value)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())

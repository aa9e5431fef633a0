"""What msgspec judges too mildly, on single parsed values: dashes of UUIDs, years of days and instants, numbers that are Decimals.

Each check answers whether a value of the body, as JSON has it, may be taken; where in the body they hold stands in `shapes.py`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from duebook.web.syntax import is_keepable

# The years that an answer, a calendar and PostgreSQL agree on; the patterns say the same to a reader of the schema.
EARLIEST_DAY: Final = "1900-01-01"
LATEST_DAY: Final = "2999-12-31"
DAY_PATTERN: Final = "^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
INSTANT_PATTERN: Final = "^(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$"
UUID_LENGTH: Final = 36

_INSTANT: Final = re.compile(INSTANT_PATTERN.removesuffix("$"))
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2999


def is_dashed(text: Any) -> bool:
    """Whether the text of a UUID has its dashes."""
    return isinstance(text, str) and len(text) == UUID_LENGTH


def is_in_years(text: Any) -> bool:
    """Whether a day is one of the years 1900 to 2999."""
    return isinstance(text, str) and EARLIEST_DAY <= text <= LATEST_DAY


def is_instant(text: Any) -> bool:
    """Whether a text is a date-time with `T`, seconds and an offset or `Z`, of the years 1900 to 2999 in UTC."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        return False
    try:
        return _EARLIEST_YEAR <= datetime.fromisoformat(text).astimezone(UTC).year <= _LATEST_YEAR
    except (ValueError, OverflowError):
        return False


def number_within(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    """A check for numbers that can be kept, in the bounds of the schema: msgspec has none for Decimals, and takes a text
    for one.
    """
    least, most = schema.get("minimum"), schema.get("maximum")

    def check(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            return False
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return is_keepable(exact) and (least is None or exact >= least) and (most is None or exact <= most)

    return check

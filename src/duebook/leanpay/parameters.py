"""The door's query parameters: how each is described and read. A bad value is refused by name; the door ignores an unknown parameter."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from duebook.core.status import CREDIT_NOTE_STATUSES, INVOICE_STATUSES
from duebook.store.lists import SORTS, Filters
from duebook.web.operations import BadParameter, Parameter
from duebook.web.today import beginning

_LARGEST: Final = 9_007_199_254_740_991
_DAY: Final = re.compile(r"(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME_SCHEMA: Final = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[^\\u0000]*$"}


def _page(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,16}", text) or not 1 <= int(text) <= _LARGEST:
        raise BadParameter("must be a whole number from 1 on")
    return int(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise BadParameter("must be true or false")
    return text == "true"


def _uuid(text: str) -> UUID:
    if not _UUID.fullmatch(text):
        raise BadParameter("must be a UUID")
    return UUID(text)


def _name(text: str) -> str:
    if not 1 <= len(text) <= 80 or "\0" in text:
        raise BadParameter("must have 1 to 80 characters")
    return text


def _since(text: str) -> date:
    """A day, which begins when it does for the tenant, or an instant."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        # In a query a + that was not percent-encoded arrives as a space: only the sign of an offset can stand there.
        instant = re.sub(r" (\d{2}:\d{2})$", r"+\1", text)
        if _INSTANT.fullmatch(instant):
            return datetime.fromisoformat(instant.upper().replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadParameter("must be a date (2026-02-01) or a date-time (2026-02-01T08:00:00Z)")


def _one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise BadParameter(f"must be one of {', '.join(values)}")
        return text

    return read


def _several(values: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    one = _one_of(values)

    def read(text: str) -> tuple[str, ...]:
        return tuple(one(part) for part in text.split(","))

    return read


def _status(values: tuple[str, ...]) -> Parameter:
    schema = {"type": "array", "minItems": 1, "items": {"enum": list(values)}}
    return Parameter(name="status", schema=schema, read=_several(values), joined=True, description="one or several, joined by commas")


_SORT_VALUES: Final = (*SORTS, *(f"-{sort}" for sort in SORTS))

PAGE: Final = Parameter(
    name="page",
    schema={"type": "integer", "minimum": 1, "maximum": _LARGEST, "default": 1},
    read=_page,
    description="100 rows a page; beyond the last one there are none",
)
CLIENT_ID: Final = Parameter(name="clientId", schema={"type": "string", "format": "uuid"}, read=_uuid, description="of this client only")
EXTERNAL_ID: Final = Parameter(name="externalId", schema=_NAME_SCHEMA, read=_name, description="the one that was imported with it")
UPDATED_SINCE: Final = Parameter(
    name="updatedSince",
    schema={"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]},
    read=_since,
    description="inclusive; a day begins at its midnight in the tenant's time zone; a sync overlaps it by 60 s",
)
SEARCH: Final = Parameter(name="search", schema=_NAME_SCHEMA, read=_name, description="words, each a prefix")
SORT: Final = Parameter(
    name="sort",
    schema={"enum": list(_SORT_VALUES), "default": "createdAt"},
    read=_one_of(_SORT_VALUES),
    description="a minus turns it round; what the rows do not have sorts by createdAt",
)
INVOICE_STATUS: Final = _status(INVOICE_STATUSES)
CREDIT_NOTE_STATUS: Final = _status(CREDIT_NOTE_STATUSES)
DRY_RUN: Final = Parameter(
    name="dryRun", schema={"type": "boolean", "default": False}, read=_boolean, description="check everything, store nothing"
)
ALLOW_PARTIAL: Final = Parameter(
    name="allowPartial", schema={"type": "boolean", "default": False}, read=_boolean, description="take the good items, answer 207"
)


def filters(query: Any, *, timezone: str) -> Filters:
    """What a list is narrowed to, from the read parameters; `timezone` is the tenant's."""
    sort: str = query.get("sort", "createdAt")
    since: date | None = query.get("updatedSince")
    if since is not None and not isinstance(since, datetime):
        since = beginning(since, timezone=timezone)
    return Filters(
        customer_id=query.get("clientId"),
        external_id=query.get("externalId"),
        updated_since=since,
        statuses=query.get("status", ()),
        search=query.get("search"),
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
    )

"""Pages of this door's lists: by offset (`take`, `skip`) and by cursor (`limit`, `cursor`), from the read parameters to values and back.

What is on a page is not asked here.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from duebook.hyperline import ids
from duebook.hyperline.ids import Kind
from duebook.hyperline.parameters import flag, one_of, text, whole
from duebook.web.faults import Facts, Fault
from duebook.web.operations import Parameter
from duebook.web.problem import Problem, QueryRefused

DEFAULT_SIZE: Final = 50
LARGEST_SIZE: Final = 100
FURTHEST: Final = 10_000
"""How far skip and take may reach together, on the lists that have grown too long for pages by offset."""

_LARGEST: Final = 9_007_199_254_740_991


class Cursor(NamedTuple):
    """Where a page ended: the id of its last row, and the order of the pages. `at` is the row's place where the sort is by an instant that
    may change meanwhile.
    """

    id: UUID
    sort: str
    descending: bool
    at: datetime | None = None


class CursorPage(NamedTuple):
    """The page that is asked for, behind `after`; `sort` and `descending` are the cursor's if there is one."""

    limit: int
    sort: str
    descending: bool
    after: Cursor | None
    include_total: bool


class OffsetPage(NamedTuple):
    """The page that is asked for."""

    take: int
    skip: int


TAKE: Final = Parameter(
    name="take",
    schema={"type": "integer", "minimum": 0, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE},
    read=whole(least=0, most=LARGEST_SIZE),
    description="rows of the page",
    optional_value=True,
)
SKIP: Final = Parameter(
    name="skip",
    schema={"type": "integer", "minimum": 0, "default": 0},
    read=whole(least=0, most=_LARGEST),
    description="rows before the page",
    optional_value=True,
)
OFFSET: Final = (TAKE, SKIP)
"""The parameters of a page by offset."""
LIMIT: Final = Parameter(
    name="limit",
    schema={"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE},
    read=whole(least=1, most=LARGEST_SIZE, above=0),
    description="rows of the page",
    optional_value=True,
)
CURSOR: Final = Parameter(
    name="cursor", schema={"type": "string"}, read=text, description="opaque: next_cursor of the page before", optional_value=True
)
INCLUDE_TOTAL: Final = Parameter(
    name="include_total",
    schema={"type": "boolean", "default": False},
    read=flag,
    description="whether the page says how many rows there are in all",
    optional_value=True,
)
ORDER: Final = Parameter(
    name="order", schema={"type": "string", "enum": ["asc", "desc"], "default": "desc"}, read=one_of(("asc", "desc")), optional_value=True
)


def sort_parameter(sorts: Sequence[str]) -> Parameter:
    """What a list may be sorted by."""
    return Parameter(name="sort", schema={"type": "string", "enum": list(sorts)}, read=one_of(sorts), optional_value=True)


def cursor_parameters(sorts: Sequence[str] = ()) -> tuple[Parameter, ...]:
    """The parameters of a page by cursor; without `sorts` the order is that of creation and cannot be chosen."""
    return (LIMIT, CURSOR, INCLUDE_TOTAL, *((sort_parameter(sorts), ORDER) if sorts else ()))


def cursor_page(query: Mapping[str, Any], *, kind: Kind, sorts: Sequence[str] = ("created_at",)) -> CursorPage:
    """The page by cursor over rows of `kind` that the read parameters ask for; newest first unless they say otherwise.

    Raises Problem 400 for a cursor that this list did not make.
    """
    written = cast("str | None", query.get("cursor"))
    after = None if written is None else read_cursor(written, kind=kind, sorts=sorts)
    sort = after.sort if after else query.get("sort", "created_at")
    descending = after.descending if after else query.get("order", "desc") == "desc"
    return CursorPage(query.get("limit", DEFAULT_SIZE), sort, descending, after, query.get("include_total", False))


def offset_page(query: Mapping[str, Any], *, furthest: int | None = None) -> OffsetPage:
    """The page by offset that the read parameters ask for. Raises QueryRefused where it reaches beyond `furthest` rows."""
    page = OffsetPage(query.get("take", DEFAULT_SIZE), query.get("skip", 0))
    if furthest is not None and page.skip + page.take > furthest:
        facts = Facts("maximum", "number", limit=furthest - page.take)
        raise QueryRefused([Fault(("skip",), "format", f"skip and take together reach beyond row {furthest}", facts=facts)])
    return page


def written_cursor(cursor: Cursor, *, kind: Kind) -> str:
    """A cursor as text: base64url without padding, of JSON."""
    told = {"i": ids.shown(cursor.id, kind=kind), "s": cursor.sort, "o": "desc" if cursor.descending else "asc"}
    if cursor.at is not None:
        told["a"] = cursor.at.isoformat()
    return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).rstrip(b"=").decode()


def read_cursor(written: str, *, kind: Kind, sorts: Sequence[str]) -> Cursor:
    """The cursor behind a text. Raises Problem 400 for what `written_cursor` did not make."""
    try:
        raw = written.encode("ascii")
        told = json.loads(base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True))
        id, sort, order = ids.read(told["i"], kind=kind), told["s"], told["o"]
        at = datetime.fromisoformat(told["a"]) if "a" in told else None
        if id is not None and sort in sorts and order in ("asc", "desc") and (at is None or at.tzinfo is not None):
            return Cursor(id, sort, order == "desc", at)
    except (binascii.Error, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        pass
    raise Problem(400, "cursor", "Invalid cursor")

"""What the door's operations share: the id in a path, refusals, and pages put together. Which rows are on a page is not decided here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from msgspec import UNSET

from duebook.core.refusal import Refusal, not_found
from duebook.hyperline import ids, wire
from duebook.hyperline.ids import Kind
from duebook.hyperline.pages import Cursor, CursorPage, OffsetPage, written_cursor
from duebook.web.operations import Ask
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer

T = TypeVar("T")

READ_CODES: Final = (400, 401, 403, 404, 429)
LIST_CODES: Final = (400, 401, 403, 429)
WRITE_CODES: Final = (400, 401, 403, 404, 409, 413, 415, 417, 429)
"""Of operations with a body."""
CHANGE_CODES: Final = (400, 401, 403, 404, 409, 417, 429)
"""Of operations that write and have no body."""

NO_CONTENT: Final = Answer(204, b"")


def missing(word: str) -> RequestRefused:
    """404: what the path names is not there. `word` is the kind as messages call it: Customer."""
    return RequestRefused([], [not_found(path=(), message=f"{word} not found")])


def id_in(ask: Ask, *, kind: Kind, word: str, place: int = 0) -> UUID:
    """The id in the path, by its place among the path's parameters. Raises `missing` for a text that cannot be one."""
    id = ids.read(ask.names[place], kind=kind)
    if id is None:
        raise missing(word)
    return id


def accepted(result: T | list[Refusal], *, names: Mapping[str, str] = MappingProxyType({})) -> T:
    """What an action came to. Raises RequestRefused for its refusals, each at the field of the body that it is about (`names`: ours by
    theirs, equal ones left out).
    """
    if isinstance(result, list):
        raise RequestRefused([], at_fields(cast("list[Refusal]", result), names=names))
    return result


def at_fields(refusals: Iterable[Refusal], *, names: Mapping[str, str]) -> list[Refusal]:
    """Refusals at the fields of a flat body; what lies below a field, such as a slug, keeps its own name."""
    theirs: dict[str | int, str] = {ours: name for name, ours in names.items()}
    return [refusal._replace(path=(*(theirs.get(step, step) for step in refusal.path[:1]), *refusal.path[1:])) for refusal in refusals]


def offset_meta(*, total: int, taken: int, page: OffsetPage) -> wire.OffsetMeta:
    """`meta` of a page by offset."""
    return wire.OffsetMeta(total=total, taken=taken, skipped=page.skip)


def cursor_answer(
    struct: Callable[..., T], *, found: Sequence[Any], shown: Sequence[Any], page: CursorPage, kind: Kind, total: int | None,
    place: Callable[[Any], Cursor],
) -> T:  # fmt: skip
    """A page by cursor: `found` are the rows behind the cursor, one more than the page has if there are more; `shown` those of the page as
    answers. `place` tells where a row stands; `total` is None unless it was asked for.
    """
    more = len(found) > page.limit
    cursor = written_cursor(place(found[page.limit - 1]), kind=kind) if more else None
    return struct(data=list(shown), next_cursor=cursor, has_more=more, total=UNSET if total is None else total)

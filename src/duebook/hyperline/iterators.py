"""Pages by iterator (`limit`, `iterator`), as the lists of webhooks have them: the iterator is the id of the last row.

Which rows are on a page is not asked here.
"""

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from duebook.hyperline import ids
from duebook.hyperline.ids import Kind
from duebook.hyperline.pages import DEFAULT_SIZE
from duebook.hyperline.parameters import text, whole
from duebook.hyperline.wire.webhooks import IteratorMeta
from duebook.web.operations import Ask, Parameter
from duebook.web.problem import Problem

LARGEST_PAGE: Final = 250

LIMIT: Final = Parameter(
    name="limit",
    schema={"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": DEFAULT_SIZE},
    read=whole(least=1, most=LARGEST_PAGE),
    description="rows of the page",
    optional_value=True,
)
ITERATOR: Final = Parameter(
    name="iterator", schema={"type": "string"}, read=text, description="opaque: iterator of the page before", optional_value=True
)


class HasId(Protocol):
    """A row of a page."""

    @property
    def id(self) -> UUID: ...


def size_of(ask: Ask) -> int:
    """How many rows the page has at most."""
    return ask.query.get("limit", DEFAULT_SIZE)


def behind(ask: Ask, *, kind: Kind) -> UUID | None:
    """The row that the page before ended with; None: there was none. Raises Problem 400 for an iterator that this list did not make."""
    iterator: str | None = ask.query.get("iterator")
    if iterator is None:
        return None
    id = ids.read(iterator, kind=kind)
    if id is None:
        raise Problem(400, "cursor", "Invalid cursor")
    return id


def meta(found: Sequence[HasId], *, size: int, kind: Kind) -> IteratorMeta:
    """`meta` of a page; `found` are its rows and one more if there are more."""
    return IteratorMeta(ids.shown(found[size - 1].id, kind=kind) if len(found) > size else None)

"""Lists of documents of every kind, in order of creation or of issue: the ids of a page and the exact total, from conditions.

A page is found by key, not by counting to it, at the same cost anywhere in a list of any length; the order of issue, and conditions that no
index knows, read the tenant. Totals without conditions come from the tallies, others are counted. What this module does not do: read the
documents of the page (`documents`), or know a door's words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from duebook.core.document_status import DOCUMENT_STATUSES
from duebook.core.lines import Kind
from duebook.core.status import STANDINGS
from duebook.store import journal
from duebook.store.conditions import Condition, narrowed
from duebook.store.db import Connection
from duebook.store.queries import load

_SQL = load("document_lists.sql")

Sort = Literal["created_at", "emitted_at"]
KINDS: Final[tuple[Kind, ...]] = ("invoice", "credit_note", "document")
WORDS: Final = (*DOCUMENT_STATUSES, "late", "finalized", "refunded")
"""What a document may be asked to be: of a status, past its due day with something due, numbered, or credited in full."""
LARGEST_PAGE: Final = 100
FURTHEST: Final = 10_000
"""How far a page by offset may reach."""
FEW: Final = 10_000
"""So many updated rows are sorted sooner than met on a walk through all of them in order of creation."""

_BRANCHES: Final = "-- branches"
_SETTLED: Final = ("paid", "offset")
_DUE: Final = tuple(standing for standing in STANDINGS if standing not in _SETTLED)
_STANDINGS: Final = {"paid": _SETTLED, "to_pay": _DUE, "partially_paid": _DUE, "late": _DUE}
"""By word, the standings that an invoice may have; of other words, any."""
_ANSWERS: Final = {
    "invoices": frozenset({"to_pay", "partially_paid", "paid", "late", "finalized", "refunded"}),
    "credit_notes": frozenset({"to_pay", "partially_paid", "paid", "finalized"}),
    "alone": frozenset({"draft", "to_pay", "partially_paid", "paid", "late", "finalized"}),
}
"""By block, the words that its documents may answer to: no other need be looked through. No fact of the books makes a document answer to
what is in none of them.
"""
_FROM_ON: Final = frozenset({"equals", "gt", "gte"})


class Place(NamedTuple):
    """A document on a page: its id, and its issue instant where the list is in that order."""

    id: UUID
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is narrowed to. `words` (of WORDS): documents that answer to any of them; None narrows nothing.

    `conditions` are of the fields of the list blocks. `customer_external_id` and `line_id` narrow to that customer's documents and to the
    one that has the line.
    """

    kinds: frozenset[Kind] = frozenset(KINDS)
    words: frozenset[str] | None = None
    conditions: Sequence[Condition] = ()
    customer_external_id: str | None = None
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Which part of a list: up to `size` places behind `after`, or behind so many `skipped`. size + skipped: at most FURTHEST."""

    size: int
    sort: Sort = "created_at"
    descending: bool = True
    after: Place | None = None
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The tenant's day and time zone, by which something is late."""

    day: date
    timezone: str


async def page(connection: Connection, *, tenant_id: UUID, asked: Asked, stretch: Stretch, today: Today) -> list[Place]:
    """The places of a stretch of the list, in order."""
    narrow = await _narrow(connection, tenant_id, asked)
    branches = _branches_for(narrow)
    if not branches or not stretch.size:
        return []
    direction = "down" if stretch.descending else "up"
    by = "created" if stretch.sort == "created_at" else "emitted"
    order = "few" if by == "created" and await _is_of_few(connection, tenant_id, narrow.conditions) else by
    reach = "page" if stretch.size + stretch.skipped <= LARGEST_PAGE + 1 else "far"
    flags = {stretch.sort, f"all_{by}_{direction}", f"{order}_{direction}", reach}
    if stretch.after is not None:
        flags.add(f"after_{by}_{direction}")
    values = {"size": stretch.size, "skipped": stretch.skipped}
    if stretch.after is not None:
        values |= {"after_id": stretch.after.id, "after_at": stretch.after.at}
    rows = await _fetch(connection, "page", tenant_id, narrow, branches, flags, values, today)
    return [Place(row[0], row[1]) for row in rows]


async def total(connection: Connection, *, tenant_id: UUID, asked: Asked, today: Today) -> int:
    """How many documents the whole list has."""
    if not asked.conditions and asked.words is None and asked.customer_external_id is None and asked.line_id is None:
        return await _tallied(connection, tenant_id, asked.kinds)
    narrow = await _narrow(connection, tenant_id, asked)
    branches = _branches_for(narrow)
    if not branches:
        return 0
    [row] = await _fetch(connection, "count", tenant_id, narrow, branches, {"count", "created_at"}, {}, today)
    return row[0]


async def _tallied(connection: Connection, tenant_id: UUID, kinds: frozenset[Kind]) -> int:
    tally = await journal.totals(connection, tenant_id=tenant_id)
    alone = sum([row[1] for row in await connection.fetch(_SQL["number_alone"], tenant_id) if row[0] in kinds])
    return alone + (tally.invoices if "invoice" in kinds else 0) + (tally.credit_notes if "credit_note" in kinds else 0)


async def _narrow(connection: Connection, tenant_id: UUID, asked: Asked) -> Asked:
    """The same question with what is named by something else looked up."""
    found = list(asked.conditions)
    if asked.customer_external_id is not None:
        rows = await connection.fetch(_SQL["customer_named"], tenant_id, asked.customer_external_id)
        found.append(Condition("customer_id", "in", tuple(row[0] for row in rows)))
    if asked.line_id is not None:
        rows = await connection.fetch(_SQL["with_line"], tenant_id, asked.line_id)
        found.append(Condition("id", "in", tuple(row[0] for row in rows)))
    return Asked(kinds=asked.kinds, words=asked.words, conditions=found)


async def _is_of_few(connection: Connection, tenant_id: UUID, conditions: Sequence[Condition]) -> bool:
    """Whether the list is of what was updated lately, and that is little."""
    since = [c.values[0] for c in conditions if c.field == "updated_at" and c.operator in _FROM_ON]
    if not since:
        return False
    return await connection.fetchval(_SQL["updated_since"], tenant_id, max(since), FEW + 1) <= FEW


class _Branch(NamedTuple):
    """A block that may hold what is asked for; `standing`: of invoices with this one alone."""

    block: str
    standing: str | None = None


def _branches_for(asked: Asked) -> tuple[_Branch, ...]:
    blocks = [("invoices", "invoice" in asked.kinds), ("credit_notes", "credit_note" in asked.kinds), ("alone", True)]
    branches: list[_Branch] = []
    for block, fits in blocks:
        words = None if asked.words is None else asked.words & _ANSWERS[block]
        if fits and (words is None or words):
            branches += [_Branch(block, standing) for standing in (_standings(words) if block == "invoices" else [None])]
    return tuple(branches)


def _standings(words: frozenset[str] | None) -> Sequence[str | None]:
    """The standings to look at one by one, each in the order of its index; [None] where all of them may fit."""
    if words is None or not all(word in _STANDINGS for word in words):
        return [None]
    found = list(dict.fromkeys(standing for word in sorted(words) for standing in _STANDINGS[word]))
    return [None] if len(found) == len(STANDINGS) else found


async def _fetch(
    connection: Connection, block: str, tenant_id: UUID, asked: Asked, branches: tuple[_Branch, ...], flags: set[str],
    values: Mapping[str, Any], today: Today,
) -> Sequence[Any]:  # fmt: skip
    conditions = list(asked.conditions)
    if asked.kinds != frozenset(KINDS) and _Branch("alone") in branches:
        conditions.append(Condition("kind", "in", tuple(sorted(asked.kinds))))
    if asked.words is not None:
        conditions.append(Condition("status", "any", tuple(sorted(asked.words))))
        flags = flags | ({"refunded"} if "refunded" in asked.words else set[str]())
        flags |= {"credited"} if set(asked.words) == {"refunded"} else set[str]()
    rendered, bound = narrowed(_composed(block, branches), given=flags, conditions=conditions)
    standings = {f"standing_{place}": branch.standing for place, branch in enumerate(branches)}
    known = {"tenant_id": tenant_id, "day": today.day, "timezone": today.timezone, **values, **standings, **bound}
    return await connection.fetch(rendered.sql, *rendered.arguments(known))


@cache
def _composed(block: str, branches: tuple[_Branch, ...]) -> str:
    """A block with its branches; there are a few dozen combinations."""
    parts: list[str] = []
    for place, branch in enumerate(branches):
        text = _SQL[branch.block]
        if branch.standing is not None:
            text = text.replace("--? one_standing: ", "").replace(":standing", f":standing_{place}")
        parts.append(f"UNION ALL\n(\n{text}\n)")
    return _SQL[block].replace(_BRANCHES, "\n".join(parts))

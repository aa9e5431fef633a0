"""Lists: the ids of a page and the exact total, from filters.

Totals of what everybody asks for come from the tallies, at the same cost for a thousand and a million documents; other filters are counted.
A filter or a sort that a resource has no column for is ignored. What this module does not do: read the documents of the page.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Literal
from uuid import UUID

from duebook.core.status import TIMELESS
from duebook.store import journal
from duebook.store.db import Connection
from duebook.store.marks import DISTANCE
from duebook.store.queries import Rendered, load, render

_SQL = load("lists.sql")

Resource = Literal["invoices", "credit_notes", "customers"]
PAGE_SIZE: Final = 100
SORTS: Final = ("createdAt", "updatedAt", "issueDate", "dueDate", "amount", "name")

FEW: Final = 10_000
"""So many updated rows are sorted sooner than met on a walk through all of them in order of creation."""

_WITHOUT_STATUS: Final = ("customers",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; None and empty narrow nothing. `statuses` are of the resource; `search` is words, each a prefix."""

    customer_id: UUID | None = None
    external_id: str | None = None
    updated_since: datetime | None = None
    statuses: tuple[str, ...] = ()
    search: str | None = None
    sort: str = "createdAt"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The records of a page in order (of invoices each an `InvoiceFace` and more, else the id first), and how many there are in all."""

    records: Sequence[Any]
    total: int

    @property
    def ids(self) -> list[UUID]:
        """The ids of the page, in order."""
        return [record[0] for record in self.records]


async def page(connection: Connection, *, tenant_id: UUID, resource: Resource, filters: Filters, number: int, day: date) -> Page:
    """Page `number` (from 1) of a resource, on `day`; beyond the end it is empty."""
    conditions, values = _conditions(resource, filters, day)
    by_status = _is_by_status(resource, filters, conditions)
    if number == 1 and (by_status or not conditions):
        total_of = "total_by_status" if by_status else "total"
        given = frozenset(conditions | {"page", total_of, _order(resource, filters)})
        return await _first(connection, rendered(resource, given), values | {"tenant_id": tenant_id, "statuses": list(filters.statuses)})
    total = await _total(connection, tenant_id, resource, filters, conditions, values)
    skipped = (number - 1) * PAGE_SIZE
    if skipped >= total:
        return Page((), total)
    order = _order(resource, filters)
    if resource == "invoices" and not conditions and order == "createdAt" and skipped >= DISTANCE:
        mark = await connection.fetchrow(_SQL["mark_before"], tenant_id, skipped)
        if mark is not None:
            conditions, skipped = conditions | {"from_id"}, skipped - mark["position"]
            values["from_id"] = mark["id"]
    if "updated_since" in conditions and total <= FEW:
        order = order.replace("createdAt", "createdAt_of_few")
    query = rendered(resource, frozenset(conditions | {"page", order}))
    values |= {"tenant_id": tenant_id, "size": PAGE_SIZE, "skipped": skipped}
    rows = await connection.fetch(query.sql, *query.arguments(values))
    return Page(rows, total)


async def _first(connection: Connection, query: Rendered, values: Mapping[str, Any]) -> Page:
    """What is asked most, in one statement: each record tells the total. Where there is none, there is nothing to count."""
    records = await connection.fetch(query.sql, *query.arguments({**values, "size": PAGE_SIZE, "skipped": 0}))
    return Page(records, records[0]["total"] if records else 0)


def _is_by_status(resource: Resource, filters: Filters, conditions: set[str]) -> bool:
    """Whether statuses of invoices are all that narrows the list: those the tallies count."""
    return resource == "invoices" and bool(conditions) and conditions <= {*filters.statuses, "timeless", "several"}


@cache
def rendered(resource: Resource, given: frozenset[str]) -> Rendered:
    """The statement of one combination of conditions; there are few, and each is prepared once per connection."""
    return render(_SQL[resource], given=given)


def _conditions(resource: Resource, filters: Filters, day: date) -> tuple[set[str], dict[str, Any]]:
    given: dict[str, Any] = {
        "customer_id": filters.customer_id if resource != "customers" else None,
        "external_id": filters.external_id,
        "updated_since": filters.updated_since,
        "words": words(filters.search) if filters.search is not None else None,
    }
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    conditions = set(values)
    statuses = tuple(dict.fromkeys(filters.statuses)) if resource not in _WITHOUT_STATUS else ()
    if len(statuses) == 1:
        timeless = resource == "credit_notes" or statuses[0] in TIMELESS
        conditions.add("timeless" if timeless else statuses[0])
        values["standing"] = statuses[0]
    elif statuses:
        conditions.add("several")
        values["statuses"] = list(statuses)
    return conditions, values | {"day": day}


def words(search: str) -> list[str]:
    """Regular expressions, one per word: the word as a prefix, literally."""
    return [rf"\m{re.escape(word)}" for word in re.findall(r"\w+", search)]


def _order(resource: Resource, filters: Filters) -> str:
    has = {"customers": ("createdAt", "updatedAt", "name")}.get(resource, SORTS[:-1])
    if filters.sort not in has:
        return "createdAt"
    return filters.sort + ("_down" if filters.descending else "")


async def _total(
    connection: Connection, tenant_id: UUID, resource: Resource, filters: Filters, conditions: set[str], values: Mapping[str, Any]
) -> int:
    if not conditions:
        totals = await journal.totals(connection, tenant_id=tenant_id)
        return getattr(totals, resource)
    if _is_by_status(resource, filters, conditions):
        numbers = await journal.totals_by_status(connection, tenant_id=tenant_id, day=values["day"])
        return sum(number for status, number in numbers.items() if status in filters.statuses)
    query = rendered(resource, frozenset(conditions | {"count"}))
    return await connection.fetchval(query.sql, *query.arguments({"tenant_id": tenant_id, **values}))

"""Lists of customers by conditions: pages by offset and behind a row, and exact totals. What a door calls its filters is not known here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from duebook.core.customer import Customer
from duebook.store import customers, journal
from duebook.store.conditions import Condition, narrowed
from duebook.store.db import Connection
from duebook.store.lists import words
from duebook.store.queries import load

_SQL = load("customer_lists.sql")

Sort = Literal["created_at", "updated_at"]
SORTS: Final[tuple[Sort, ...]] = ("created_at", "updated_at")
UNARCHIVED: Final = Condition("archived_at", "null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to. `conditions` on name, currency, country, external_id, billing_email, tax_id, type (texts),
    invoicing_entity_id (its own, else the default one), custom_properties, created_at, updated_at, archived_at, state (archived, imported:
    nothing but an import has told of it, kept).

    `methods`: types of the current payment method, `missing` for none, `errored` for one in error; `search` is words, each a prefix.
    """

    conditions: Sequence[Condition] = (UNARCHIVED,)
    methods: tuple[str, ...] = ()
    search: str | None = None
    parts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        given = {"methods"} if self.methods else set[str]()
        object.__setattr__(self, "parts", frozenset(given | {"words"} if self.search is not None else given))

    def values(self, tenant_id: UUID) -> dict[str, Any]:
        """The values that the parts ask for."""
        return {"tenant_id": tenant_id, "methods": list(self.methods), "words": words(self.search or "")}


async def by_offset(connection: Connection, *, tenant_id: UUID, filters: Filters, take: int, skip: int) -> list[Customer]:
    """A page, newest first."""
    return await _page(connection, tenant_id, filters, given={"created_at_down"}, size=take, skipped=skip) if take else []


async def behind(
    connection: Connection, *, tenant_id: UUID, filters: Filters, sort: Sort, descending: bool, limit: int, after: UUID | None,
    at: datetime | None = None,
) -> list[Customer]:  # fmt: skip
    """At most `limit` customers behind the one with the id `after` (None: from the beginning), ties by id. `at` is the place of that
    customer in the order of updates.
    """
    order = sort + ("_down" if descending else "")
    given = {order} if after is None else {order, f"{order}_behind"}
    return await _page(connection, tenant_id, filters, given=given, size=limit, skipped=0, id=after, at=at)


async def updated_at(connection: Connection, *, tenant_id: UUID, id: UUID) -> datetime | None:
    """When a customer was last changed; None for one that is not there."""
    return await connection.fetchval(_SQL["updated_at"], tenant_id, id)


async def total(connection: Connection, *, tenant_id: UUID, filters: Filters) -> int:
    """How many customers there are in all."""
    if not filters.parts and tuple(filters.conditions) in ((), (UNARCHIVED,)):
        every = (await journal.totals(connection, tenant_id=tenant_id)).customers
        return every - (await connection.fetchval(_SQL["archived"], tenant_id) if filters.conditions else 0)
    rendered, values = narrowed(_SQL["customers"], given=filters.parts | {"count"}, conditions=filters.conditions)
    return await connection.fetchval(rendered.sql, *rendered.arguments(values | filters.values(tenant_id)))


async def _page(connection: Connection, tenant_id: UUID, filters: Filters, *, given: set[str], **more: Any) -> list[Customer]:
    rendered, values = narrowed(_SQL["customers"], given=filters.parts | given | {"page"}, conditions=filters.conditions)
    rows = await connection.fetch(rendered.sql, *rendered.arguments(values | filters.values(tenant_id) | more))
    return [customers.from_record(row) for row in rows]

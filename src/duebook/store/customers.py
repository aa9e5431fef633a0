"""Customers in PostgreSQL: looked up, locked, written and read as sets, with what they owe."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from duebook.core.customer import Balance, Customer, added
from duebook.store.arrays import plain, texts
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("customers.sql")


async def find(unit: Unit, ids: Sequence[UUID], external_ids: Sequence[str]) -> list[tuple[UUID, str | None]]:
    """(id, external id) of what these name."""
    return [(r[0], r[1]) for r in await unit.connection.fetch(_SQL["find"], unit.tenant.id, plain(ids), texts(external_ids))]


async def lock_by_external_id(unit: Unit, external_ids: Sequence[str]) -> list[Customer]:
    """The known customers among these, locked in order of id until the unit ends."""
    return [Customer(*row) for row in await unit.connection.fetch(_SQL["lock_by_external_id"], unit.tenant.id, external_ids)]


async def lock(unit: Unit, ids: Iterable[UUID]) -> list[Customer]:
    """These customers, locked in order of id until the unit ends."""
    return [Customer(*row) for row in await unit.connection.fetch(_SQL["lock"], unit.tenant.id, list(ids))]


async def insert(unit: Unit, customers: Sequence[Customer]) -> None:
    """Store new customers. Raises one of TAKEN when another writer took an external id first."""
    await unit.connection.fetchval(_SQL["insert"], unit.tenant.id, unit.at, *_columns(customers))


async def update(unit: Unit, customers: Sequence[Customer]) -> None:
    """Store new content of known customers."""
    await unit.connection.execute(_SQL["update"], unit.tenant.id, unit.at, *_columns(customers))


async def read_many(connection: Connection, *, tenant_id: UUID, ids: Sequence[UUID]) -> list[Customer]:
    """These customers, in the order of `ids`."""
    found = {row["id"]: Customer(*row) for row in await connection.fetch(_SQL["read_many"], tenant_id, ids)}
    return [found[id] for id in ids if id in found]


async def balances(connection: Connection, *, tenant_id: UUID, ids: Sequence[UUID], day: date) -> dict[UUID, list[Balance]]:
    """What these customers owe on `day`, per currency that has entries, by currency code."""
    result: dict[UUID, dict[str, Balance]] = {}
    for row in await connection.fetch(_SQL["balances"], tenant_id, ids, day):
        of_customer = result.setdefault(row[0], {})
        part = Balance(row[1], *map(int, row[2:]))
        of_customer[part.currency] = added(of_customer[part.currency], part) if part.currency in of_customer else part
    return {id: [by_currency[code] for code in sorted(by_currency)] for id, by_currency in result.items()}


def _columns(customers: Sequence[Customer]) -> tuple[str, ...]:
    return (
        plain([c.id for c in customers]),
        texts([c.external_id for c in customers]),
        texts([c.name for c in customers]),
        texts([c.registration_number for c in customers]),
        texts([c.vat_number for c in customers]),
        plain([c.currency for c in customers]),
        plain([c.language for c in customers]),
        plain([c.payment_term_days for c in customers]),
    )

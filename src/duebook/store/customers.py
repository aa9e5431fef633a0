"""Customers in PostgreSQL: looked up, locked, written and read as sets, with what they owe.

Imports write what every door knows of a customer (`insert`, `update`); the door that speaks of more writes all of it (`…_whole`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from duebook.core.customer import Balance, Customer, Profile, added
from duebook.store.arrays import plain, texts
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("customers.sql")
# Rates and numbers in free properties are written digit by digit and read back as Decimals.
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_profiles: Final = msgspec.json.Decoder(Profile, float_hook=Decimal)


async def find(unit: Unit, ids: Sequence[UUID], external_ids: Sequence[str]) -> list[tuple[UUID, str | None]]:
    """(id, external id) of what these name."""
    return [(r[0], r[1]) for r in await unit.connection.fetch(_SQL["find"], unit.tenant.id, plain(ids), texts(external_ids))]


async def lock_by_external_id(unit: Unit, external_ids: Sequence[str]) -> list[Customer]:
    """The known customers among these, locked in order of id until the unit ends."""
    return [from_record(row) for row in await unit.connection.fetch(_SQL["lock_by_external_id"], unit.tenant.id, external_ids)]


async def lock(unit: Unit, ids: Iterable[UUID]) -> list[Customer]:
    """These customers, locked in order of id until the unit ends."""
    return [from_record(row) for row in await unit.connection.fetch(_SQL["lock"], unit.tenant.id, list(ids))]


async def lock_whole(unit: Unit, id: UUID) -> Customer | None:
    """One customer, locked until the unit ends, also against new documents of it."""
    row = await unit.connection.fetchrow(_SQL["lock_whole"], unit.tenant.id, id)
    return None if row is None else from_record(row)


async def insert(unit: Unit, customers: Sequence[Customer]) -> None:
    """Store new customers. Raises one of TAKEN when another writer took an external id first."""
    await unit.connection.fetchval(_SQL["insert"], unit.tenant.id, unit.at, *_columns(customers))


async def update(unit: Unit, customers: Sequence[Customer]) -> None:
    """Store new content of known customers."""
    await unit.connection.execute(_SQL["update"], unit.tenant.id, unit.at, *_columns(customers))


async def insert_whole(unit: Unit, customers: Sequence[Customer]) -> None:
    """Store new customers with everything that is known of them. Raises as `insert`."""
    await unit.connection.fetchval(_SQL["insert_whole"], unit.tenant.id, unit.at, *_columns(customers), *_further_columns(customers))


async def update_whole(unit: Unit, customers: Sequence[Customer]) -> None:
    """Store everything that is known of known customers. Raises one of TAKEN when another writer took an external id first."""
    await unit.connection.execute(_SQL["update_whole"], unit.tenant.id, unit.at, *_columns(customers), *_further_columns(customers))


async def delete(unit: Unit, id: UUID) -> None:
    """Take a customer without documents out of the books."""
    await unit.connection.execute(_SQL["delete"], unit.tenant.id, id)


async def has_documents(unit: Unit, id: UUID) -> bool:
    """Whether an invoice, a credit note or a paper of any kind, a draft too, is of this customer."""
    return bool(await unit.connection.fetchval(_SQL["has_documents"], unit.tenant.id, id))


def from_record(row: Any) -> Customer:
    """The customer of a record with the columns of the `lock` block."""
    *others, profile = row
    return Customer(*others, profile=None if profile is None else _profiles.decode(profile))


def restored(row: Mapping[str, Any]) -> Customer:
    """The customer that a row of the journal tells of (its `before` or `after`, decoded from JSON, where nulls are left out)."""
    return msgspec.convert([row.get(field) for field in Customer._fields], Customer)


async def read_many(connection: Connection, *, tenant_id: UUID, ids: Sequence[UUID]) -> list[Customer]:
    """These customers, in the order of `ids`."""
    found = {row["id"]: from_record(row) for row in await connection.fetch(_SQL["read_many"], tenant_id, ids)}
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


def _further_columns(customers: Sequence[Customer]) -> tuple[Any, ...]:
    return (
        [c.archived_at for c in customers],
        plain([c.entity_id for c in customers]),
        texts([c.country for c in customers]),
        texts([c.billing_email for c in customers]),
        [None if c.profile is None else _encode(c.profile) for c in customers],
    )

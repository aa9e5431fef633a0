"""Writes below the doors, for tests that need rows the doors would never make: any standing with any day, at any instant."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from duebook.jobs import follower
from duebook.store import journal
from duebook.store.db import Connection, Database
from duebook.store.journal import Change, Tally
from duebook.store.unit import Actor, Tenant, Unit
from duebook.web.today import now

A_DAY = date(2026, 2, 1)


class Stand(NamedTuple):
    """What the status of an invoice is read from."""

    standing: str = "open"
    uncovered_on: date | None = A_DAY
    promised_on: date | None = None


@asynccontextmanager
async def unit_of(database: Database, tenant: Tenant, *, at: datetime | None = None) -> AsyncGenerator[Unit]:
    """A unit of work that commits at the end, or rolls back what raised."""
    async with database.tenant(tenant.id) as connection, connection.transaction():
        actor = Actor(kind="job", id="test")
        yield Unit(connection=connection, tenant=tenant, actor=actor, day=A_DAY, at=at or now())


async def add_customer(unit: Unit, *, name: str = "Dupont") -> UUID:
    """A customer of the unit's tenant, journalled."""
    id = unit.ids.new()
    await unit.connection.execute(
        "INSERT INTO customers (tenant_id, id, name, updated_at) VALUES ($1, $2, $3, $4)", unit.tenant.id, id, name, unit.at
    )
    await journal.append(unit, [Change("customer", id, "imported", None, {"name": name})], Tally(customers=1))
    return id


async def add_invoices(unit: Unit, customer_id: UUID, stands: Sequence[Stand]) -> list[UUID]:
    """Invoices of 100 with these standings, journalled and tallied, with ids of the unit's instant."""
    ids = unit.ids.many(len(stands))
    await insert_invoices(unit.connection, tenant_id=unit.tenant.id, customer_id=customer_id, ids=ids, stands=stands)
    changes = [Change("invoice", id, "imported", None, stand) for id, stand in zip(ids, stands, strict=True)]
    tally = Tally(invoices=len(stands), stands=Counter((s.standing, s.uncovered_on, s.promised_on) for s in stands))
    await journal.append(unit, changes, tally)
    return ids


async def insert_invoices(
    connection: Connection, *, tenant_id: UUID, customer_id: UUID, ids: Sequence[UUID], stands: Sequence[Stand] | None = None
) -> None:
    """The rows alone, without journal and tally."""
    stands = stands or [Stand()] * len(ids)
    await connection.execute(
        """
        INSERT INTO invoices (
            tenant_id, id, customer_id, reference, amount, currency, default_amount, issued_on, due_on, amount_paid, amount_offset,
            positions, instalment_due_on, instalment_amount, instalment_default_amount, updated_at, standing, uncovered_on, promised_on)
        SELECT $1, n.id, $2, 'FA', 100, 'EUR', 100, $3::date, $3::date, 0, 0,
               0, ARRAY[$3::date], ARRAY[100], ARRAY[100], now(), n.standing, n.uncovered_on, n.promised_on
        FROM unnest($4::uuid[], $5::text[], $6::date[], $7::date[]) AS n (id, standing, uncovered_on, promised_on)
        """,
        tenant_id,
        customer_id,
        A_DAY,
        ids,
        [stand.standing for stand in stands],
        [stand.uncovered_on for stand in stands],
        [stand.promised_on for stand in stands],
    )


async def visit_until_quiet(database: Database) -> None:
    """Let the follower finish: a base it just made is folded on a later visit, and any transaction of the server may make it wait."""
    end = time.monotonic() + 20
    while await follower.visit_writers(database, at=now()):
        assert time.monotonic() < end, "the follower finds something to do for ever"
        await asyncio.sleep(0.01)


async def some_tenant(database: Database) -> Tenant:
    """A tenant with nothing in its books."""
    id = uuid4()
    async with database.owner() as connection:
        await connection.execute(
            "INSERT INTO tenants (tenant_id, name, mode, currency, timezone, country, created_at)"
            " VALUES ($1, $2, 'test', 'EUR', 'Europe/Paris', 'FR', now())",
            id,
            f"Acme {id.hex[:8]}",
        )
    return Tenant(
        id=id, name=f"Acme {id.hex[:8]}", mode="test", currency="EUR", timezone="Europe/Paris", country="FR", unknown_fields="refuse"
    )

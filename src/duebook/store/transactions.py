"""Transactions in PostgreSQL: written as sets, and concluded when their time comes."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from duebook.core.transaction import Transaction
from duebook.store.arrays import instants, plain, texts
from duebook.store.db import Connection
from duebook.store.queries import load
from duebook.store.unit import Unit

_SQL = load("transactions.sql")


async def insert(unit: Unit, transactions: Sequence[Transaction]) -> None:
    """Store new transactions."""
    await unit.connection.fetchval(
        _SQL["insert"],
        unit.tenant.id,
        unit.at,
        plain([t.id for t in transactions]),
        plain([t.document_id for t in transactions]),
        plain([t.customer_id for t in transactions]),
        plain([t.kind for t in transactions]),
        plain([t.status for t in transactions]),
        plain([t.amount for t in transactions]),
        plain([t.currency for t in transactions]),
        plain([t.method for t in transactions]),
        instants([t.process_at for t in transactions]),
        instants([t.settled_at for t in transactions]),
        plain([t.payment_method_id for t in transactions]),
        plain([t.bank_account_id for t in transactions]),
        texts([t.provider_name for t in transactions]),
        texts([t.provider_id for t in transactions]),
        texts([t.provider_transaction_id for t in transactions]),
    )


async def due(unit: Unit, *, now: datetime, limit: int) -> list[Transaction]:
    """Scheduled ones whose time has come on the unit's day, locked until the unit ends; those another worker holds are left to it."""
    today = datetime.combine(unit.day, time(), UTC)
    bounds = (max(now, today), now, today, today + timedelta(days=1))
    return [Transaction(*row) for row in await unit.connection.fetch(_SQL["due"], unit.tenant.id, *bounds, limit)]


async def scheduled_of(unit: Unit, document_ids: Iterable[UUID]) -> list[Transaction]:
    """What is still scheduled on these documents."""
    found = [Transaction(*row) for row in await unit.connection.fetch(_SQL["of_documents"], unit.tenant.id, plain(document_ids))]
    return [transaction for transaction in found if transaction.status == "scheduled"]


async def conclude(unit: Unit, transactions: Sequence[Transaction]) -> None:
    """Store the status, and when it was settled, of transactions that are scheduled no longer."""
    await unit.connection.execute(
        _SQL["conclude"],
        unit.tenant.id,
        unit.at,
        plain([t.id for t in transactions]),
        plain([t.status for t in transactions]),
        instants([t.settled_at for t in transactions]),
    )


async def tenants_with_due(connection: Connection, *, at: datetime, pinned: date | None) -> list[UUID]:
    """Tenants with a scheduled transaction whose time has come at an instant (or at its time of the pinned day). Owner role."""
    return [row[0] for row in await connection.fetch(_SQL["tenants_with_due"], at, pinned)]
